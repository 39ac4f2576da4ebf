"""The log of a run: its lines, and that no failure of the log is a failure of the run."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gvma.cli.logs import logging_to
from gvma.cli.logs.lines import LONGEST
from gvma.errors import SettingsError
from gvma.settings import GvmaSettings, Settings
from tests.harness.layer import Layer
from tests.harness.site import Site


def settings(path: Path, form: str) -> Settings:
    return Settings(gvma=GvmaSettings(log_file=path, log_format=form))


def speak() -> None:
    log = logging.getLogger("gvma.sync.run")
    log.info("%d boxes\nread", 3, extra={"call_id": "a@b"})
    log.debug("not asked for")
    try:
        raise RuntimeError("secret hunter2")
    except RuntimeError:
        log.exception("the answer is odd")
    logging.getLogger("zeep.transports").error("<Password>hunter2</Password>")


def test_json_is_one_object_a_line_with_the_run_id(tmp_path: Path) -> None:
    path = tmp_path / "gvma.log"
    with logging_to(settings(path, "json"), run_id="r1"):
        speak()
    logging.getLogger("gvma").warning("after the end")
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first.pop("time"))
    assert first == {
        "level": "info",
        "logger": "gvma.sync.run",
        "run_id": "r1",
        "message": "3 boxes\nread",
        "call_id": "a@b",
    }
    assert second["message"].startswith("the answer is odd (RuntimeError at ")
    assert "hunter2" not in path.read_text()


def test_text_is_one_line_a_record(tmp_path: Path) -> None:
    path = tmp_path / "gvma.log"
    with logging_to(settings(path, "text"), run_id="r1"):
        speak()
    first, second = path.read_text().splitlines()
    assert first.partition(" ")[2] == "INFO gvma.sync.run [r1] 3 boxes\\nread call_id=a@b"
    assert second.partition(" ")[2].startswith("ERROR gvma.sync.run [r1] the answer is odd (RuntimeError at ")
    assert "hunter2" not in path.read_text()


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_password_in_a_url_is_masked(form: str, tmp_path: Path) -> None:
    path = tmp_path / "gvma.log"
    with logging_to(settings(path, form)):
        uri = "sip:annc@10.0.0.1;play=http://ann:hunter2@10.0.0.2/a.wav"
        logging.getLogger("gvma.agi.server").info("cannot play %s", uri, extra={"uri": uri})
    assert path.read_text().count("sip:annc@10.0.0.1;play=http://ann:****@10.0.0.2/a.wav") == 2


def test_a_log_that_was_moved_away_goes_on_in_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "gvma.log"
    with logging_to(settings(path, "text")):
        logging.getLogger("gvma").info("before")
        path.rename(tmp_path / "gvma.log.1")
        logging.getLogger("gvma").info("after")
    assert path.read_text().endswith("INFO gvma after\n")


def test_debug_lines_come_with_v(tmp_path: Path) -> None:
    path = tmp_path / "gvma.log"
    with logging_to(settings(path, "text"), verbosity=1):
        speak()
    assert "not asked for" in path.read_text()


def test_a_log_that_cannot_be_opened_is_a_settings_error(tmp_path: Path) -> None:
    with (
        pytest.raises(SettingsError, match="cannot be opened"),
        logging_to(settings(tmp_path / "none" / "gvma.log", "text")),
    ):
        pass


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "link"])
def test_a_log_that_is_no_file_is_a_settings_error_and_nothing_is_written(tmp_path: Path, kind: str) -> None:
    path = Path("/dev/zero") if kind == "device" else tmp_path / "gvma.log"
    target = tmp_path / "passwd"
    target.write_text("root\n")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(target)
    with pytest.raises(SettingsError, match="cannot be opened|not safe to use"), logging_to(settings(path, "text")):
        pass
    assert target.read_text() == "root\n"


def test_nobody_else_may_write_a_new_log(tmp_path: Path) -> None:
    path = tmp_path / "gvma.log"
    before = os.umask(0)
    try:
        with logging_to(settings(path, "text")):
            speak()
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_service_with_a_log_folder_of_its_own_logs_there_where_it_may_not_write_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("LOGS_DIRECTORY", f"{tmp_path / 'own'}:{tmp_path / 'other'}")
    with logging_to(settings(tmp_path / "missing" / "gvma.log", "text")):
        speak()
    assert "3 boxes" in (tmp_path / "own" / "gvma.log").read_text()
    with logging_to(settings(tmp_path / "gvma.log", "text")):
        speak()
    assert "3 boxes" in (tmp_path / "gvma.log").read_text()


def test_without_a_log_file_nothing_is_written_but_to_the_journal_where_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with logging_to(Settings()):
        speak()
    assert capsys.readouterr().err == ""
    with logging_to(Settings(), stderr=True):
        speak()
    assert "3 boxes" in capsys.readouterr().err


def test_a_log_folder_that_vanishes_ends_nothing_and_what_was_lost_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log" / "gvma.log"
    path.parent.mkdir()
    log = logging.getLogger("gvma.agi")
    with logging_to(settings(path, "text")):
        log.info("before")
        path.parent.rename(tmp_path / "moved")
        log.info("lost")
        log.info("lost too")
        path.parent.mkdir()
        log.info("after")
    assert [line.partition(" ")[2] for line in path.read_text().splitlines()] == [
        "WARNING gvma.log 2 lines could not be written: No such file or directory",
        "INFO gvma.agi after",
    ]
    assert (
        capsys.readouterr().err == f"{path}: the log cannot be written: No such file or directory. The work goes on.\n"
    )


def full(descriptor: int, written: bytes) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def nearly_full(descriptor: int, written: bytes) -> int:
    return real_write(descriptor, written[:10])


real_write = os.write


@pytest.mark.parametrize("write", [full, nearly_full])
def test_a_full_disk_ends_nothing_and_the_next_line_begins_on_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[int, bytes], int]
) -> None:
    path = tmp_path / "gvma.log"
    log = logging.getLogger("gvma.sync.run")
    with logging_to(settings(path, "text")):
        with monkeypatch.context() as disk:
            disk.setattr(os, "write", write)
            log.info("lost")
        log.info("after")
    lines = path.read_text().splitlines()
    assert lines[-2].endswith("WARNING gvma.log 1 line could not be written: No space left on device")
    assert lines[-1].endswith("INFO gvma.sync.run after")
    assert path.read_text().endswith("\n")


def test_a_run_that_ends_on_a_full_disk_ends_as_it_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with logging_to(settings(tmp_path / "gvma.log", "text")):
        monkeypatch.setattr(os, "write", full)
        logging.getLogger("gvma").info("lost")


def test_a_record_that_cannot_be_formatted_ends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "gvma.log"
    with logging_to(settings(path, "text")):
        logging.getLogger("gvma").info("%d", "no number")
        logging.getLogger("gvma").info("after")
    assert path.read_text().endswith("INFO gvma after\n")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_is_cut_to_a_length(tmp_path: Path, form: str) -> None:
    path = tmp_path / "gvma.log"
    with logging_to(settings(path, form)):
        logging.getLogger("gvma").info("begin %s", "\0" * 1_000_000, extra={"uri": "x" * 1_000_000})
    (line,) = path.read_bytes().splitlines()
    assert len(line) <= LONGEST
    assert b"begin" in line
    if form == "json":
        assert json.loads(line)["message"].startswith("begin \0")


def test_warnings_of_one_kind_are_counted_after_the_first_hundred_in_a_minute(tmp_path: Path) -> None:
    path = tmp_path / "gvma.log"
    log = logging.getLogger("gvma.agi")
    with logging_to(settings(path, "text")):
        for number in range(5000):
            log.warning("peer %d is no AGI", number)
        log.warning("another kind")
        for number in range(5000):
            log.info("call %d played", number)
    lines = path.read_text().splitlines()
    assert len([line for line in lines if "is no AGI" in line]) == 101
    assert len([line for line in lines if "another kind" in line]) == 1
    assert len([line for line in lines if "played" in line]) == 5000
    assert lines[-1].endswith("WARNING gvma.agi 4900 more lines like this one: peer 4999 is no AGI")


def test_the_count_comes_when_the_minute_is_over_and_lines_are_written_again(tmp_path: Path) -> None:
    path = tmp_path / "gvma.log"
    log = logging.getLogger("gvma.agi")
    begin = 1_800_000_000.0

    def warn(at: float) -> None:
        log.handle(logging.makeLogRecord({"name": log.name, "levelno": logging.WARNING, "levelname": "WARNING",
                                          "msg": "refused", "created": begin + at}))  # fmt: skip

    with logging_to(settings(path, "text")):
        for _ in range(150):
            warn(0)
        warn(61)
    lines = [line.partition(" ")[2] for line in path.read_text().splitlines()]
    assert lines[100:] == ["WARNING gvma.agi 50 more lines like this one: refused", "WARNING gvma.agi refused"]


def test_facts_are_fields_of_a_json_line_and_are_not_said_twice_in_a_text_line(tmp_path: Path) -> None:
    for form in ("json", "text"):
        with logging_to(settings(tmp_path / form, form)):
            logging.getLogger("gvma.agi").info("service played", extra={"facts": {"route": "service", "seconds": 1.5}})
    line = json.loads((tmp_path / "json").read_text())
    assert (line["route"], line["seconds"], line["message"]) == ("service", 1.5, "service played")
    assert (tmp_path / "text").read_text().endswith(" INFO gvma.agi service played\n")


def test_without_a_log_a_failing_restore_says_its_error_alone(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", Layer(dns={"1000": {}}))
    site.sync()
    site.settings["asterisk_cm_port"] = 1  # where nobody listens
    done = site.gvma("backup", "restore", "latest")
    assert done.status == 16
    assert "handlers" not in done.stderr
