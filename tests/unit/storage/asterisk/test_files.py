"""Target files are read when nobody writes them, and anything but a regular file is refused."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from gvma.errors import UnsafeTargetError
from gvma.storage import disk
from gvma.storage.asterisk import files
from gvma.storage.asterisk.files import read_target
from gvma.storage.atomic import Rights


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_device(path: Path) -> None:
    path.symlink_to("/dev/null")


def make_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("make", [Path.mkdir, make_fifo, make_device, make_loop])
def test_what_is_no_regular_file_is_refused(tmp_path: Path, make: object) -> None:
    path = tmp_path / "voicemail.conf"
    make(path)  # type: ignore[operator]
    with pytest.raises(UnsafeTargetError) as refused:
        read_target(path)
    assert refused.value.exit_status == 14
    assert refused.value.where == str(path)
    assert refused.value.hint.startswith("Nothing was changed.")


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnsafeTargetError, match="folder is missing"):
        read_target(tmp_path / "asterisk" / "voicemail.conf")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voicemail.conf"
    path.write_bytes(b"")

    def refuse(call: str, which: str) -> None:
        if call == "open":
            raise PermissionError(13, "Permission denied", which)

    with disk.watch(refuse), pytest.raises(UnsafeTargetError, match="Permission denied"):
        read_target(path)


def test_a_symbolic_link_is_followed_and_named_by_both_names(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"x")
    (tmp_path / "voicemail.conf").symlink_to("real")
    target = read_target(tmp_path / "voicemail.conf")
    assert (target.path, target.real_path) == (tmp_path / "voicemail.conf", tmp_path / "real")
    assert target.content == b"x"


def test_a_missing_file_gets_the_rights_of_most_files_beside_it_and_that_is_said(tmp_path: Path) -> None:
    for name, mode in (("a.conf", 0o640), ("b.conf", 0o660), ("c.conf", 0o660)):
        (tmp_path / name).write_bytes(b"")
        (tmp_path / name).chmod(mode)
    target = read_target(tmp_path / "voicemail.conf")
    assert not target.exists
    assert target.old is None
    assert target.rights == Rights(os.geteuid(), os.getegid(), 0o660)
    assert "will be created" in target.notes[0]


def test_a_missing_file_without_any_beside_it_is_not_for_everybody(tmp_path: Path) -> None:
    assert read_target(tmp_path / "voicemail.conf").rights.mode == 0o640


def test_hard_links_are_noted(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_bytes(b"")
    (tmp_path / "b.conf").hardlink_to(tmp_path / "a.conf")
    assert "1 further hard link" in read_target(tmp_path / "a.conf").notes[0]


def test_a_file_that_is_being_written_is_read_when_its_writer_has_ended(tmp_path: Path) -> None:
    """The writer goes on each time that the reader has read a part."""
    path = tmp_path / "voicemail.conf"
    path.write_bytes(b"line\n")
    left = [b"line\n"] * 3

    def write_on(call: str, which: str) -> None:
        if call == "read" and left:
            with path.open("ab") as file:
                file.write(left.pop())

    with disk.watch(write_on):
        assert read_target(path).content == b"line\n" * 4


def test_a_file_that_does_not_look_whole_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "voicemail.conf"
    path.write_bytes(b"BEGIN\n")
    seen = threading.Event()

    def whole(content: bytes) -> bool:
        if not seen.is_set():
            seen.set()
            with path.open("ab") as file:
                file.write(b"END\n")
        return b"END" in content

    assert read_target(path, complete=whole).content == b"BEGIN\nEND\n"


class StoppingHost:
    """A clock on a host that stops for ten minutes in the first sleep; in the second one the writer ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sleeps = 0
        self._stopped = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._stopped

    def time_ns(self) -> int:
        return time.time_ns() + round(self._stopped * 1e9)

    def sleep(self, seconds: float) -> None:
        self._sleeps += 1
        if self._sleeps == 1:
            self._stopped = 600.0
        elif self._sleeps == 2:
            self._path.write_bytes(b"BEGIN\nEND\n")


def test_a_host_that_stops_while_the_file_is_being_written_makes_it_no_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "voicemail.conf"
    path.write_bytes(b"BEGIN\n")
    monkeypatch.setattr(files, "time", StoppingHost(path))
    assert read_target(path, complete=lambda content: b"END" in content).content == b"BEGIN\nEND\n"


def test_a_file_that_does_not_look_whole_for_long_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "voicemail.conf"
    path.write_bytes(b"BEGIN\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert read_target(path, complete=lambda content: b"END" in content).content == b"BEGIN\n"
