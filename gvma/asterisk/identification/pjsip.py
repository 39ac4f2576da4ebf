"""How PJSIP knows the sender of a request: identifiers, one after another, until one names an endpoint. Pure.

The order is that of ``endpoint_identifier_order``; the identifiers that it does not name come last. ``ip`` takes the
first identify that matches the address; which of two is the first depends on their names in one version, and not in
another. ``username`` takes the endpoint that From names, ``anonymous`` the endpoint of that name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from gvma.asterisk.identification.match import Match
from gvma.asterisk.identification.model import Identified, SipServer, SiteIdentification, SiteText
from gvma.asterisk.site import objects

ADDRESS, USERNAME, ANONYMOUS = "ip", "username", "anonymous"
DEFAULT_ORDER = (ADDRESS, USERNAME, ANONYMOUS, "auth_username", "header", "request_uri")
_REQUEST_KEYS = {"match_header": "header", "match_request_uri": "request_uri"}
_NUMBER = re.compile(r"[+*#0-9]+")


@dataclass(frozen=True, slots=True)
class Identify:
    """One object of ``type=identify``.

    matches: as a file has them or as Asterisk shows them. of_requests: identifiers by which it takes a request for
    what stands in it, such as ``header``.
    """

    endpoint: str
    matches: tuple[str, ...] = ()
    of_requests: frozenset[str] = frozenset()

    def has(self, server: SipServer, hosts: Collection[str]) -> bool:
        """Whether SIP Server is known by it. hosts: one host of SIP Server's and its addresses."""
        return any(one.port in {None, server.port} and _meets(one, server, hosts) for one in self._matches)

    def has_beside(self, server: SipServer, hosts: Collection[str]) -> bool:
        """Whether somebody else is known by it who has SIP Server's address and another port."""
        return any(one.port not in {None, server.port} and _meets(one, server, hosts) for one in self._matches)

    @property
    def _matches(self) -> Iterator[Match]:
        return map(Match.of, self.matches)


