"""The log file of a run."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest

from gvma.cli.logs import logging_to
from gvma.errors import SettingsError
from gvma.settings import GvmaSettings, Settings


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


def test_without_a_log_file_nothing_is_written_but_to_the_journal_where_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with logging_to(Settings()):
        speak()
    assert capsys.readouterr().err == ""
    with logging_to(Settings(), stderr=True):
        speak()
    assert "3 boxes" in capsys.readouterr().err
