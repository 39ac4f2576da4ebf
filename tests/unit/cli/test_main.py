"""How every command line of gvma ends: exit status, stdout, stderr."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from gvma import __version__
from gvma.cli.invocation import Invocation
from gvma.errors import AsteriskRefusedError, SettingsError
from gvma.settings.reader import SettingsWarning
from tests.unit.cli import invoke, run


@pytest.fixture
def demo_is(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put a function in the place of the command ``demo``."""

    def put(function: Any) -> None:
        command = click.command("demo")(click.pass_obj(function))
        monkeypatch.setitem(sys.modules, "gvma.cli.commands.demo", SimpleNamespace(command=command))

    return put


def test_the_version_is_said(tmp_path: Path) -> None:
    done = run("--version", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"gvma, version {__version__}\n")


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["--nonsense"], ["--output", "xml", "config"], ["config", "nonsense"], ["config", "show", "--x"]],
)
def test_wrong_usage_is_64_and_stdout_is_empty(tmp_path: Path, words: list[str]) -> None:
    done = run(*words, folder=tmp_path)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith("gvma")
    assert "Nothing was changed." in done.stderr
    assert "--help` shows the usage" in done.stderr


@pytest.mark.parametrize(
    ("words", "command", "status", "code"),
    [
        (["--output", "json"], "", 64, "usage"),
        (["--output=json", "nonsense"], "", 64, "usage"),
        (["--nonsense", "--output", "json"], "", 64, "usage"),
        (["--output", "json", "config", "show", "--nonsense"], "config show", 64, "usage"),
        (["config", "show", "--nonsense", "--output", "json"], "config show", 64, "usage"),
        (["--output", "json", "-q", "-v", "config", "show"], "config show", 64, "usage"),
        (["--output", "json", "--config", "none.cfg", "config", "check"], "config check", 78, "settings"),
        (["--output", "json", "config", "check"], "config check", 78, "settings"),
    ],
)
def test_in_json_mode_every_failure_is_one_object(
    tmp_path: Path, words: list[str], command: str, status: int, code: str
) -> None:
    done = run(*words, folder=tmp_path)
    assert done.returncode == status
    said = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    (error,) = said.pop("errors")
    assert set(error) == {"code", "message", "hint", "where"}
    assert error["code"] == code
    assert said == {
        "gvma_result_version": 1,
        "command": command,
        "status": "error",
        "exit_code": status,
        "warnings": [],
    }


def test_help_in_json_mode_is_one_object_too(tmp_path: Path) -> None:
    said = json.loads(run("--output", "json", "config", "show", "--help", folder=tmp_path).stdout)
    assert (said["command"], said["exit_code"]) == ("config show", 0)
    assert "Usage: gvma config show" in said["text"]


def test_a_missing_settings_file_that_was_named_is_78_whatever_the_command(tmp_path: Path, demo_is: Any) -> None:
    demo_is(lambda invocation: None)
    result = invoke("--config", str(tmp_path / "none.cfg"), "demo")
    assert result.exit_code == 78
    assert result.stdout == ""
    assert str(tmp_path / "none.cfg") in result.stderr


def test_help_of_a_command_does_not_ask_for_the_settings_file(demo_is: Any) -> None:
    demo_is(lambda invocation: None)
    assert invoke("--config", "/nowhere/none.cfg", "demo", "--help").exit_code == 0


def test_an_error_of_ours_leaves_with_its_status_and_its_four_parts(demo_is: Any) -> None:
    def fails(invocation: Invocation) -> None:
        raise AsteriskRefusedError("holds other boxes than planned", where="voicemail.conf", hint="Put back.")

    demo_is(fails)
    result = invoke("demo")
    assert (result.exit_code, result.stdout) == (15, "")
    assert result.stderr == "voicemail.conf: holds other boxes than planned\nPut back.\n"


def test_fields_that_a_command_kept_stand_beside_its_error(demo_is: Any) -> None:
    def fails(invocation: Invocation) -> None:
        invocation.output.keep(run_id="r1")
        invocation.output.result("demo", "changed", backup_set="s1")
        raise AsteriskRefusedError("no", where="", hint="")

    demo_is(fails)
    said = json.loads(invoke("--output", "json", "demo").stdout)
    assert (said["status"], said["exit_code"], said["run_id"], said["backup_set"]) == ("error", 15, "r1", "s1")


def test_what_we_did_not_foresee_is_1_and_shows_no_secret(demo_is: Any) -> None:
    def fails(invocation: Invocation) -> None:
        raise RuntimeError("login failed with " + f"hunter{1 + 1}")

    demo_is(fails)
    for words in (["demo"], ["-v", "-v", "demo"], ["--output", "json", "demo"]):
        result = invoke(*words)
        assert result.exit_code == 1
        assert "internal error in gvma: RuntimeError" in result.stderr
        assert "hunter2" not in result.output
    assert "Traceback" not in invoke("demo").stderr
    assert "in fails" in invoke("-v", "-v", "demo").stderr