@dataclass(frozen=True, slots=True)
class PjsipKnown:
    """What Asterisk has loaded, or what files say.

    order: the identifiers. anonymous: the endpoints of unknown senders. numbers: endpoints without a password that are
    known by the number that calls, each with its context.
    """

    order: tuple[str, ...] = DEFAULT_ORDER
    identifies: tuple[Identify, ...] = field(default=(), repr=False)
    anonymous: tuple[str, ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def without(self, endpoints: Collection[str]) -> PjsipKnown:
        """All but these endpoints."""
        return replace(self, identifies=tuple(one for one in self.identifies if one.endpoint not in endpoints))

    def joined(self, files: PjsipKnown) -> PjsipKnown:
        """With what the files say in addition, since Asterisk loads them at the next reload."""
        known = {*self.identifies}
        more = tuple(one for one in files.identifies if one not in known)
        anonymous = tuple(dict.fromkeys((*self.anonymous, *files.anonymous)))
        return replace(self, identifies=(*self.identifies, *more), anonymous=anonymous)

    def by_address(self, server: SipServer, hosts: Collection[str]) -> frozenset[str]:
        """The endpoints that are known by SIP Server's address. hosts: one of its hosts with its addresses."""
        if ADDRESS not in self.order:
            return frozenset()
        return frozenset(one.endpoint for one in self.identifies if one.has(server, hosts))

    def shares(self, server: SipServer, hosts: Collection[str]) -> bool:
        """Whether SIP Server's address is that of somebody else too, on another port."""
        return any(one.has_beside(server, hosts) for one in self.identifies)

    def otherwise(self, context: str) -> Identified | None:
        """Who may get requests from a sender whose address nobody is known by; None where Asterisk refuses them.

        context: that of our endpoint; who sends calls there anyway is no other.
        """
        if self.anonymous and ANONYMOUS in self.order:
            return Identified(self.anonymous[0], "anonymous")
        later = frozenset(self.order[self.order.index(ADDRESS) :]) if ADDRESS in self.order else frozenset()
        for one in self.identifies:
            if one.of_requests & later:
                return Identified(one.endpoint, "request")
        for number, its_context in self.numbers.items():
            if USERNAME in later and its_context != context:
                return Identified(number, "number")
        return None


def of_site(  # noqa: PLR0913
    loaded: PjsipKnown | None,
    files: PjsipKnown,
    server: SipServer,
    *,
    own: Collection[str],
    context: str,
    written: bool,
) -> SiteIdentification:
    """What our endpoint has to leave to the site's own.

    loaded: what Asterisk says; None where it was not asked. own: our endpoints. context: of our endpoint for SIP
    Server. written: our block has such an endpoint now.
    """
    site = files if loaded is None else loaded.without(own).joined(files)
    identified: dict[str, Identified] = {}
    beside: dict[str, Identified] = {}
    other = site.otherwise(context)
    for host, addresses in server.addresses.items():
        hosts = (host, *addresses)
        by_address = site.by_address(server, hosts)
        if by_address:
            identified[host] = Identified(min(by_address))
        elif other is not None:
            # Where ours is known by its address already, its calls would change their way without it.
            known = written if loaded is None else bool(loaded.by_address(server, hosts))
            (beside if known else identified)[host] = other
    shared = (host for host, addresses in server.addresses.items() if site.shares(server, (host, *addresses)))
    return SiteIdentification(identified, beside, frozenset(shared))


def is_number(name: str) -> bool:
    """Whether an endpoint's name can be the number of a caller."""
    return _NUMBER.fullmatch(name) is not None


def of_texts(text: SiteText) -> PjsipKnown:
    """What the site's own files say."""
    return of_file(text.channel).joined(of_wizards(text.wizards))


def of_file(text: bytes) -> PjsipKnown:
    """What a pjsip.conf says, with its includes and without our block."""
    identifies, anonymous, numbers = [], [], {}
    order: tuple[str, ...] = ()
    for name, settings in objects(text):
        kind = settings.get("type", [""])[-1].lower()
        if kind == "identify":
            identifies.append(_identify(settings, "match"))
        elif kind == "endpoint" and is_anonymous(name):
            anonymous.append(name)
        elif kind == "endpoint" and is_number(name) and _known_by_number(settings):
            numbers[name] = settings.get("context", ["default"])[-1]
        elif kind == "global":
            order = _listed(settings.get("endpoint_identifier_order", []))
    whole = (*order, *(name for name in DEFAULT_ORDER if name not in order))
    return PjsipKnown(whole, tuple(identifies), tuple(anonymous), numbers)


def of_wizards(text: bytes) -> PjsipKnown:
    """What a pjsip_wizard.conf says; each of its sections makes an endpoint, and an identify for its remote hosts."""
    identifies, anonymous = [], []
    for name, settings in objects(text):
        if settings.get("type", [""])[-1].lower() != "wizard":
            continue
        if is_anonymous(name):
            anonymous.append(name)
        inner = {key.removeprefix("identify/"): values for key, values in settings.items() if "identify/" in key}
        identifies.append(_identify({"remote_hosts": settings.get("remote_hosts", []), "endpoint": [name]} | inner))
    return PjsipKnown(identifies=tuple(identifies), anonymous=tuple(anonymous))


def names_in(known: PjsipKnown) -> frozenset[str]:
    """Host names, lower case, that identifies match by."""
    matches = (Match.of(match) for one in known.identifies for match in one.matches)
    return frozenset(match.host.lower() for match in matches if match.is_name)


def _identify(settings: Mapping[str, list[str]], *keys: str) -> Identify:
    requests = frozenset(kind for key, kind in _REQUEST_KEYS.items() if settings.get(key))
    matches = _listed([value for key in keys or ("match", "remote_hosts") for value in settings.get(key, [])])
    return Identify(settings.get("endpoint", ["?"])[-1], matches, requests)


def _known_by_number(settings: Mapping[str, list[str]]) -> bool:
    identify_by = _listed(settings.get("identify_by", ["username,ip"])[-1:])
    return USERNAME in identify_by and not any(settings.get("auth", []))


def is_anonymous(name: str) -> bool:
    """Whether an endpoint gets the requests of unknown senders, or of those of one domain."""
    return name == ANONYMOUS or name.startswith(f"{ANONYMOUS}@")


def _listed(values: list[str]) -> tuple[str, ...]:
    return tuple(part for value in values for word in value.split(",") if (part := word.strip()))


def _meets(match: Match, server: SipServer, hosts: Collection[str]) -> bool:
    """Whether a match holds one of SIP Server's hosts, or is a name with one of its addresses."""
    return match.holds_host(hosts) or not frozenset(hosts).isdisjoint(server.names.get(match.host.lower(), ()))
