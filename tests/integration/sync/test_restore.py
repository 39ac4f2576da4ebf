"""An earlier state brought back on a real Asterisk, and one that Asterisk does not take."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.ami.asterisk import Asterisk
from gvma.asterisk.entries import Mailbox
from gvma.asterisk.managed_block.block import with_block
from gvma.asterisk.voicemail import render_voicemail
from gvma.backups.backup_set import BackupSet
from gvma.backups.sets import BackupSets
from gvma.demo.asterisk import PrivateAsterisk
from gvma.errors import AsteriskRefusedError, CredentialsError
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.atomic.change import FileChange
from gvma.sinks.files.atomic.journal import Markers
from gvma.sinks.files.atomic.transaction import apply
from gvma.sinks.files.changes.restored_file import RestoreOptions
from gvma.storage.asterisk.files import read_target
from gvma.storage.lock import hold_lock
from gvma.storage.state import pending_reload
from gvma.storage.state.pause import read_pause, resume
from gvma.sync.restore import RestoreReport, restore
from tests.harness.servers.asterisk_fixtures import StartAsterisk

VOICEMAIL = "app_voicemail.so"

OUR_PART, WHOLE = RestoreOptions(), RestoreOptions(whole_files=True, pins=True)


@pytest.fixture
def asterisk(version: int, start_asterisk: StartAsterisk) -> PrivateAsterisk:
    return start_asterisk(version)


def with_boxes(text: bytes, settings: GvmaSettings, *boxes: str) -> bytes:
    body = render_voicemail([Mailbox(box, "GVMA_DN", box, f"Name {box}") for box in boxes], "now")
    begin, end = settings.asterisk_cfg_gvma_begin.encode(), settings.asterisk_cfg_gvma_end.encode()
    return with_block(text, begin, end, body)


def write(settings: GvmaSettings, new: bytes) -> BackupSet:
    """A change of voicemail.conf whose reload is pending; the set with what was there before."""
    change = FileChange(read_target(settings.target("voicemail.conf")), new, VOICEMAIL, asterisk_rewrites=True)
    made = BackupSets(settings.backup_path).create([change.to_save], snapshot=b"{}\n", reason="sync", run_id="r")
    markers = Markers(settings.asterisk_cfg_gvma_begin, settings.asterisk_cfg_gvma_end)
    with apply([change], backup_set=made, markers=markers) as applied:
        applied.finish(applied.reloads)
    return made


def boxes_of(asterisk: PrivateAsterisk) -> set[str]:
    from gvma.ami.manager import connect  # noqa: PLC0415

    with connect(asterisk.settings()) as ami:
        return {key for key in ami.voicemail_users() if key.endswith("@GVMA_DN")}


def bring_back(made: BackupSet, settings: GvmaSettings, options: RestoreOptions = OUR_PART) -> RestoreReport:
    report = RestoreReport()
    with hold_lock(settings.backup_path), Asterisk(settings) as ami:
        restore(made, settings, options, ami, report)
    return report


def voicemail(settings: GvmaSettings) -> Path:
    return settings.target("voicemail.conf")


def test_asterisk_serves_the_restored_boxes_and_no_other(asterisk: PrivateAsterisk) -> None:
    settings = asterisk.settings()
    text = voicemail(settings).read_bytes()
    two = with_boxes(text, settings, "1000", "1001")
    write(settings, two)
    made = write(settings, with_boxes(text, settings, "1001", "1002"))
    report = bring_back(made, settings)
    assert voicemail(settings).read_bytes() == two
    assert boxes_of(asterisk) == {"1000@GVMA_DN", "1001@GVMA_DN"}
    assert report.reloaded == [VOICEMAIL]
    assert pending_reload.read(settings.backup_path) == ()
    note = read_pause(settings.backup_path)
    assert note is not None
    assert note.backup_set == made.id


def test_a_state_that_asterisk_does_not_take_is_put_back_and_does_not_pause_the_sync(asterisk: PrivateAsterisk) -> None:
    settings = asterisk.settings()
    text = voicemail(settings).read_bytes()
    refused = with_boxes(text, settings, "1000") + b"[unclosed\n"
    good = with_boxes(text, settings, "1001")
    write(settings, refused)
    made = write(settings, good)
    bring_back(write(settings, good + b"\n"), settings, WHOLE)
    resume(settings.backup_path)
    with pytest.raises(AsteriskRefusedError) as raised:
        bring_back(made, settings, WHOLE)
    assert "1000@GVMA_DN is missing" in raised.value.message
    assert "put back and Asterisk has reloaded them" in raised.value.hint
    assert voicemail(settings).read_bytes() == good
    assert boxes_of(asterisk) == {"1001@GVMA_DN"}
    assert read_pause(settings.backup_path) is None
    assert pending_reload.read(settings.backup_path) == ()


def test_a_file_whose_module_asterisk_has_not_loaded_is_brought_back_with_the_others(asterisk: PrivateAsterisk) -> None:
    settings = asterisk.settings()  # as after a move from chan_sip to PJSIP
    module, name = ("chan_sip.so", "sip.conf") if asterisk.driver == "pjsip" else ("res_pjsip.so", "pjsip.conf")
    other = settings.target(name)
    other.write_bytes(b"; before gvma\n")
    two = with_boxes(voicemail(settings).read_bytes(), settings, "1000", "1001")
    changes = [
        FileChange(read_target(voicemail(settings)), two, VOICEMAIL, asterisk_rewrites=True),
        FileChange(read_target(other), b"; with gvma\n", module),
    ]
    made = BackupSets(settings.backup_path).create(
        [change.to_save for change in changes], snapshot=b"{}\n", reason="sync", run_id="r"
    )
    for change in changes:
        change.target.path.write_bytes(change.new or b"")
    pending_reload.add(settings.backup_path, [VOICEMAIL, module])
    report = bring_back(made, settings, WHOLE)
    assert other.read_bytes() == b"; before gvma\n"
    assert boxes_of(asterisk) == set()
    assert report.reloaded == [VOICEMAIL]
    assert pending_reload.read(settings.backup_path) == (module,)


def test_what_the_ami_account_may_not_ask_is_known_before_anything_is_brought_back(
    version: int, start_asterisk: StartAsterisk
) -> None:
    settings = start_asterisk(version, ami_classes="system,command").settings()
    text = voicemail(settings).read_bytes()
    two = with_boxes(text, settings, "1000", "1001")
    made = write(settings, two)
    with pytest.raises(CredentialsError) as raised:
        bring_back(made, settings)
    assert "Nothing was changed" in raised.value.hint
    assert voicemail(settings).read_bytes() == two
    assert [one.id for one in BackupSets(settings.backup_path).all()] == [made.id]
