"""What the pages ask, through the evidence and its readers. Each answer is small enough to be kept.

The functions run in a process of their own; the modules that they need are not loaded in the server.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gvma.settings.reader import Examined, examine

if TYPE_CHECKING:
    from gvma.check.finding import Finding
    from gvma.evidence.model import Evidence
    from gvma.explain.chain import Explanation

_MOST_LINES = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """A mailbox in the list. owners: such as ``DN 1000, Agent Login 2222``. subscription: empty where it has none.

    is_missing: it has a subscription, and the mailbox itself is not where gvma writes it.
    """

    mailbox: str
    name: str
    owners: str
    subscription: str
    is_missing: bool = False

    def matches(self, words: str) -> bool:
        """Whether any part of it contains the words, capitals aside."""
        missing = "missing" if self.is_missing else ""
        return words in f"{self.mailbox}\n{self.name}\n{self.owners}\n{self.subscription}\n{missing}".casefold()


@dataclass(frozen=True, slots=True)
class Glance:
    """What ``gvma status`` says. state: its JSON fields. media_problem: why it has no figures of the media server.

    at: Unix time. unread: why what gvma wrote could not be read; empty where it could.
    records_unread: what earlier runs left could not be read. asking: a newer answer is on its way.
    """

    at: float
    state: dict[str, object]
    troubles: tuple[Finding, ...]
    rows: tuple[Row, ...]
    media_problem: str = ""
    unread: str = ""
    records_unread: bool = False
    asking: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``gvma check`` finds. muted: notes by code that the site has accepted. at: Unix time."""

    at: float
    found: tuple[Finding, ...]
    muted: dict[str, int]


@dataclass(frozen=True, slots=True)
class Explained:
    """What ``gvma explain`` says of a name. verdict: one sentence. not_asked: who could not be asked.

    is_read: what gvma wrote could be read. is_planned: what the next sync changes is known. is_paused: it waits for a
    person.
    """

    found: Explanation
    verdict: str
    not_asked: tuple[str, ...]
    is_read: bool = True
    is_planned: bool = True
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class FileChange:
    """What changed in one file or table. lines: of the diff, PINs masked. left_out: how many more there are."""

    path: str
    lines: tuple[str, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Changes:
    """From one backup set to the next. new: empty for the files as they are now."""

    old: str
    new: str
    files: tuple[FileChange, ...]


def _examined(config: Path | None) -> Examined:
    return examine(config, os.environ)


def ask_glance(config: Path | None) -> Glance:
    """config: the settings file as the command line names it; here and below."""
    from gvma.evidence.at_a_glance import glance  # noqa: PLC0415  (not in the server)
    from gvma.status import as_json, troubles  # noqa: PLC0415

    evidence = glance(_examined(config))
    problem = evidence.sink.problem
    return Glance(
        time.time(),
        as_json(evidence),
        tuple(troubles(evidence)),
        _rows(evidence),
        evidence.media.unanswered or "",
        str(problem) if problem is not None else "",
        evidence.records.problem is not None,
    )


def ask_check(config: Path | None) -> Checked:
    """Asks every source."""
    from gvma.check.catalogue import findings  # noqa: PLC0415  (not in the server)
    from gvma.check.muting import without_muted  # noqa: PLC0415
    from gvma.evidence.collect import collect  # noqa: PLC0415

    evidence = collect(_examined(config))
    found, muted = without_muted(findings(evidence), evidence.settings.gvma.check_ignore)
    return Checked(time.time(), tuple(found), muted)


def ask_explain(config: Path | None, name: str) -> Explained:
    """Asks Configuration Server and Asterisk."""
    from gvma.configserver.objects import ConfigObject  # noqa: PLC0415  (not in the server)
    from gvma.evidence.by_name import look_by_name  # noqa: PLC0415
    from gvma.explain.chain import explain  # noqa: PLC0415
    from gvma.explain.verdict import not_asked, verdict  # noqa: PLC0415

    evidence = look_by_name(_examined(config), (name,))
    (found,) = explain(evidence)
    said = verdict(evidence, found)
    objects = tuple(
        replace(one, one=ConfigObject(one.one.kind, one.one.dbid, one.one.number)) for one in found.objects
    )  # without their own options, of which gvm_password is one
    planned = evidence.next_sync
    return Explained(
        replace(found, objects=objects),
        said,
        tuple(not_asked(evidence)),
        is_read=evidence.sink.problem is None,
        is_planned=planned is not None and planned.problem is None,
        is_paused=evidence.records.paused is not None,
    )


def ask_changes(config: Path | None, name: str) -> Changes:
    """From the backup set that is called so to the next one. Raises BackupSetError."""
    from functools import partial  # noqa: PLC0415  (not in the server)

    from gvma.backups.comparison import compare  # noqa: PLC0415
    from gvma.backups.sets import BackupSets  # noqa: PLC0415
    from gvma.sinks.looking import present_rows  # noqa: PLC0415

    settings = _examined(config).loaded.settings.gvma
    sets = BackupSets(settings.backup_path)
    old = sets.find(name)
    new = min((one for one in sets.all() if one.id > old.id), key=lambda one: one.id, default=None)
    files = []
    for file in compare(sets, old, new, partial(present_rows, settings)):
        if file.differs:
            lines = "\n".join(file.lines()).split("\n")
            files.append(FileChange(str(file.path), tuple(lines[:_MOST_LINES]), max(0, len(lines) - _MOST_LINES)))
    return Changes(old.id, new.id if new else "", tuple(files))


def _rows(evidence: Evidence) -> tuple[Row, ...]:
    """In the order of the mailboxes that a sync writes: a database gives its rows in no order."""
    from gvma.asterisk.roles import OWN_CONTEXTS  # noqa: PLC0415  (not in the server)
    from gvma.plan.owners import OwnerNames  # noqa: PLC0415

    present = evidence.sink.present
    names = OwnerNames(evidence.records.owners, b"")
    of_mailboxes, of_subscriptions = (
        names.of_mailboxes(present.mailboxes),
        names.of_subscriptions(present.subscriptions),
    )
    watches = {watched.mailbox: name for name, watched in present.subscriptions.items()}
    rows = [
        Row(key, mailbox.name, of_mailboxes.get(key, ""), watches.pop(key, ""))
        for key, mailbox in present.mailboxes.items()
    ]
    others = [
        Row(key, "", of_subscriptions.get(name, ""), name, is_missing=key.partition("@")[2] in OWN_CONTEXTS)
        for key, name in watches.items()
    ]
    return (*sorted(rows, key=_place), *sorted(others, key=_place))


def _place(row: Row) -> tuple[int, str, tuple[bool, int, str]]:
    """gvma's own contexts come first."""
    from gvma.asterisk.order import by_number  # noqa: PLC0415  (not in the server)
    from gvma.asterisk.roles import OWN_CONTEXTS  # noqa: PLC0415

    box, _, context = row.mailbox.rpartition("@")
    is_own = context in OWN_CONTEXTS
    return OWN_CONTEXTS.index(context) if is_own else len(OWN_CONTEXTS), "" if is_own else context, by_number(box)
