"""Whose PIN counts: Configuration Server's first PIN, or the one that the owner chose by phone.

Pure. The record of first PINs holds keyed hashes, never a PIN; nothing here prints or logs one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from gvma.mailboxes import Mailbox
from gvma.printable import shown_without

_TITLE = "gvma-first-pins 1 "
KEY_BYTES = 32


class PinRecord(NamedTuple):
    """The first PINs of the last sync. key: what the hashes were made with. hashes: by ``box@context``."""

    key: bytes
    hashes: Mapping[str, str]

    def __repr__(self) -> str:
        return shown_without(self, "key", "hashes")


class PinPlan(NamedTuple):
    """Which PINs are set; every other mailbox that exists keeps the PIN in force.

    reset: mailboxes whose first PIN is to be in force again, although they may exist already.
    fresh: mailboxes that neither the sink nor an existing record knows.
    record: the text of the new record of first PINs.
    """

    reset: frozenset[str] = frozenset()
    fresh: tuple[str, ...] = ()
    record: bytes = b""

    def __repr__(self) -> str:
        return shown_without(self, "record")


def keyed_hash(key: bytes) -> hashlib.blake2b:
    """What every ``fingerprint`` with this key begins with: 100,000 copies of it take less time than as many keys."""
    return hashlib.blake2b(key=key, digest_size=16)


def fingerprint(keyed: hashlib.blake2b, box: str, pin: str) -> str:
    """The keyed hash of a first PIN: 32 hex digits, another for each box (BLAKE2b as a MAC, RFC 7693)."""
    mark = keyed.copy()
    mark.update(f"{box}\0{pin}".encode("utf-8", "surrogatepass"))
    return mark.hexdigest()


def plan_pins(  # noqa: PLR0913  (each is one of what a PIN depends on)
    mailboxes: Collection[Mailbox],
    present: Collection[str],
    record: PinRecord | None,
    key: bytes,
    *,
    wanted_resets: frozenset[str] = frozenset(),
    retained: Collection[str] = (),
) -> PinPlan:
    """Decides for each mailbox whether its PIN stays or becomes the first PIN.

    mailboxes: as Configuration Server wants them, in the order of the record. present: ``box@context`` of those
    that exist. record: None where there was no earlier sync. key: of the new record; the old one's where there is
    one. retained: mailboxes that stay although Configuration Server's value for them is unusable.
    The PIN in force stays unless the first PIN has changed since the record, or a reset is wanted.
    """
    known: Mapping[str, str] = record.hashes if record else {}
    keyed = keyed_hash(key)
    reset: set[str] = set()
    fresh: list[str] = []
    entries: list[str] = []
    for mailbox in mailboxes:
        box = mailbox.key
        mark = fingerprint(keyed, box, mailbox.pin)
        entries.append(f"{box} {mark}\n")
        before = known.get(box)
        if box in wanted_resets or (before is not None and before != mark):
            reset.add(box)
        elif record is not None and before is None and box not in present:
            fresh.append(box)
    entries.extend(f"{box} {known[box]}\n" for box in sorted(retained) if box in known)
    seal = "-" if retained else _seal(key, mailboxes)
    text = f"{_TITLE}{key.hex()} {seal}\n{''.join(entries)}".encode()
    return PinPlan(frozenset(reset), tuple(fresh), text)


def first_pins_unchanged(mailboxes: Collection[Mailbox], text: bytes) -> bool:
    """Whether a record is just what ``plan_pins`` would write again: then no first PIN has changed."""
    title = text.partition(b"\n")[0]
    key = _key(title)
    return key is not None and title.endswith(b" " + _seal(key, mailboxes).encode())


def read_record(text: bytes) -> PinRecord | None:
    """The record as it was written; None where the text is no record (then the file's PINs stay)."""
    title, _, entries = text.partition(b"\n")
    key = _key(title)
    if key is None:
        return None
    hashes: dict[str, str] = {}
    for entry in entries.decode("utf-8", "replace").splitlines():
        box, _, mark = entry.rpartition(" ")
        if len(mark) != 32 or "@" not in box:
            return None
        hashes[box] = mark
    return PinRecord(key, hashes)


def _seal(key: bytes, mailboxes: Iterable[Mailbox]) -> str:
    """One keyed hash of all boxes and their first PINs, in their order."""
    rows = [f"{one.box}\0{one.context}\0{one.pin}\n" for one in mailboxes]
    return hashlib.blake2b("".join(rows).encode("utf-8", "surrogatepass"), key=key, digest_size=32).hexdigest()


def _key(title: bytes) -> bytes | None:
    if not title.startswith(_TITLE.encode()):
        return None
    try:
        key = bytes.fromhex(title[len(_TITLE) :].partition(b" ")[0].decode("ascii", "replace"))
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
