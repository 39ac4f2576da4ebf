"""``gvma backup``: list, show, compare, verify, restore and forget backup sets.

No PIN and no secret is shown. Whatever writes takes the lock first.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from gvma.backups.backup_set import BackupSet, damaged
from gvma.backups.sets import BackupSets, strangers
from gvma.cli import exits
from gvma.cli.commands.restoring import restore, warn_mended
from gvma.cli.completing import backup_sets
from gvma.cli.values.age import shown_age
from gvma.plan.counts import Counts
from gvma.storage.history import log
from gvma.storage.signals import stoppable
from gvma.storage.state.pause import read_pause

# What one command alone needs is imported in its function: `gvma backup list` starts without it.
if TYPE_CHECKING:
    from gvma.backups.manifest import SavedFile
    from gvma.cli.invocation import Invocation
    from gvma.settings.model import GvmaSettings

_ID = "ID"
_FEW_FILES = 2


@click.group(
    epilog=exits.help_ending(
        "gvma backup list", "gvma backup restore latest --dry-run", exits=(11, 12, 14, 15, 16, 17, 18, exits.SETTINGS)
    )
)
def command() -> None:
    """List, compare, verify, restore and forget backup sets.

    A set is made before every change: a folder under backup_path with plain copies of Asterisk's files, which
    can be read without gvma.
    """


@command.command("list", epilog=exits.help_ending("gvma backup list", exits=(17, exits.SETTINGS)))
@click.pass_obj
def list_sets(invocation: Invocation) -> None:
    """List the backup sets, oldest first: age, what the run changed that made the set, and why it ran.

    A set holds the files as they were before that run. +1 ~1 -0 counts the mailboxes and subscriptions that the run
    added, changed and removed; it is left out where the history does not know the run any more.
    """
    settings, output = _settings(invocation), invocation.output
    sets = BackupSets(settings.backup_path).all()
    pause = read_pause(settings.backup_path)
    restored = pause.backup_set if pause else None
    changes, now = _changes(settings), datetime.now(UTC)
    shown = [
        {
            **_as_json(one),
            "restored": one.id == restored,
            "age_seconds": _age(one, now),
            "changes": changes[one.id].as_json() if one.id in changes else None,
        }
        for one in sets
    ]
    output.result("backup list", "ok", backup_path=str(settings.backup_path), sets=shown)
    if not sets:
        output.line("There is no backup set yet. The first `gvma sync` that changes a file makes one.")
    rows = []
    for one in sets:
        marks = [mark for mark, true in (("first", one.first), ("restored, sync paused", one.id == restored)) if true]
        said = _reason(one) + "".join(f" [{mark}]" for mark in marks)
        counts = changes.get(one.id)
        signed = f"+{counts.add} ~{counts.change} -{counts.remove}" if counts is not None else ""
        rows.append((one.id, shown_age(_age(one, now)), signed, said))
    output.table(rows)


def _changes(settings: GvmaSettings) -> dict[str, Counts]:
    """What the runs changed that made a set, by the set's id."""
    found: dict[str, Counts] = {}
    for run in log.read(settings.backup_path).runs:
        if run.backup_set is not None:
            found[run.backup_set] = found.get(run.backup_set, Counts()).plus(run.changes)
    return found


def _age(one: BackupSet, now: datetime) -> int:
    """Seconds; 0 where the clock was ahead when the set was made."""
    return max(0, int((now - one.time).total_seconds()))


def _reason(one: BackupSet) -> str:
    """Short enough for 80 columns; `gvma backup show` has the rest."""
    if one.manifest is None:
        return f"damaged: {one.fault}"
    changed = [file.path.name for file in one.files if file.changed]
    changed += [table.name for table in one.tables if table.changed]
    files = ", ".join(changed) if len(changed) <= _FEW_FILES else f"{len(changed)} files"
    return f"{one.manifest.reason.partition(' of ')[0]}: {files or 'no file'}"


@command.command(epilog=exits.help_ending("gvma backup show latest", exits=(17, exits.SETTINGS)))
@click.argument("wanted", metavar=_ID, shell_complete=backup_sets)
@click.pass_obj
def show(invocation: Invocation, wanted: str) -> None:
    """Show what a backup set holds. ID: an id, the unique beginning of one, or `latest`."""
    settings, output = _settings(invocation), invocation.output
    one = BackupSets(settings.backup_path).find(wanted)
    manifest = one.manifest
    if manifest is None:
        raise damaged(one, [one.fault])
    output.result("backup show", "ok", set=_as_json(one))
    output.line(f"Set     {one.id}{' (the first ever made, kept for good)' if one.first else ''}")
    output.line(f"Folder  {one.folder}")
    output.line(f"Made    {manifest.time}, on {manifest.host}, by gvma {manifest.gvma_version}, run {manifest.run_id}")
    output.line(f"Reason  {manifest.reason}")
    for file in one.files:
        output.line(f"{'*' if file.changed else ' '} {_described(file)}")
    for table in one.tables:
        output.line(f"{'*' if table.changed else ' '} {table.name} in {table.database}: {table.rows} rows of gvma's")
    output.line("What is marked * was about to be changed.")


