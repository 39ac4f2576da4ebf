"""How PJSIP knows the sender of a request: identifiers, one after another, until one names an endpoint. Pure.

The order is that of ``endpoint_identifier_order``; the identifiers that it does not name come last. ``ip`` takes the
first identify that matches the address; which of two is the first depends on their names in one version, and not in
another. ``username`` takes the endpoint that From names, ``anonymous`` the endpoint of that name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from gvma.asterisk.conf.model import Conf, Section
from gvma.asterisk.hosts import Match
from gvma.asterisk.identification.model import Identified, SipServer, SiteFiles, SiteIdentification
from gvma.asterisk.roles import SUBSCRIPTION_PREFIX

ADDRESS, USERNAME, ANONYMOUS = "ip", "username", "anonymous"
DEFAULT_ORDER = (ADDRESS, USERNAME, ANONYMOUS, "auth_username", "header", "request_uri")
_REQUEST_KEYS = {"match_header": "header", "match_request_uri": "request_uri"}
_NUMBER = re.compile(r"[+*#0-9]+")


class Identify(NamedTuple):
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


class PjsipKnown(NamedTuple):
    """What Asterisk has loaded, or what files say.

    order: the identifiers. anonymous: the endpoints of unknown senders. numbers: endpoints without a password that are
    known by the number that calls, each with its context. users: the same of names that are no numbers, where nothing
    but the name in From leads to the endpoint.
    """

    order: tuple[str, ...] = DEFAULT_ORDER
    identifies: tuple[Identify, ...] = ()
    anonymous: tuple[str, ...] = ()
    numbers: Mapping[str, str] = {}
    users: Mapping[str, str] = {}

    def without(self, endpoints: Collection[str]) -> PjsipKnown:
        """All but these endpoints."""
        return self._replace(identifies=tuple(one for one in self.identifies if one.endpoint not in endpoints))

    def joined(self, files: PjsipKnown) -> PjsipKnown:
        """With what the files say in addition, since Asterisk loads them at the next reload."""
        known = {*self.identifies}
        more = tuple(one for one in files.identifies if one not in known)
        anonymous = tuple(dict.fromkeys((*self.anonymous, *files.anonymous)))
        return self._replace(
            identifies=(*self.identifies, *more),
            anonymous=anonymous,
            users={**self.users, **files.users},
        )

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

    def by_name(self, own: Collection[str], context: str) -> Identified | None:
        """Who gets requests that name it in From, where the sender's address is nobody's. own: our endpoints."""
        if USERNAME not in self.order:
            return None
        identified = {*own, *(one.endpoint for one in self.identifies)}
        for name, its_context in self.users.items():
            if name not in identified and not name.startswith(SUBSCRIPTION_PREFIX) and its_context != context:
                return Identified(name, "user")
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
    other, by_name = site.otherwise(context), site.by_name(own, context)
    for host, addresses in server.addresses.items():
        hosts = (host, *addresses)
        by_address = site.by_address(server, hosts)
        if by_address:
            identified[host] = Identified(min(by_address))
        elif other is not None:
            # Where ours is known by its address already, its calls would change their way without it.
            known = written if loaded is None else bool(loaded.by_address(server, hosts))
            (beside if known else identified)[host] = other
        elif by_name is not None:
            beside[host] = by_name
    shared = (host for host, addresses in server.addresses.items() if site.shares(server, (host, *addresses)))
    return SiteIdentification(identified, beside, frozenset(shared))


def numbers_and_users(contexts: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Endpoints by name, parted: those whose name can be the number of a caller, and the others."""
    numbers = {name: context for name, context in contexts.items() if is_number(name)}
    return numbers, {name: context for name, context in contexts.items() if name not in numbers}


def is_number(name: str) -> bool:
    """Whether an endpoint's name can be the number of a caller."""
    return _NUMBER.fullmatch(name) is not None


def of_files(files: SiteFiles) -> PjsipKnown:
    """What the site's own files say."""
    known = of_conf(files.channel)
    return known.joined(of_wizards(files.wizards)) if files.wizards else known


def of_conf(conf: Conf) -> PjsipKnown:
    """What a pjsip.conf says, our block aside."""
    identifies, anonymous = [], []
    open_to_all: dict[str, str] = {}
    order: tuple[str, ...] = ()
    for one in conf.objects:
        kind = "" if one.ours else one.value("type").lower()
        if kind == "identify":
            identifies.append(_identify(one, one.value("endpoint") or "?", one.values("match")))
        elif kind == "endpoint" and is_anonymous(one.name):
            anonymous.append(one.name)
        elif kind == "endpoint" and _known_by_user(one):
            open_to_all[one.name] = one.value("context") or "default"
        elif kind == "global":
            order = _listed([one.value("endpoint_identifier_order")])
    whole = (*order, *(name for name in DEFAULT_ORDER if name not in order))
    return PjsipKnown(whole, tuple(identifies), tuple(anonymous), *numbers_and_users(open_to_all))


def of_wizards(conf: Conf) -> PjsipKnown:
    """What a pjsip_wizard.conf says; each of its sections makes an endpoint, and an identify for its remote hosts."""
    wizards = [one for one in conf.objects if one.value("type").lower() == "wizard"]
    return PjsipKnown(
        identifies=tuple(
            _identify(one, one.name, [*one.values("remote_hosts"), *one.values("identify/match")], "identify/")
            for one in wizards
        ),
        anonymous=tuple(one.name for one in wizards if is_anonymous(one.name)),
    )


def names_in(known: PjsipKnown) -> frozenset[str]:
    """Host names, lower case, that identifies match by."""
    matches = (Match.of(match) for one in known.identifies for match in one.matches)
    return frozenset(match.host.lower() for match in matches if match.is_name)


def _identify(section: Section, endpoint: str, matches: list[str], prefix: str = "") -> Identify:
    requests = frozenset(kind for key, kind in _REQUEST_KEYS.items() if section.value(prefix + key))
    return Identify(endpoint, _listed(matches), requests)


def _known_by_user(endpoint: Section) -> bool:
    """One that logs in elsewhere is a way out, whose calls come from there."""
    by = _listed([endpoint.value("identify_by") or "username,ip"])
    return USERNAME in by and not endpoint.value("auth") and not endpoint.value("outbound_auth")


def is_anonymous(name: str) -> bool:
    """Whether an endpoint gets the requests of unknown senders, or of those of one domain."""
    return name == ANONYMOUS or name.startswith(f"{ANONYMOUS}@")


def _listed(values: list[str]) -> tuple[str, ...]:
    return tuple(part for value in values for word in value.split(",") if (part := word.strip()))


def _meets(match: Match, server: SipServer, hosts: Collection[str]) -> bool:
    """Whether a match holds one of SIP Server's hosts, or is a name with one of its addresses."""
    return any(map(match.has_host, hosts)) or not frozenset(hosts).isdisjoint(server.names.get(match.host.lower(), ()))
