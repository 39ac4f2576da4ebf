"""The two notes that outlive a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.errors import BackupSetError, HeldStateError
from gvma.storage import notes as held


def test_a_held_state_refuses_a_sync_until_it_is_forced(tmp_path: Path) -> None:
    held.refuse_if_held(tmp_path, force=False)
    held.hold(tmp_path, "20261121T213000Z-1a2b3c4d")
    with pytest.raises(HeldStateError) as refused:
        held.refuse_if_held(tmp_path, force=False)
    assert refused.value.exit_status == 13
    assert "20261121T213000Z-1a2b3c4d" in refused.value.message
    assert "--force" in refused.value.hint
    held.refuse_if_held(tmp_path, force=True)
    held.release(tmp_path)
    held.release(tmp_path)
    held.refuse_if_held(tmp_path, force=False)


def test_owed_reloads_add_up_until_they_are_settled(tmp_path: Path) -> None:
    held.owe(tmp_path, ["app_voicemail.so", ""])
    held.owe(tmp_path, ["pbx_config.so"])
    assert held.owed_modules(tmp_path) == ("app_voicemail.so", "pbx_config.so")
    held.settle_owed(tmp_path, ["app_voicemail.so"])
    assert held.owed_modules(tmp_path) == ("pbx_config.so",)
    held.settle_owed(tmp_path, ["pbx_config.so", "res_pjsip.so"])
    assert held.owed_modules(tmp_path) == ()
    assert list((tmp_path / "state").iterdir()) == []


def test_a_damaged_note_stops_the_run_and_is_not_taken_for_no_note(tmp_path: Path) -> None:
    held.hold(tmp_path, "x")
    (tmp_path / "state" / "held-restore.json").write_bytes(b"{")
    with pytest.raises(BackupSetError, match="damaged"):
        held.refuse_if_held(tmp_path, force=False)
