"""Modules whose reload is pending from one run to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.errors import BackupSetError
from gvma.storage.state import pending_reload


def test_pending_reloads_add_up_until_they_are_settled(tmp_path: Path) -> None:
    pending_reload.add(tmp_path, ["app_voicemail.so", ""])
    pending_reload.add(tmp_path, ["pbx_config.so"])
    assert pending_reload.read(tmp_path) == ("app_voicemail.so", "pbx_config.so")
    pending_reload.settle(tmp_path, ["app_voicemail.so"])
    assert pending_reload.read(tmp_path) == ("pbx_config.so",)
    pending_reload.settle(tmp_path, ["pbx_config.so", "res_pjsip.so"])
    assert pending_reload.read(tmp_path) == ()
    assert list((tmp_path / "state").iterdir()) == []


@pytest.mark.parametrize("text", [b"{", b"{}", b'{"modules": "app_voicemail.so"}'])
def test_a_damaged_file_stops_the_run_and_is_not_taken_for_no_reload(tmp_path: Path, text: bytes) -> None:
    pending_reload.add(tmp_path, ["app_voicemail.so"])
    (tmp_path / "state" / pending_reload.NAME).write_bytes(text)
    with pytest.raises(BackupSetError, match="damaged"):
        pending_reload.read(tmp_path)
