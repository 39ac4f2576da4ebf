"""Business call routing (the manual's lines 1960-2080): who gets a hint, an extension and an endpoint. Pure.

Asterisk keeps the agents' phones; SIP Server watches them by their hints and gets the calls to the service
numbers. What the site wrote itself is left to it, and is named in ``left_out``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gvma.asterisk.drivers import Driver
from gvma.asterisk.entries import Endpoint, Extension, GvmaWarning, Hint
from gvma.asterisk.hosts import sipserver_hosts
from gvma.routing.dialplan import dialplan
from gvma.routing.endpoints import endpoints
from gvma.routing.model import NumberedObject, Routing, SiteRouting
from gvma.routing.numbers import EXTENSION, ROUTING_POINT, Numbers, as_dialled
from gvma.routing.watched import is_watched
from gvma.settings.model import GvmaSettings

_ADDRESS_KEYS = {"gateway": "routing_gateway_host", "sipserver": "siptserver_host"}


def routing(
    extensions: Iterable[NumberedObject],
    routing_points: Iterable[NumberedObject],
    settings: GvmaSettings,
    driver: Driver,
    site: SiteRouting | None = None,
) -> Routing:
    """What business call routing asks for; nothing where ``routing`` is off.

    A DN that is not watched is dialled to SIP Server, where its phone is registered. A DN whose number is a dialplan
    pattern, or could mean something else to Asterisk, gets nothing and a warning.
    """
    if not settings.routing:
        return Routing()
    site = site or SiteRouting()
    names = _SiteNames(site, driver)
    numbers = Numbers(settings, driver)
    watched: list[NumberedObject] = []
    elsewhere: list[NumberedObject] = []
    for dn in extensions:
        (watched if is_watched(dn, settings, site.own_hosts) else elsewhere).append(dn)
    phones = numbers.of("DN", watched, EXTENSION)
    services = numbers.of("Routing Point", routing_points, ROUTING_POINT)
    others = numbers.of("DN", elsewhere, EXTENSION)
    peers = list(endpoints(phones, settings, driver, site)) if settings.routing_endpoints else []
    missing = [one for one in peers if not names.has(one)]
    written = tuple(one for one in missing if one.role == "phone" or one.contacts)
    identified = _identified(written, settings, site)
    prefix = settings.routing_external_prefix if _has_gateway(settings, names) else ""
    entries = list(dialplan(phones, others, services, prefix, settings, driver))
    return Routing(
        tuple(one for one in entries if isinstance(one, Hint) and not names.has(one)),
        tuple(one for one in entries if isinstance(one, Extension) and not names.has(one)),
        written,
        identified,
        (*numbers.warnings, *_nobody_watched(phones, others), *_warnings(missing, identified, settings)),
        tuple(_title(one) for one in (*peers, *entries) if names.has(one)),
    )


class _SiteNames:
    """What the site has itself, with names as the driver and the dialplan compare them."""

    def __init__(self, site: SiteRouting, driver: Driver) -> None:
        self._folded = driver.folded
        self._endpoints = frozenset(map(driver.folded, site.sections))
        self._hints = frozenset(map(as_dialled, site.dialplan.hints))
        self._extensions = frozenset(map(as_dialled, site.dialplan.extensions))

    def has(self, entry: Endpoint | Hint | Extension) -> bool:
        match entry:
            case Endpoint():
                return self.has_endpoint(entry.name)
            case Hint():
                return as_dialled(entry.extension) in self._hints
        return as_dialled(entry.pattern) in self._extensions

    def has_endpoint(self, name: str) -> bool:
        return self._folded(name) in self._endpoints


def _title(entry: Endpoint | Hint | Extension) -> str:
    match entry:
        case Endpoint():
            return f"endpoint {entry.name}"
        case Hint():
            return f"hint {entry.extension}"
    return f"extension {entry.pattern}"


def _has_gateway(settings: GvmaSettings, names: _SiteNames) -> bool:
    """Whether there is, or will be, a gateway to send external numbers to."""
    own = not settings.routing_endpoints or bool(settings.routing_gateway_host)
    return own or names.has_endpoint(settings.routing_gateway_peer)


def _identified(written: Iterable[Endpoint], settings: GvmaSettings, site: SiteRouting) -> tuple[str, ...]:
    """SIP Server's addresses that its routing endpoint is known by."""
    if not any(one.role == "sipserver" and one.matches for one in written):
        return ()
    return tuple(host for host in sipserver_hosts(settings) if host not in site.identification.identified)


def _nobody_watched(phones: Sequence[str], others: Sequence[str]) -> Iterator[GvmaWarning]:
    if others and not phones:
        message = (
            "no Extension DN names a presence Trunk (subscribe-presence) or has this Asterisk as its contact, so none "
            "gets a hint, and all are dialled to SIP Server; set routing_dns = all if their phones are on this Asterisk"
        )
        yield GvmaWarning("routing-nobody-watched", message, "[gvma_settings] routing_dns")


def _warnings(missing: Iterable[Endpoint], identified: Sequence[str], settings: GvmaSettings) -> Iterator[GvmaWarning]:
    """missing: endpoints that the site does not have, also those that are not written."""
    for one in missing:
        if one.role in _ADDRESS_KEYS and not one.contacts:
            key = _ADDRESS_KEYS[one.role]
            message = f"{one.name} is left out: {key} is missing"
            yield GvmaWarning("routing-address", message, f"[gvma_settings] {key}")
    if identified and settings.mwi_mode == "REGISTER":
        peer = settings.routing_sipserver_peer
        message = (
            f"{peer} is known by its address, so SIP Server's REGISTER is taken for it and refused; "
            "set endpoint_identifier_order=username,ip,anonymous in [global] of pjsip.conf"
        )
        yield GvmaWarning("register-and-identify", message, peer)
