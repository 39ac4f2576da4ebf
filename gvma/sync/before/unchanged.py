"""Nothing to do, known without reading: the same inputs as those of a run that found nothing to do.

A plan is a function of what goes into it. A full run that changed no file, no row and no record leaves the digest of
all that went in, its *key*; a later run whose inputs have the same key would come to the same end, and stops there.
What Configuration Server, Asterisk, the database and the disk say is asked anew each time; only the conclusions are
spared.

With ``sink = realtime`` the records are those of the database, which every host shares, and PostgreSQL itself makes the
digest of gvma's rows. Rows of the site's own are no input, since gvma's account does not see them. Nor is what the
nodes have: they are asked only for a change that has just been written.

A wrong "nothing to do" is worse than any cost: whatever cannot be repeated, or is not known here, means a full run.
Who gives the plan a new input adds it to ``Inputs``, or notes the look by gvma.looks; a test holds the planner to it.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from pyexpat import EXPAT_VERSION
from typing import Any

from gvma import __version__
from gvma.asterisk.conf.model import EndlessInclude
from gvma.asterisk.entries import GvmaWarning
from gvma.errors import GvmaError
from gvma.looks import Look, Looks, digest, noting
from gvma.settings.model import Secret, Settings
from gvma.sip.addresses import addresses_of, hosts_of_asterisk
from gvma.storage.asterisk.conf_files import content, included_files, unread
from gvma.storage.asterisk.files import read_target
from gvma.storage.private import look_at_private, read_private
from gvma.storage.state import records
from gvma.sync.report import SyncOptions, SyncReport

NAME = "nothing-to-do.json"
_SECONDS = 10.0

Ways = Mapping[str, Callable[..., object]]
"""How each kind of look is taken again, with its arguments."""


@dataclass(frozen=True)
class Inputs:
    """What goes into a plan beside the looks at the world and the records.

    warnings: those of the settings. addresses: of the settings' hosts. driver, driver_reason: the channel driver that
    was chosen. known: what Asterisk says of the senders that it knows, None where it was not asked. database: what that
    says of itself, none where files are the sink. answers: the digest of the decompressed bytes of each answer, in
    their order, by the name of its query.
    """

    settings: Settings
    options: SyncOptions
    warnings: tuple[GvmaWarning, ...]
    addresses: Mapping[str, frozenset[str]]
    driver: str
    driver_reason: str
    known: object
    database: tuple[object, ...]
    answers: Mapping[str, str]


class _NoFixedFormError(Exception):
    """Of a value that this module does not know; it names its type."""


def is_possible(settings: Settings, options: SyncOptions, warnings: Iterable[GvmaWarning]) -> bool:
    """Whether this run may end by a key, or leave one. warnings: those of the run so far.

    A person who asks for more than the usual run gets a full one; so does a first run, and a run that mended another.
    """
    is_first = not os.path.exists(records.folder(settings.gvma.backup_path) / records.LAST)
    asks_for_more = options.resume or options.allow_remove or bool(options.reset_pins) or options.export is not None
    mended = any(warning.code == "interrupted-run-mended" for warning in warnings)
    return not is_first and not asks_for_more and not mended


@dataclass(frozen=True)
class Conclusion:
    """What the full run said. objects: how many each query gave. files, tables: the targets, none of them changed."""

    objects: Mapping[str, int]
    files: tuple[Path, ...]
    tables: tuple[str, ...]
    warnings: tuple[GvmaWarning, ...]


def conclusion_of(inputs: Inputs, ways: Ways) -> Conclusion | None:
    """What an earlier full run said of the same inputs; None where there was none, or anything differs.

    ways: how the sink takes a look again, beside those that this module knows.
    """
    backup_path = inputs.settings.gvma.backup_path
    try:
        left = json.loads(read_private(records.folder(backup_path) / NAME) or b"{}")
        looks = [(str(how), tuple(map(str, what))) for how, what in left["looks"]]
        objects = {str(kind): int(count) for kind, count in left["objects"].items()}
        files = tuple(Path(path) for path in left["files"])
        tables = tuple(map(str, left["tables"]))
        key, answers = left["key"], left["answers"]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):  # none, or damaged
        return None
    if answers != dict(inputs.answers):  # known at once; all else costs a look at every file
        return None
    again = _looks_again(looks, {**_WAYS, **ways})
    if again is None or key is None or key != _key(inputs, again):
        return None
    said = records.read_left(backup_path).warnings()
    return Conclusion(objects, files, tables, tuple(GvmaWarning(*map(str, one)) for one in said))


def leave(inputs: Inputs, looks: Looks, report: SyncReport) -> None:
    """Keeps the key of a full run that found nothing to do, and left every record as it was. Raises BackupSetError."""
    key = _key(inputs, looks) if looks.can_be_repeated else None
    if key is None:
        return
    left = {
        "key": key,
        "answers": dict(inputs.answers),
        "looks": [[look.how, list(look.what)] for look in looks],
        "objects": report.objects,
        "files": list(map(str, report.files)),
        "tables": list(report.tables),
    }
    records.leave(inputs.settings.gvma.backup_path, NAME, (json.dumps(left, indent=1) + "\n").encode())


def _looks_again(looks: Iterable[tuple[str, tuple[str, ...]]], ways: Ways) -> list[Look] | None:
    """What the same looks find now; None where one cannot be taken."""
    found: list[Look] = []
    for how, what in looks:
        take = ways.get(how)
        if take is None:
            return None
        with noting() as now:
            try:
                take(*what)
            except (GvmaError, EndlessInclude):  # a full run says what is wrong
                return None
        if not now or not now.can_be_repeated:
            return None
        found.append(now[-1])  # one look may take others on its way
    return found


_WAYS: Ways = {
    "target": lambda path: read_target(Path(path)),
    "content": content,
    "private": lambda path: look_at_private(Path(path)),
    "included": lambda folder, name: list(included_files(Path(folder), name)),
    "unread": lambda folder, name: unread(Path(folder), name),
    "addresses": lambda *hosts: addresses_of(hosts, _SECONDS),
    "asterisk": lambda host, *mentioned: hosts_of_asterisk(host, mentioned, _SECONDS),
}
"""How each kind of look is taken again."""


def _key(inputs: Inputs, looks: Iterable[Look]) -> str | None:
    """None where an input has no fixed form: then nobody can say that it is the same."""
    backup_path = inputs.settings.gvma.backup_path
    left = records.read_left(backup_path)
    try:
        given = [f"{field.name} {_fixed_form(getattr(inputs, field.name))}" for field in fields(inputs)]
    except _NoFixedFormError:
        return None
    return digest(
        *(f"{name} {value}" for name, value in _versions().items()),
        *given,
        "records",
        left.pins,
        left.owners,
        left.last,
        bool(records.read_marks(backup_path)),
        "looks",
        *(part for look in looks for part in (look.how, repr(look.what), look.found)),
    )


def _versions() -> dict[str, object]:
    """Whose rights count is one of them: it decides what may be read and written."""
    return {
        "gvma": __version__,
        "python": platform.python_version(),
        "expat": EXPAT_VERSION,
        "account": (os.geteuid(), os.getegid(), sorted(os.getgroups())),
    }


def _fixed_form(value: Any) -> str:
    """A text that is the same for the same value in every process, and different for different ones."""
    if isinstance(value, Secret):
        return f"Secret({value.reveal()!r})"
    if is_dataclass(value):
        members = (f"{field.name}={_fixed_form(getattr(value, field.name))}" for field in fields(value))
        return f"{type(value).__name__}({', '.join(members)})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_fixed_form(key)}: {_fixed_form(one)}' for key, one in value.items())}}}"
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(map(_fixed_form, value)))}}}"
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_fixed_form, value))}]"
    if isinstance(value, (str, bytes, int, float, Path, Enum, type(None))):
        return f"{type(value).__name__}:{value!r}"
    raise _NoFixedFormError(type(value).__name__)
