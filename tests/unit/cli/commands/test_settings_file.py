"""What `gvma config init` writes to disk."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from gvma.cli.commands import settings_file
from gvma.errors import SettingsError
from gvma.settings.file.source import parse_source
from gvma.settings.keys import KEYS
from gvma.settings.reader import examine, load
from gvma.storage import disk
from tests.unit.settings.manual import MANUAL_FILE


def test_a_new_file_names_every_key_with_its_meaning_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.cfg"
    settings_file.write_new(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    for key in KEYS:
        assert f"# {key.meaning}\n" in text
    assert parse_source(path, path.read_bytes()).mentioned == {(key.section, key.name) for key in KEYS}


def test_a_new_file_has_only_placeholders_wrong_and_loads_once_they_are_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "new.cfg"
    settings_file.write_new(path)
    problems = examine(path, {}).problems
    assert [error.where.rpartition(", ")[2] for error in problems] == [
        "host",
        "port",
        "username",
        "password",
        "dnquery",
        "agentquery",
        "agentgroupquery",
        "asterisk_cm_secret",
        "siptserver_host",
        "siptserver_port",
    ]
    text = path.read_text()
    for placeholder, value in {
        "<config server hostname or IP>": "10.0.0.1",
        "<config server SOAP port>": "8090",
        "<SIP Server hostname or IP>": "10.0.0.2",
        "<SIP Server Port>": "5060",
        "<AMI secret>": "s",
    }.items():
        text = text.replace(placeholder, value)
    text = text.replace("<tenant name>", "Environment").replace("<Switch Name>", "Asterisk")
    path.write_text(text.replace("<config server username>", "u").replace("<config server password>", "p"))
    assert load(path, {}).settings.gvma.siptserver_host == "10.0.0.2"


def test_every_line_that_is_commented_out_may_be_uncommented(tmp_path: Path) -> None:
    path = tmp_path / "new.cfg"
    settings_file.write_new(path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line.removeprefix("#") if not line.startswith("# ") else line for line in lines))
    wrong = [error for error in examine(path, {}).problems if "placeholder" not in error.message]
    assert wrong == []


def test_the_manuals_file_keeps_every_line_and_gains_the_keys_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "gvma_asterisk76.cfg"
    path.write_text(MANUAL_FILE)
    before = load(path, {}).settings
    added = settings_file.complete(path)
    assert "password_file" in [key.name for key in added]
    assert "dnquery" not in [key.name for key in added]
    old, new = MANUAL_FILE.splitlines(), iter(path.read_text().splitlines())
    assert all(line in new for line in old)
    assert load(path, {}).settings == before


def test_a_second_time_changes_nothing_and_does_not_touch_the_file(tmp_path: Path) -> None:
    path = tmp_path / "gvma_asterisk76.cfg"
    path.write_text(MANUAL_FILE)
    settings_file.complete(path)
    before, content = path.stat(), path.read_bytes()
    assert settings_file.complete(path) == ()
    assert path.read_bytes() == content
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_encoding_line_ends_rights_and_link_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.cfg", tmp_path / "link.cfg"
    content = "# Müller\r\n[cfgserver]\r\nhost = a".encode("latin-1")
    real.write_bytes(content)
    real.chmod(0o640)
    link.symlink_to(real)
    settings_file.complete(link)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.read_bytes().startswith(content + b"\r\n")
    assert real.read_bytes().count(b"\n") == real.read_bytes().count(b"\r\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.cfg", "real.cfg"]


def test_a_file_with_lines_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bad.cfg"
    path.write_text("[cfgserver]\nnonsense\n")
    with pytest.raises(SettingsError, match="line 2"):
        settings_file.complete(path)
    assert path.read_text() == "[cfgserver]\nnonsense\n"


def test_where_nothing_can_be_written_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file or directory"):
        settings_file.write_new(tmp_path / "no folder" / "new.cfg")
    path = tmp_path / "there.cfg"
    os.symlink("/nowhere/at/all", path)
    with pytest.raises(SettingsError):
        settings_file.write_new(path)


def test_a_disk_that_is_full_leaves_no_file_and_the_old_one_as_it_was(tmp_path: Path) -> None:
    def full(call: str, _path: str) -> None:
        if call == "write":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "gvma_asterisk76.cfg"
    with disk.watch(full), pytest.raises(SettingsError, match="No space left"):
        settings_file.write_new(path)
    assert list(tmp_path.iterdir()) == []
    path.write_text(MANUAL_FILE)
    with disk.watch(full), pytest.raises(SettingsError, match="No space left"):
        settings_file.complete(path)
    assert path.read_text() == MANUAL_FILE
    assert list(tmp_path.iterdir()) == [path]
