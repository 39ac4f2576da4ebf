"""An earlier state brought back from a backup set, byte for byte, and the sync paused.

It works as a sync does: plan, backup set of what it replaces, transaction, reload, read back. It never asks
Configuration Server.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gvma.ami.asterisk import Asterisk
from gvma.ami.verify import PJSIP, VOICEMAIL, Expected
from gvma.asterisk import lines
from gvma.asterisk.drivers import driver_of
from gvma.backups.diff import masked_diff
from gvma.backups.manifest import SavedFile
from gvma.backups.sets import BackupSet, BackupSets
from gvma.errors import AsteriskRefusedError, AsteriskUnreachableError, GvmaError, UnsafeTargetError
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.carry_pins import carry_pins
from gvma.sinks.files.change import FileChange
from gvma.sinks.files.journal import Markers
from gvma.sinks.files.site_files import with_includes
from gvma.sinks.files.staging import TargetMoved
from gvma.sinks.files.targets import Target, TargetNow, as_it_is, look_at, targets
from gvma.sinks.files.transaction import Applied, apply
from gvma.storage import pending_reload
from gvma.storage.files import read_target
from gvma.storage.pause import pause
from gvma.storage.private import although_changed

_TRIES = 10
_FIRST_DIFFERENCES = 5


@dataclass(frozen=True, slots=True)
class RestoredFile:
    """One file of the set, and what the restore does to it. note: why it is not what the set alone would say."""

    change: FileChange = field(repr=False)
    note: str = ""

    @property
    def path(self) -> Path:
        return self.change.target.path

    @property
    def action(self) -> str:
        """``keep``, ``create``, ``remove`` or ``replace``."""
        if not self.change.changes:
            return "keep"
        if self.change.new is None:
            return "remove"
        return "replace" if self.change.target.exists else "create"

    def diff(self) -> str:
        """The unified diff, PINs and secrets masked; empty where no byte changes."""
        old, new = self.change.target.content, self.change.new or b""
        return masked_diff(str(self.path), old, new, voicemail=self.change.module == VOICEMAIL)


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What a restore would do. notes: what the administrator should know, one sentence each."""

    backup_set: BackupSet
    files: tuple[RestoredFile, ...]
    notes: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return any(file.change.changes for file in self.files)

    def summary(self) -> str:
        """``Plan: 2 to replace, 0 to create, 1 to remove, 0 as they are.``"""
        actions = [file.action for file in self.files]
        counts = ", ".join(f"{actions.count(what)} to {what}" for what in ("replace", "create", "remove"))
        return f"Plan: {counts}, {actions.count('keep')} as they are."


@dataclass(slots=True)
class RestoreReport:
    """What a restore did so far. backup_set: id of the set with what it replaced; None where nothing was."""

    plan: RestorePlan | None = None
    backup_set: str | None = None
    files: list[tuple[Path, str]] = field(default_factory=list)
    reloaded: list[str] = field(default_factory=list)
    pending: tuple[str, ...] = ()


def plan_restore(backup_set: BackupSet, settings: GvmaSettings) -> RestorePlan:
    """Reads what there is now. Raises BackupSetError (the set is damaged) or UnsafeTargetError."""
    sets = BackupSets(settings.backup_path)
    sets.verify(backup_set, settings)
    files, notes = [], []
    for saved in backup_set.files:
        if saved.existed and _is_pin_file(saved.path) and not saved.path.parent.is_dir():
            notes.append(f"{saved.path} is left out: the folder of its mailbox is gone.")
            continue
        files.append(_planned(saved, sets.content(backup_set, saved), settings))
    manifest = backup_set.manifest
    if manifest is not None and manifest.host != socket.gethostname():
        notes.append(f"This set was made on {manifest.host}, not here on {socket.gethostname()}.")
    if any(file.change.module == VOICEMAIL and file.change.changes for file in files):
        then = f"{backup_set.time:%Y-%m-%d %H:%M:%S} UTC"
        notes.append(f"PINs go back to those of {then} too, also where one was changed by phone since.")
    return RestorePlan(backup_set, tuple(files), (*notes, *(file.note for file in files if file.note)))