@command.command(
    epilog=exits.help_ending(
        "gvma backup diff latest", "gvma backup diff 20261121T21 latest", exits=(12, 14, 17, 18, exits.SETTINGS)
    )
)
@click.argument("wanted", metavar=_ID, shell_complete=backup_sets)
@click.argument("other", metavar="[ID]", required=False, shell_complete=backup_sets)
@click.pass_obj
def diff(invocation: Invocation, wanted: str, other: str | None) -> None:
    """Compare a backup set with the present files or rows, or with another set; PINs are masked.

    The diff goes from the first set to the second one, or to what there is now.
    """
    from gvma.backups.comparison import compare  # noqa: PLC0415
    from gvma.sinks.looking import present_rows  # noqa: PLC0415

    settings, output = _settings(invocation), invocation.output
    sets = BackupSets(settings.backup_path)
    old = sets.find(wanted)
    new = sets.find(other) if other is not None else None
    found = compare(sets, old, new, partial(present_rows, settings))
    files = [one.as_json() for one in found]
    output.result("backup diff", "ok", old=old.id, new=new.id if new else None, files=files)
    for line in (line for one in found for line in one.lines()):
        output.line(line)
    if output.stdout_is_terminal and not any(one.differs for one in found):
        output.line("No difference.")


@command.command(epilog=exits.help_ending("gvma backup verify", exits=(17, exits.SETTINGS)))
@click.argument("wanted", metavar="[ID]", required=False, shell_complete=backup_sets)
@click.pass_obj
def verify(invocation: Invocation, wanted: str | None) -> None:
    """Check by checksums that a set, or every set, is complete and unchanged."""
    settings, output = _settings(invocation), invocation.output
    sets = BackupSets(settings.backup_path)
    chosen = [sets.find(wanted)] if wanted is not None else sets.all()
    faults = {one.id: sets.faults(one) + strangers(one, settings) for one in chosen}
    output.result(
        "backup verify",
        "ok",
        sets=[{"id": one, "sound": not found, "faults": found} for one, found in faults.items()],
    )
    for one, found in faults.items():
        output.line(f"{one}  {'; '.join(found) or 'sound'}")
    faulty = [one for one in chosen if faults[one.id]]
    if faulty:
        raise damaged(faulty[0], faults[faulty[0].id], more=len(faulty) - 1)


command.add_command(restore)


@command.command(
    epilog=exits.help_ending("gvma backup forget --keep-last 30 --dry-run", exits=(11, 17, exits.SETTINGS))
)
@click.option("--keep-last", type=click.IntRange(min=0), metavar="N", help="Keep the newest N sets.")
@click.option("--keep-daily", type=click.IntRange(min=0), metavar="N", help="Keep the newest of each of N days.")
@click.option("--keep-monthly", type=click.IntRange(min=0), metavar="N", help="Keep the newest of each of N months.")
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and remove nothing.")
@click.pass_obj
def forget(
    invocation: Invocation, keep_last: int | None, keep_daily: int | None, keep_monthly: int | None, dry_run: bool
) -> None:
    """Remove old sets. Without --keep options, keep_last, keep_daily and keep_monthly of the settings count.

    Days and months are in UTC; only those that have a set are counted. The first set ever made is never removed.
    """
    from gvma.backups.retention import Policy, apply_policy, policy_of, review  # noqa: PLC0415
    from gvma.sinks.files.atomic.journal import sets_in_use  # noqa: PLC0415
    from gvma.storage.lock import hold_lock  # noqa: PLC0415

    settings, output = _settings(invocation), invocation.output
    policy = policy_of(settings)
    if (keep_last, keep_daily, keep_monthly) != (None, None, None):
        policy = Policy(keep_last or 0, keep_daily or 0, keep_monthly or 0)
    if dry_run:
        verdicts = review(settings.backup_path, policy, sets_in_use(settings.backup_path))
    else:
        with stoppable(), hold_lock(settings.backup_path):
            warn_mended(output, settings)
            verdicts = apply_policy(settings.backup_path, policy, sets_in_use(settings.backup_path))
    kept = [verdict for verdict in verdicts if verdict.reasons]
    gone = [verdict.backup_set.id for verdict in verdicts if not verdict.reasons]
    output.result(
        "backup forget",
        "changed" if gone and not dry_run else "ok",
        dry_run=dry_run,
        kept=[{"id": one.backup_set.id, "reasons": list(one.reasons)} for one in kept],
        removed=gone,
    )
    if output.quiet:
        return
    for verdict in kept:
        output.line(f"keep    {verdict.backup_set.id}  {', '.join(verdict.reasons)}")
    for one in gone:
        output.line(f"{'would remove' if dry_run else 'removed'} {one}")


def _settings(invocation: Invocation) -> GvmaSettings:
    return invocation.settings(without=("cfgserver", "media")).gvma


def _as_json(one: BackupSet) -> dict[str, object]:
    if one.manifest is None:
        return {"id": one.id, "folder": str(one.folder), "fault": one.fault}
    return {**one.manifest.as_json(), "folder": str(one.folder), "fault": None}


def _described(file: SavedFile) -> str:
    if not file.existed:
        return f"{file.path}: did not exist"
    return f"{file.path}: {file.digest.size} bytes, {file.owner}:{file.group} {file.rights.mode:04o}"
