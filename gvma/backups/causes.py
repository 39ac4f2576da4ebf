"""Why a sync changed what it changed: options that Configuration Server had otherwise at the last change.

The snapshot of the last sync's backup set tells the old values. A PIN is in no snapshot: that one has changed is all
that is known of it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gvma.asterisk.roles import BY_ELEMENT, ROLES
from gvma.backups.backup_set import BackupSet
from gvma.backups.manifest import SNAPSHOT
from gvma.configserver.objects import ConfigObject
from gvma.mailboxes.claims import owner_of
from gvma.printable import MASK
from gvma.secrecy import masked_option
from gvma.storage import disk
from gvma.storage.history.model import Cause, shortened

_OBJECT = re.compile(rb'\{"kind":"(?:\w+)","dbid":(-?\d+),"number":"((?:[^"\\]|\\.)*)"')
_MOST = 1_000
_OF_ROUTING = frozenset({"subscribe-presence", "contact"})
_FIRST_PIN = "gvm_password"
_PRESENT = "present"

_Options = Mapping[str, str]


class Concerned(NamedTuple):
    """The owners of what has changed, by label, such as ``DN 1000``. new_pins: those whose first PIN has changed."""

    owners: Collection[str]
    new_pins: Collection[str] = ()


def causes(concerned: Concerned, before: BackupSet | None, now: Iterable[Sequence[ConfigObject]]) -> tuple[Cause, ...]:
    """In the order of the owners. Empty where no earlier snapshot can be read: then nobody knows.

    before: the set of the last sync. now: the answers of this one.
    """
    owners = dict.fromkeys(concerned.owners)
    if before is None or not owners:
        return ()
    names = _Names(owners)
    try:
        old = _options(_objects_of(before, names), names)
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    new = _options((one for answer in now for one in answer), names)
    found = [cause for owner in owners for cause in _of_owner(owner, old.get(owner), new.get(owner))]
    known = {(cause.owner, cause.option) for cause in found}
    found += [Cause(one, _FIRST_PIN, MASK, MASK) for one in concerned.new_pins if (one, _FIRST_PIN) not in known]
    place = {owner: number for number, owner in enumerate(owners)}
    return tuple(sorted(found, key=lambda cause: place.get(cause.owner, len(place)))[:_MOST])


class _Names:
    """labels, and what they end with: a number, or a DBID where the number is missing."""

    def __init__(self, labels: Collection[str]) -> None:
        self.labels = frozenset(labels)
        ends = {label.removeprefix(f"{role.label} ") for label in labels for role in ROLES}
        self.numbers = frozenset(ends)
        self.dbids = frozenset(end.removeprefix("with DBID ") for end in ends if end.startswith("with DBID "))


def _of_owner(owner: str, old: _Options | None, new: _Options | None) -> Iterator[Cause]:
    if old is None or new is None:
        if old is not new:
            yield Cause(owner, "", None if old is None else _PRESENT, None if new is None else _PRESENT)
        return
    for option in sorted({*old, *new}):
        was, there_is = old.get(option), new.get(option)
        if was != there_is and (option.startswith("gvm_") or option in _OF_ROUTING):
            yield Cause(owner, option, _kept(was), _kept(there_is))


def _kept(value: str | None) -> str | None:
    return None if value is None else shortened(value)


def _options(objects: Iterable[ConfigObject], names: _Names) -> dict[str, _Options]:
    """By label, masked as the snapshot has them. Of two objects with one label the first counts."""
    found: dict[str, _Options] = {}
    for one in objects:
        if one.number not in names.numbers and str(one.dbid) not in names.dbids:
            continue
        role = BY_ELEMENT.get(one.kind)
        label = owner_of(role, one) if role is not None else ""
        if label in names.labels and label not in found:
            found[label] = {key: masked_option(key, value) for key, value in one.options.items()}
    return found


def _objects_of(backup_set: BackupSet, names: _Names) -> Iterator[ConfigObject]:
    """The objects of a snapshot that may have these names. One object stands on a line; no other is read as JSON."""
    path = backup_set.folder / SNAPSHOT
    numbers = frozenset(json.dumps(number)[1:-1].encode() for number in names.numbers)
    dbids = frozenset(dbid.encode() for dbid in names.dbids)
    decode = json.JSONDecoder().raw_decode
    with os.fdopen(disk.open_to_read(path), "rb") as lines:
        if backup_set.manifest is None or os.fstat(lines.fileno()).st_size != backup_set.manifest.snapshot.size:
            raise ValueError("the snapshot is damaged")
        for line in lines:
            found = _OBJECT.search(line)
            if found is not None and (found[2] in numbers or found[1] in dbids):
                one, _ = decode(line[found.start() :].decode("ascii"))
                yield ConfigObject(one["kind"], one["dbid"], one["number"], options=one["options"])
