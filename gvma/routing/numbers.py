"""Which numbers of DNs can stand in Asterisk's dialplan, and in which order. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gvma.asterisk.drivers import Driver
from gvma.asterisk.entries import GvmaWarning
from gvma.asterisk.order import by_number
from gvma.routing.model import NumberedObject
from gvma.settings.model import GvmaSettings

EXTENSION, ROUTING_POINT = 1, 4
_NUMBER = re.compile(r"[A-Za-z0-9+*#][A-Za-z0-9_.+*#-]{0,78}")
_SPECIAL = frozenset({"a", "e", "h", "i", "o", "s", "t", "T", "fax", "failed", "hang"})
"""Extensions that Asterisk itself jumps to; a DN with such a number would change what they do."""
_RESERVED = frozenset({"general", "authentication", "global", "globals", "system", "default", "anonymous"})
"""Sections with a meaning of their own; an endpoint ``anonymous`` would let everybody in."""


class Numbers:
    """The numbers of one site: each belongs to the first DN that has it."""

    def __init__(self, settings: GvmaSettings, driver: Driver) -> None:
        peers = (settings.routing_sipserver_peer, settings.routing_gateway_peer)
        self._peers = frozenset(map(driver.folded, peers))
        self._folded = driver.folded
        self._owners: dict[str, str] = {}
        self.warnings: list[GvmaWarning] = []

    def of(self, label: str, objects: Iterable[NumberedObject], wanted: int) -> list[str]:
        """The usable numbers of DNs of one type, in order, each once; a warning for each of the others.

        label: what such a DN is called in a warning. wanted: the type; a DN without one is taken as well.
        """
        return sorted(self._usable(label, objects, wanted), key=by_number)

    def _usable(self, label: str, objects: Iterable[NumberedObject], wanted: int) -> Iterator[str]:
        for dn in sorted(objects, key=lambda dn: (dn.number, dn.dbid)):
            if dn.kind != "CfgDN" or dn.type not in {wanted, None}:
                continue
            number = dn.number.strip(" ")
            printable = number.isprintable() and 0 < len(number) <= 40
            owner = f"{label} {number}" if printable else f"{label} with DBID {dn.dbid}"
            reason = self._unusable(number)
            if reason:
                self._warn("routing-number", f"{owner} gets no hint and no extension: its number {reason}", owner)
                continue
            key = as_dialled(number).lower()
            first = self._owners.get(key)
            if first is None:
                self._owners[key] = owner
                yield number
            elif first != owner:
                self._warn("routing-number-twice", f"{owner} gets no extension: {first} has the same number", owner)

    def _unusable(self, number: str) -> str:
        """Why a number cannot be used; completes "its number ..."."""
        if self._folded(number) in self._peers:
            return "is the name of SIP Server's or the gateway's peer"
        if not number:
            return "is missing"
        if number.startswith("_"):
            return "begins with '_', which makes it a dialplan pattern"
        if _NUMBER.fullmatch(number) is None:
            return "is longer than 79 characters, or has one that means something to Asterisk's dialplan"
        if number in _SPECIAL or number.lower() in _RESERVED or number.lower().startswith(("gvm-", "gvma")):
            return "is a name that Asterisk or gvma reserves"
        return ""

    def _warn(self, code: str, message: str, owner: str) -> None:
        self.warnings.append(GvmaWarning(code, message, owner))


def as_dialled(extension: str) -> str:
    """The extension as Asterisk compares it: without dashes, so that 555-1234 is 5551234 (pbx.c, ext_cmp)."""
    return extension.replace("-", "")
