"""The pause of the sync after a restore."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.errors import BackupSetError, SyncPausedError
from gvma.storage.state.pause import NAME, pause, read_pause, refuse_if_paused, resume


def test_a_pause_refuses_a_sync_until_it_is_resumed(tmp_path: Path) -> None:
    refuse_if_paused(tmp_path)
    pause(tmp_path, "20261121T213000Z-1a2b3c4d")
    with pytest.raises(SyncPausedError) as refused:
        refuse_if_paused(tmp_path)
    assert refused.value.exit_status == 13
    assert refused.value.message.startswith("Sync is paused: backup 20261121T213000Z-1a2b3c4d was restored at 20")
    assert refused.value.hint.endswith("To go on: `gvma sync --resume`.")
    resume(tmp_path)
    resume(tmp_path)
    assert read_pause(tmp_path) is None
    refuse_if_paused(tmp_path)


@pytest.mark.parametrize("text", [b"{", b"[]", b"{}", b"[" * 100_000])
def test_a_damaged_pause_stops_the_run_and_is_not_taken_for_no_pause(tmp_path: Path, text: bytes) -> None:
    pause(tmp_path, "x")
    (tmp_path / "state" / NAME).write_bytes(text)
    with pytest.raises(BackupSetError, match="damaged"):
        refuse_if_paused(tmp_path)
