"""Business call routing (the manual's lines 1960-2080): what the dialplan and the endpoints' file get for it.

Asterisk keeps the agents' phones; SIP Server watches them by their hints and gets the calls to the service
numbers. Pure. What the site wrote itself is never doubled, and is named in ``left_out``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gvma.asterisk import endpoints
from gvma.asterisk.entries import GvmaWarning
from gvma.asterisk.hosts import sipserver_hosts
from gvma.asterisk.site import DialplanNames
from gvma.settings.model import GvmaSettings

_EXTENSION, _ROUTING_POINT = 1, 4
_NUMBER = re.compile(r"[A-Za-z0-9+*#][A-Za-z0-9_.+*#-]{0,78}")
_SPECIAL = frozenset({"a", "e", "h", "i", "o", "s", "t", "T", "fax", "failed", "hang"})
"""Extensions that Asterisk itself jumps to; a DN of such a name would change what they do."""
# PJSIP lets everybody in for whom it finds no other endpoint where one has the name anonymous.
_RESERVED = frozenset({"general", "authentication", "global", "globals", "system", "default", "anonymous"})


class NumberedObject(Protocol):
    """What is read of a DN; ``gvma.configserver.objects.ConfigObject`` is one."""

    @property
    def kind(self) -> str: ...
    @property
    def dbid(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def type(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Site:
    """What stands outside our blocks. sections: of sip.conf or pjsip.conf. identified: SIP Server's and the
    gateway's addresses that the site's pjsip.conf identifies, with the endpoint."""

    dialplan: DialplanNames = field(default_factory=DialplanNames)
    sections: frozenset[str] = frozenset()
    identified: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Routing:
    """What to write. dialplan, endpoints: for ``routing=`` of the renderers. identified: SIP Server's addresses
    that ``endpoints`` identifies; the MWI endpoint must leave them out. left_out: one line for each thing that
    the site has itself."""

    dialplan: bytes = b""
    endpoints: bytes = b""
    identified: tuple[str, ...] = ()
    warnings: tuple[GvmaWarning, ...] = ()
    left_out: tuple[str, ...] = ()


def routing(
    extensions: Iterable[NumberedObject],
    routing_points: Iterable[NumberedObject],
    settings: GvmaSettings,
    driver: str,
    site: Site | None = None,
) -> Routing:
    """The routing part of both blocks. driver: ``sip`` or ``pjsip``. Nothing where ``routing`` is off.

    A DN whose number is a dialplan pattern, or could mean something else to Asterisk, gets nothing and a warning.
    """
    if not settings.routing:
        return Routing()
    site = site or Site()
    # chan_sip compares the names of peers without case, PJSIP with.
    sections = site.sections if driver == "pjsip" else frozenset(name.lower() for name in site.sections)
    known = {
        "hint": frozenset(map(_dialled, site.dialplan.hints)),
        "extension": frozenset(map(_dialled, site.dialplan.extensions)),
        "endpoint": sections,
    }
    draft = _Draft(settings, driver, site.identified, known)
    phones = draft.numbers("DN", extensions, _EXTENSION)
    services = draft.numbers("Routing Point", routing_points, _ROUTING_POINT)
    peers, identified = draft.endpoints(phones) if settings.routing_endpoints else (b"", ())
    dialplan = draft.dialplan(phones, services)
    return Routing(dialplan, peers, identified, tuple(draft.warnings), tuple(draft.left_out))


@dataclass(slots=True)
class _Draft:
    """One answer while it is put together."""

    settings: GvmaSettings
    driver: str
    identified: Mapping[str, str]
    known: Mapping[str, frozenset[str]]
    warnings: list[GvmaWarning] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)

    def numbers(self, label: str, things: Iterable[NumberedObject], wanted: int) -> list[str]:
        """The usable numbers in order, each once."""
        numbers: list[str] = []
        for thing in sorted(things, key=lambda thing: (thing.number, thing.dbid)):
            if thing.kind != "CfgDN" or thing.type not in {wanted, None}:
                continue
            number = thing.number.strip(" ")
            named = number.isprintable() and 0 < len(number) <= 40
            owner = f"{label} {number}" if named else f"{label} with DBID {thing.dbid}"
            reason, key = self._unusable(number), _dialled(number).lower()
            if reason:
                message = f"{owner} gets no hint and no extension: its number {reason}"
                self.warnings.append(GvmaWarning("routing-number", message, owner))
            elif key not in self.taken:
                self.taken[key] = owner
                numbers.append(number)
            elif self.taken[key] != owner:
                message = f"{owner} gets no extension: {self.taken[key]} has that number"
                self.warnings.append(GvmaWarning("routing-number-twice", message, owner))
        return sorted(numbers, key=_in_order)

    def dialplan(self, phones: list[str], services: list[str]) -> bytes:
        settings = self.settings
        tech = "PJSIP" if self.driver == "pjsip" else "SIP"
        lines = [f"[{settings.routing_context}]"]
        for number in phones:
            if self._missing("hint", number):
                lines.append(f"exten => {number},hint,{tech}/{number}")
            if self._missing("extension", number):
                lines.append(f"exten => {number},1,Dial({tech}/{number},{settings.routing_phone_seconds})")
        for number in services:
            if self._missing("extension", number):
                target = f"{tech}/${{EXTEN}}@{settings.routing_sipserver_peer}"
                lines.append(f"exten => {number},1,Dial({target},{settings.routing_service_seconds},r)")
                lines.append(f"exten => {number},2,Hangup()")
        prefix = settings.routing_external_prefix
        if prefix and self._gateway_known() and self._missing("extension", f"_{prefix}."):
            target = f"{tech}/${{EXTEN:{len(prefix)}}}@{settings.routing_gateway_peer}"
            lines.append(f"exten => _{prefix}.,1,Dial({target},{settings.routing_phone_seconds})")
        return ("\n".join(lines) + "\n").encode()

    def endpoints(self, phones: list[str]) -> tuple[bytes, tuple[str, ...]]:
        """Gateway, SIP Server and the phones, and SIP Server's addresses that are identified thereby."""
        settings, known = self.settings, self.identified
        draw = endpoints.PJSIP if self.driver == "pjsip" else endpoints.SIP
        hosts = sipserver_hosts(settings)
        parts: list[str] = []
        identified: tuple[str, ...] = ()
        if self._missing("endpoint", settings.routing_gateway_peer):
            if settings.routing_gateway_host:
                parts.append(draw.gateway(settings, hosts, known))
            else:
                self._no_address("routing_gateway_host", settings.routing_gateway_peer)
        if self._missing("endpoint", settings.routing_sipserver_peer):
            if hosts:
                parts.append(draw.sipserver(settings, hosts, known))
                identified = tuple(host for host in hosts if host not in known) if self.driver == "pjsip" else ()
            else:
                self._no_address("siptserver_host", settings.routing_sipserver_peer)
        parts.extend(draw.phone(number, settings) for number in phones if self._missing("endpoint", number))
        if identified and settings.mwi_mode == "REGISTER":
            self._register_is_refused()
        return "".join(parts).encode(), identified

    def _unusable(self, number: str) -> str:
        peers = (self.settings.routing_sipserver_peer, self.settings.routing_gateway_peer)
        if self._folded(number) in map(self._folded, peers):
            return "is the name of SIP Server's or the gateway's peer"
        return _unusable(number)

    def _missing(self, what: str, name: str) -> bool:
        """Whether the site has no such hint, extension or endpoint of its own; what it has is left out."""
        if (self._folded(name) if what == "endpoint" else _dialled(name)) not in self.known[what]:
            return True
        self.left_out.append(f"{what} {name}")
        return False

    def _gateway_known(self) -> bool:
        """Whether there is, or will be, a gateway to send external numbers to."""
        settings = self.settings
        return (
            not settings.routing_endpoints
            or bool(settings.routing_gateway_host)
            or self._folded(settings.routing_gateway_peer) in self.known["endpoint"]
        )

    def _folded(self, name: str) -> str:
        return name if self.driver == "pjsip" else name.lower()

    def _no_address(self, key: str, peer: str) -> None:
        where = f"[gvma_settings] {key}"
        self.warnings.append(GvmaWarning("routing-address", f"{peer} is left out: {key} is missing", where))

    def _register_is_refused(self) -> None:
        peer = self.settings.routing_sipserver_peer
        message = (
            f"{peer} is known by its address, so SIP Server's REGISTER is taken for it and refused; "
            "set endpoint_identifier_order=username,ip,anonymous in [global] of pjsip.conf"
        )
        self.warnings.append(GvmaWarning("register-and-identify", message, peer))


def _dialled(extension: str) -> str:
    """The extension as Asterisk compares it: without dashes, so that 555-1234 is 5551234 (pbx.c, ext_cmp)."""
    return extension.replace("-", "")


def _in_order(number: str) -> tuple[bool, int, str]:
    return (False, int(number), number) if number.isdecimal() else (True, 0, number)


def _unusable(number: str) -> str:
    if not number:
        return "is missing"
    if number.startswith("_"):
        return "begins with _ and would be a dialplan pattern"
    if _NUMBER.fullmatch(number) is None:
        return "has characters that mean something to Asterisk's dialplan, or more than 79 of them"
    if number in _SPECIAL or number.lower() in _RESERVED or number.lower().startswith(("gvm-", "gvma")):
        return "is a name that Asterisk or gvma uses itself"
    return ""