def test_a_command_that_cannot_be_imported_is_a_defect_and_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gvma.cli.commands.demo", SimpleNamespace())
    result = invoke("--output", "json", "demo")
    assert (result.exit_code, json.loads(result.stdout)["errors"][0]["code"]) == (1, "defect")


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_130(demo_is: Any, raised: BaseException) -> None:
    def fails(invocation: Invocation) -> None:
        raise raised

    demo_is(fails)
    result = invoke("--output", "json", "demo")
    assert (result.exit_code, json.loads(result.stdout)["exit_code"]) == (130, 130)


@pytest.mark.parametrize("status", [0, 2, 11])
def test_the_exit_status_that_a_command_chooses_is_the_one_in_the_object(demo_is: Any, status: int) -> None:
    def ends(invocation: Invocation) -> None:
        invocation.output.result("demo", "ok")
        click.get_current_context().exit(status)

    demo_is(ends)
    result = invoke("--output", "json", "demo")
    said = json.loads(result.stdout)
    assert result.exit_code == said["exit_code"] == status
    assert said["status"] == ("error" if status == 11 else "ok")


def test_warnings_go_to_stderr_and_into_the_object_and_leave_the_status_alone(demo_is: Any) -> None:
    def warns(invocation: Invocation) -> None:
        invocation.output.warn(SettingsWarning("odd", "is odd\x1b[2J", "file, line 3"))
        invocation.output.warn(SettingsWarning("old", "was said before", ""), aloud=False)

    demo_is(warns)
    result = invoke("--output", "json", "demo")
    assert (result.exit_code, result.stderr) == (0, "warning: file, line 3: is odd\\x1b[2J\n")
    assert [warning["code"] for warning in json.loads(result.stdout)["warnings"]] == ["odd", "old"]


def test_a_print_that_slipped_in_does_not_spoil_the_object(demo_is: Any) -> None:
    demo_is(lambda invocation: print("stray"))
    assert json.loads(invoke("--output", "json", "demo").stdout)["text"] == "stray\n"


def test_a_command_that_answers_line_by_line_has_its_lines_alone(demo_is: Any) -> None:
    def answers(invocation: Invocation) -> None:
        invocation.output.json_line({"n": 1})
        invocation.output.json_line({"n": 2})

    demo_is(answers)
    assert invoke("--output", "json", "demo").stdout == '{"n": 1}\n{"n": 2}\n'


def test_settings_are_read_once_and_their_warnings_said_once(tmp_path: Path, demo_is: Any) -> None:
    path = tmp_path / "a.cfg"
    path.write_text("[cfgserver]\nhosst=a\n")

    def asks(invocation: Invocation) -> None:
        assert invocation.settings() is invocation.settings()
        assert invocation.settings().path == path

    demo_is(asks)
    result = invoke("--config", str(path), "demo")
    assert result.exit_code == 0
    assert result.stderr.count("did you mean host?") == 1


def test_a_command_that_works_without_a_settings_file_gets_the_defaults(
    tmp_path: Path, demo_is: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GVMA_CONFIG", raising=False)
    monkeypatch.setattr("gvma.settings.reader.SYSTEM_FILE", tmp_path / "none.cfg")

    def asks(invocation: Invocation) -> None:
        assert invocation.settings_or_default().media.agi_port == 4573
        with pytest.raises(SettingsError, match="no settings file"):
            invocation.settings()

    demo_is(asks)
    assert invoke("demo").exit_code == 0


def test_quiet_silences_warnings_but_not_in_the_object(demo_is: Any) -> None:
    demo_is(lambda invocation: invocation.output.warn(SettingsWarning("odd", "is odd", "")))
    result = invoke("-q", "--output", "json", "demo")
    assert (result.stderr, len(json.loads(result.stdout)["warnings"])) == ("", 1)


@pytest.mark.parametrize(
    "words",
    [
        ["--config", "gvma.cfg", "-q", "demo"],
        ["demo", "--config", "gvma.cfg", "--quiet"],
        ["demo", "--config=gvma.cfg", "-q"],
        ["-q", "demo", "--config", "gvma.cfg"],
    ],
)
def test_the_four_options_are_taken_before_and_after_the_command(
    words: list[str], demo_is: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gvma.cfg").write_text("")
    seen: list[tuple[bool, Path | None]] = []
    demo_is(lambda invocation: seen.append((invocation.output.quiet, invocation.config)))
    assert invoke(*words).exit_code == 0
    assert seen == [(True, Path("gvma.cfg"))]


def test_verbose_counts_wherever_it_stands(demo_is: Any) -> None:
    seen: list[int] = []
    demo_is(lambda invocation: seen.append(invocation.output.verbosity))
    assert [invoke(*words).exit_code for words in (["-v", "demo", "-v"], ["demo", "-vv"])] == [0, 0]
    assert seen == [2, 2]