def restore(
    backup_set: BackupSet, settings: GvmaSettings, asterisk: Asterisk | None, run_id: str, report: RestoreReport
) -> None:
    """Brings the set's state back under the lock, and pauses the sync; ``report`` is filled meanwhile.

    asterisk: None leaves the reload pending. Raises BackupSetError, UnsafeTargetError, AsteriskRefusedError (all is
    put back), AsteriskUnreachableError (before the write, or all is restored and the reload is pending), Stopped.
    """
    report.plan = plan_restore(backup_set, settings)
    if asterisk is not None:
        asterisk.reach()
        asterisk.see_that_it_can(())
    for _ in range(_TRIES):
        if not report.plan.changed:
            pause(settings.backup_path, backup_set.id)
            _reload_pending(report.plan, settings, asterisk, report)
            return
        if _carry_out(report.plan, settings, asterisk, run_id, report):
            return
        report.plan = plan_restore(backup_set, settings)
    raise UnsafeTargetError(
        f"gave up after {_TRIES} attempts: another process keeps rewriting it",
        where=", ".join(str(file.path) for file in report.plan.files),
        hint="What was restored may be rewritten already. Stop what writes the file, then restore again.",
    )


def _carry_out(
    plan: RestorePlan, settings: GvmaSettings, asterisk: Asterisk | None, run_id: str, report: RestoreReport
) -> bool:
    """False where somebody wrote a file meanwhile: plan anew."""
    path, changes = settings.backup_path, [file.change for file in plan.files]
    reason = f"restore of {plan.backup_set.id}"
    made = BackupSets(path).create(
        [change.to_save for change in changes], snapshot=b"{}\n", reason=reason, run_id=run_id
    )
    report.backup_set = report.backup_set or made.id
    markers = Markers(settings.asterisk_cfg_gvma_begin, settings.asterisk_cfg_gvma_end)
    pending = pending_reload.read(path)
    lost = None
    try:
        with apply(changes, backup_set=made, markers=markers, pause=plan.backup_set.id) as applied:
            try:
                _have_it_taken(applied, plan, settings, asterisk, report)
            except AsteriskUnreachableError as error:
                lost = error
            told = asterisk is not None and lost is None
            moved = applied.finish(pending=() if told else applied.modules)
    except TargetMoved:
        return False
    report.files = [(file.path, file.action) for file in plan.files]
    if told and not moved:
        with although_changed():
            pending_reload.settle(path, {*applied.modules, *pending})
    report.pending = pending_reload.read(path)
    if lost is not None:
        raise AsteriskUnreachableError(
            f"the files are restored, but Asterisk could not be told or asked to the end: {lost.message}",
            where=lost.where,
            hint=f"The restored files stay, and the sync is paused (backup set {made.id} has what they replaced). "
            "The reload is pending: `gvma backup restore` of the same set does it as soon as AMI answers.",
        ) from lost
    return not moved


def _have_it_taken(
    applied: Applied, plan: RestorePlan, settings: GvmaSettings, asterisk: Asterisk | None, report: RestoreReport
) -> None:
    if asterisk is None:
        return
    modules = asterisk.loaded(sorted({*applied.modules, *pending_reload.read(settings.backup_path)}))
    before, after = _texts(plan, new=False), _texts(plan, new=True)
    found = asterisk.take(modules, _expected(plan, settings, after, before))
    if not found:
        report.reloaded = modules
        return
    applied.put_back_if_moved()
    applied.put_back()
    try:
        again = asterisk.take(modules, _expected(plan, settings, before, after))
    except GvmaError:
        told = ", but Asterisk could not be told; the next sync reloads it"
    else:
        told = ", but Asterisk is not as before" if again else " and Asterisk has reloaded them"
        if not again:
            pending_reload.settle(settings.backup_path, applied.modules)
    first = "; ".join(found[:_FIRST_DIFFERENCES])
    raise AsteriskRefusedError(
        f"Asterisk did not take the restored files: {first}",
        where=", ".join(str(file.path) for file in plan.files if file.change.changes),
        hint=f"The files were put back{told}. Asterisk's own log says why it refused; `gvma backup restore "
        f"{plan.backup_set.id} --no-reload` restores them all the same.",
    )


