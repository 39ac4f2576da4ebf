"""What Configuration Server and the settings ask for, as values, before anybody looks at what there is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from gvma.asterisk.drivers import Driver
from gvma.asterisk.drivers.pjsip import SIPSERVER
from gvma.asterisk.entries import Endpoint, Extension, GvmaWarning, Hint, Mailbox, Subscription
from gvma.asterisk.hosts import sipserver_hosts
from gvma.asterisk.identification.model import COMES_FIRST, LEFT_OUT, PEER_ON_OTHER_PORT, SiteIdentification
from gvma.mailboxes import Desired, RefusedOwner
from gvma.routing import NumberedObject, SiteRouting, routing
from gvma.settings.model import GvmaSettings

_SETTING = "[gvma_settings] mwi_endpoint"


class Wanted(NamedTuple):
    """Everything that a sink should have, in the order in which it is written.

    mailboxes: with their first PINs. subscription_settings: what every subscription has beside its mailbox.
    endpoint_lines: name to options. refused: owners whose values cannot be used. owners: the text of the owner
    record. objects: how many objects each query answered with. pin_resets: ``box@context`` of boxes whose first
    PIN an administrator wants in force again. left_out: what the site has itself, a line for each.
    """

    mailboxes: tuple[Mailbox, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    subscription_settings: str = ""
    hints: tuple[Hint, ...] = ()
    extensions: tuple[Extension, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    endpoint_lines: Mapping[str, tuple[str, ...]] = {}
    refused: tuple[RefusedOwner, ...] = ()
    owners: bytes = b""
    objects: Mapping[str, int] = {}
    pin_resets: frozenset[str] = frozenset()
    warnings: tuple[GvmaWarning, ...] = ()
    left_out: tuple[str, ...] = ()


class _EndpointLines(Mapping[str, tuple[str, ...]]):
    """The lines of 20,000 phones, which nobody asks for where the block is as it should be."""

    def __init__(self, endpoints: Iterable[Endpoint], driver: Driver) -> None:
        self._endpoints = {one.name: one for one in endpoints}
        self._driver = driver

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self._driver.endpoint_lines(self._endpoints[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._endpoints)

    def __len__(self) -> int:
        return len(self._endpoints)


def wanted_of(  # noqa: PLR0913  (each is another source of what is wanted)
    desired: Desired,
    routed: tuple[Iterable[NumberedObject], Iterable[NumberedObject]],
    settings: GvmaSettings,
    driver: Driver,
    site: SiteRouting,
    *,
    owners: bytes,
    objects: Mapping[str, int],
    pin_resets: frozenset[str] = frozenset(),
) -> Wanted:
    """The answers of the mailbox rules and of the routing rules, put together.

    routed: DNs and Routing Points. site: what the site has itself of business call routing. owners: as
    ``write_owners`` gives it; as a text it takes a third of the room of 100,000 values.
    """
    known = site.identification.as_set(settings.mwi_endpoint, sipserver_hosts(settings))
    route = routing(*routed, settings, driver, site._replace(identification=known))
    mwi = driver.mwi_endpoint(settings, {*known.identified, *route.identified}, known.shared)
    endpoints = (*((mwi,) if mwi else ()), *route.endpoints)
    return Wanted(
        mailboxes=desired.mailboxes,
        subscriptions=desired.subscriptions,
        subscription_settings=(
            driver.subscription_settings(settings, peer_context=known.peer_context)
            if desired.subscriptions or desired.refused
            else ""
        ),
        hints=route.hints,
        extensions=route.extensions,
        endpoints=endpoints,
        endpoint_lines=_EndpointLines(endpoints, driver),
        refused=desired.refused,
        owners=owners,
        objects=objects,
        pin_resets=pin_resets,
        warnings=(*desired.warnings, *_uncertain(settings, driver, known), *route.warnings),
        left_out=(*_identified_by_the_site(settings, driver, known), *route.left_out),
    )


def _identified_by_the_site(settings: GvmaSettings, driver: Driver, known: SiteIdentification) -> Iterator[str]:
    """What our endpoint for SIP Server leaves to the site's own, in SUBSCRIBE mode of PJSIP."""
    if not driver.has_identify or settings.mwi_mode == "REGISTER":
        return
    for host in sipserver_hosts(settings):
        if host in known.identified:
            yield f"endpoint {SIPSERVER} for {host}, {known.identified[host].reason}"


def _uncertain(settings: GvmaSettings, driver: Driver, known: SiteIdentification) -> Iterator[GvmaWarning]:
    """What an administrator should decide, since no answer of Asterisk does."""
    if settings.mwi_mode == "REGISTER":
        return
    if known.refused_before:
        yield GvmaWarning(
            PEER_ON_OTHER_PORT,
            f"SIP Server's address is that of the site's own peer {known.refused_before}. Asterisk refuses calls from "
            f"port {settings.siptserver_port} (allowguest=no); gvma's peers take them into the context of [general]. "
            "Where SIP Server sends from the peer's port, set siptserver_port to it.",
            "[gvma_settings] siptserver_port",
        )
    if not driver.has_identify:
        return
    for host, site in known.identified.items():
        if not site.is_certain:
            yield GvmaWarning(
                LEFT_OUT,
                f"our endpoint for {host} is left out, {site.reason}. Where SIP Server's SUBSCRIBE gets 401, set "
                "mwi_endpoint = ours; set mwi_endpoint = site where all is well.",
                _SETTING,
            )
    for host, site in known.beside.items():
        yield GvmaWarning(
            COMES_FIRST,
            f"our endpoint gets the requests of {host}; without it {site.without_ours}. Set mwi_endpoint = site to "
            "leave them to it, or mwi_endpoint = ours where all is well.",
            _SETTING,
        )
