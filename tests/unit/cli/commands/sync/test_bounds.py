"""Files without an end, of more than memory, or that nobody ever writes: none of them holds the lock for long."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gvma.storage import disk
from gvma.storage.asterisk import files
from tests.harness.command import in_this_process
from tests.harness.site import FILES, Site

HUGE = 20 * 2**30
SPOOL = FILES["voicemail.conf"].replace("[general]\n", "[general]\npasswordlocation=spooldir\n")


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, HUGE)


UNFIT = pytest.mark.parametrize(
    ("lay", "said"),
    [
        (fifo, "it is a fifo, not a regular file"),
        (device, "it is a device, not a regular file"),
        (sparse, "it is larger than 256 MiB"),
    ],
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, files={**FILES, "voicemail.conf": SPOOL}, run=in_this_process)


@UNFIT
def test_a_target_that_is_unfit_is_refused_at_once(site: Site, lay: Callable[[Path], None], said: str) -> None:
    path = site.etc / "pjsip.conf"
    path.unlink()
    lay(path)
    done = site.try_sync()
    assert (done.status, f"{path}: {said}" in done.stderr) == (14, True), str(done)


@UNFIT
def test_a_pin_in_the_spool_that_is_unfit_is_refused_at_once(
    site: Site, lay: Callable[[Path], None], said: str
) -> None:
    site.layer.dns["1000"] = {"gvm_password": "4321"}
    site.sync()
    path = site.spool / "voicemail/GVMA_DN/1000/secret.conf"
    path.parent.mkdir(parents=True)
    lay(path)
    done = site.try_sync("--reset-pin", "1000@GVMA_DN")
    assert (done.status, f"{path}: {said}" in done.stderr) == (14, True), str(done)


@pytest.mark.parametrize("lay", [fifo, device, sparse])
def test_an_unfit_file_that_the_site_includes_counts_as_empty(site: Site, lay: Callable[[Path], None]) -> None:
    lay(site.etc / "more.conf")
    site.write("voicemail.conf", "#include more.conf\n#include /proc/kmsg\n" + SPOOL)
    site.sync()


@pytest.mark.parametrize(
    ("lay", "said"),
    [(fifo, "a device, pipe or socket"), (device, "a device, pipe or socket"), (sparse, "larger than 2 GiB")],
)
def test_an_unfit_export_is_refused_at_once(site: Site, lay: Callable[[Path], None], said: str) -> None:
    path = site.folder / "export.xml"
    lay(path)
    done = site.gvma("sync", "--no-reload", "--from", str(path))
    assert (done.status, said in done.stderr) == (10, True), str(done)


def test_files_that_include_each_other_six_times_come_to_an_end(site: Site) -> None:
    for level in range(9):
        site.write(f"level{level}.conf", f"#include level{level + 1}.conf\n" * 6)
    site.write("level9.conf", "; the end\n")
    site.write("voicemail.conf", SPOOL + "#include level0.conf\n")
    done = site.try_sync()
    assert done.status == 14, str(done)
    assert "what it includes has no end" in done.stderr
    assert "#include" in done.stderr


def test_a_file_that_is_touched_all_the_time_is_taken_since_its_content_rests(site: Site) -> None:
    path = site.etc / "pjsip.conf"

    def touch(call: str, read: str) -> None:
        if call == "read" and read == str(path):
            os.utime(path)

    with disk.watch(touch):
        site.sync()


def test_a_file_that_is_written_all_the_time_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_LONGEST_WAIT", 0.3)
    path = site.etc / "pjsip.conf"

    def write(call: str, read: str) -> None:
        if call == "read" and read == str(path):
            with path.open("a") as file:
                file.write(";\n")

    with disk.watch(write):
        done = site.try_sync()
    assert done.status == 14, str(done)
    assert f"{path}: gave up after 0.3 s: another process keeps writing it" in done.stderr
    assert "Stop what keeps writing it" in done.stderr