def _reload_pending(
    plan: RestorePlan, settings: GvmaSettings, asterisk: Asterisk | None, report: RestoreReport
) -> None:
    """The files are as the set has them already; Asterisk may still not know it."""
    pending = pending_reload.read(settings.backup_path)
    if asterisk is not None and pending:
        texts = _texts(plan, new=True)
        loaded = asterisk.loaded(pending)
        found = asterisk.take(loaded, _expected(plan, settings, texts, texts))
        if found:
            raise AsteriskRefusedError(
                f"Asterisk does not hold what its files say: {'; '.join(found[:_FIRST_DIFFERENCES])}",
                where=settings.asterisk_cm_host,
                hint="The files stay as they are, and the sync is paused. Asterisk's own log says why it refused them.",
            )
        pending_reload.settle(settings.backup_path, pending)
        report.reloaded = loaded
    report.pending = pending_reload.read(settings.backup_path)


def _planned(saved: SavedFile, content: bytes | None, settings: GvmaSettings) -> RestoredFile:
    target = read_target(saved.path)
    if saved.existed:
        return RestoredFile(FileChange(target, content, saved.module, saved.rights, saved.is_voicemail))
    left = None
    if target.exists and not _is_pin_file(saved.path):
        markers = Markers(settings.asterisk_cfg_gvma_begin, settings.asterisk_cfg_gvma_end)
        left = carry_pins(target.content, None, markers, saved.module)
    note = ""
    if left is not None:
        note = f"{saved.path} did not exist then, but holds more than gvma's block now: only the block is taken out."
    return RestoredFile(FileChange(target, left, saved.module, asterisk_rewrites=saved.is_voicemail), note)


def _is_pin_file(path: Path) -> bool:
    return path.name == "secret.conf"


def _texts(plan: RestorePlan, *, new: bool) -> dict[Path, bytes | None]:
    return {Path(os.path.abspath(file.path)): file.change.new if new else file.change.target.old for file in plan.files}


def _expected(
    plan: RestorePlan,
    settings: GvmaSettings,
    texts: Mapping[Path, bytes | None],
    replaced: Mapping[Path, bytes | None],
) -> Expected:
    """What Asterisk should hold by ``texts``, and what of ``replaced`` must be gone."""
    driver = "pjsip" if any(file.change.module == PJSIP for file in plan.files) else "sip"
    wanted = targets(settings, driver)
    now = tuple(_look(target, texts, settings) for target in wanted)
    before = driver_of(driver).read_subscriptions(_look(wanted[1], replaced, settings).body)
    expected = as_it_is((now[0], now[1], now[2]), settings)
    gone = frozenset(before) - frozenset(expected.subscriptions)
    return replace(expected, gone=gone, on_endpoint=_registers(now[1].body))


def _registers(body: bytes) -> bool:
    """The block was made in REGISTER mode: each subscription has an endpoint of its own."""
    return any(
        fact.section.startswith(b"gvm-") and (fact.key, fact.value) == (b"type", b"endpoint")
        for fact in lines.read(body)
        if isinstance(fact, lines.Setting)
    )


def _look(target: Target, texts: Mapping[Path, bytes | None], settings: GvmaSettings) -> TargetNow:
    path = Path(os.path.abspath(target.path))
    text = texts[path] if path in texts else read_target(path).old
    try:
        now = look_at(target, text, settings)
    except UnsafeTargetError:  # an earlier state is brought back as it was, its markers too
        now = TargetNow(target, text, None, text or b"")
    return replace(now, site=with_includes(now.site, settings.asterisk_cfg_path))
