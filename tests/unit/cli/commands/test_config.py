"""`gvma config` as a user meets it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gvma.cli.main import cli
from gvma.settings.keys import KEYS
from tests.unit.settings.manual import MANUAL_FILE


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GVMA_CONFIG", "GVMA_CFGSERVER_PASSWORD", "GVMA_AMI_SECRET", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


def gvma(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


def test_init_writes_a_file_that_check_then_says_what_to_fill_in(tmp_path: Path) -> None:
    result = gvma("config", "init")
    path = tmp_path / "gvma_asterisk76.cfg"
    assert result.exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    checked = gvma("config", "check")
    assert checked.exit_code == 78
    assert f"{path}, line 9, host: still has the placeholder <config server hostname or IP>" in checked.stderr
    assert "siptserver_port: still has the placeholder <SIP Server Port>" in checked.stderr


def test_init_twice_says_that_nothing_is_missing() -> None:
    first = gvma("--output", "json", "--config", "a.cfg", "config", "init")
    again = gvma("--output", "json", "--config", "a.cfg", "config", "init")
    assert [json.loads(result.stdout)["status"] for result in (first, again)] == ["changed", "ok"]
    assert json.loads(again.stdout)["added"] == []
    assert json.loads(first.stdout)["added"] == [f"{key.section}.{key.name}" for key in KEYS]


def test_init_completes_the_manuals_file_which_stays_valid() -> None:
    Path("old.cfg").write_text(MANUAL_FILE)
    result = gvma("--config", "old.cfg", "config", "init")
    assert result.exit_code == 0
    assert "commented out; nothing else changed" in result.stdout
    assert gvma("--config", "old.cfg", "config", "check").exit_code == 0


def test_init_writes_the_file_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GVMA_CONFIG", "named.cfg")
    assert gvma("config", "init").exit_code == 0
    assert Path("named.cfg").exists()
    assert not Path("gvma_asterisk76.cfg").exists()


def test_init_where_nothing_can_be_written_is_78() -> None:
    assert gvma("--config", "no/such/folder.cfg", "config", "init").exit_code == 78
    assert gvma("--config", "x" * 300, "config", "init").exit_code == 78


def test_show_names_each_effective_value_and_its_origin_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.cfg").write_text(MANUAL_FILE)
    monkeypatch.setenv("GVMA_AMI_SECRET", "hunter2")
    result = gvma("--config", "a.cfg", "config", "show", "--origin")
    lines = result.stdout.splitlines()
    path = Path("a.cfg").absolute()
    assert result.exit_code == 0
    assert f"host = cfg.example.net  # {path}:3" in lines
    assert f"password = ****  # {path}:9" in lines
    assert "asterisk_cm_secret = ****  # environment GVMA_AMI_SECRET" in lines
    assert "channel_driver = auto  # default" in lines
    assert "hunter2" not in result.output
    assert "p%ss" not in result.output
    assert [line.partition(" =")[0] for line in lines if " =" in line] == [key.name for key in KEYS]
    assert "#" not in gvma("--config", "a.cfg", "config", "show").stdout


def test_show_has_an_address_as_the_file_has_it() -> None:
    Path("a.cfg").write_text("[media]\nmetrics = [::1]:4574\n")
    assert "metrics = [::1]:4574" in gvma("--config", "a.cfg", "config", "show").stdout.splitlines()
    shown = json.loads(gvma("--output", "json", "--config", "a.cfg", "config", "show").stdout)["settings"]
    assert shown["media"]["metrics"]["value"] == "[::1]:4574"


def test_show_in_json_holds_the_same() -> None:
    Path("a.cfg").write_text(MANUAL_FILE)
    result = gvma("--output", "json", "--config", "a.cfg", "config", "show")
    shown = json.loads(result.stdout)["settings"]
    assert shown["cfgserver"]["port"] == {"value": 8090, "origin": f"{Path('a.cfg').absolute()}:5"}
    assert shown["cfgserver"]["password"]["value"] == "****"
    assert shown["media"]["allow"] == {"value": ["127.0.0.0/8", "::1/128"], "origin": "default"}
    assert {f"{section}.{key}" for section in shown for key in shown[section]} == {
        f"{key.section}.{key.name}" for key in KEYS
    }


def test_check_names_every_problem_and_warns_of_unknown_keys() -> None:
    Path("a.cfg").write_text(MANUAL_FILE.replace("8090", "soap").replace("siptserver_port", "sipserver_port") + "x\n")
    result = gvma("--config", "a.cfg", "config", "check")
    path = Path("a.cfg").absolute()
    assert (result.exit_code, result.stdout) == (78, "")
    assert f"{path}, line 5, port: must be a whole number from 1 to 65535, not 'soap'\n" in result.stderr
    assert f"{path}, line {MANUAL_FILE.count(chr(10)) + 1}: the line is neither a section, nor" in result.stderr
    assert "unknown key sipserver_port; did you mean siptserver_port?" in result.stderr
    said = json.loads(gvma("--output", "json", "--config", "a.cfg", "config", "check").stdout)
    assert (said["status"], len(said["errors"]), len(said["warnings"])) == ("error", 2, 2)


def test_check_of_a_valid_file_says_so() -> None:
    Path("a.cfg").write_text(f"{MANUAL_FILE}asterisk_cm_secret = of-our-own\n")
    result = gvma("--config", "a.cfg", "config", "check")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{Path('a.cfg').absolute()}: valid\n", "")
    assert gvma("-q", "--config", "a.cfg", "config", "check").stdout == ""


def test_check_names_a_hook_that_can_never_run() -> None:
    hook = Path("hook").absolute()
    hook.write_text("#!/bin/sh\n")
    hook.chmod(0o666 & ~0o022)
    Path("a.cfg").write_text(
        f"{MANUAL_FILE}asterisk_cm_secret = of-our-own\non_change = {hook} a\non_failure = ./nowhere\n"
    )
    result = gvma("--config", "a.cfg", "config", "check")
    assert (result.exit_code, result.stdout) == (78, "")
    assert f"[gvma_settings] on_change: {hook} is missing, or this account may not execute it\n" in result.stderr
    assert "[gvma_settings] on_failure: ./nowhere is missing" in result.stderr
    hook.chmod(0o755)
    Path("a.cfg").write_text(f"{MANUAL_FILE}asterisk_cm_secret = of-our-own\non_change = ./hook a\non_failure = env\n")
    assert gvma("--config", "a.cfg", "config", "check").exit_code == 0


@pytest.mark.parametrize(
    "text", ["", "[cfgserver]\nhost=a\ndnquery=CfgDN\n", "[gvma_settings]\nsiptserver_port=5060\n"]
)
def test_check_says_what_a_sync_would_lack(text: str) -> None:
    Path("a.cfg").write_text(text)
    result = gvma("--config", "a.cfg", "config", "check")
    assert result.exit_code == 78
    assert "siptserver_host is not set in [gvma_settings]" in result.stderr


def test_a_wrong_key_with_a_similar_name_hides_no_missing_one() -> None:
    text = "[cfgserver]\ndnquery = CfgDN\n[gvma_settings]\nsiptserver_host = 192.0.2.1\nasterisk_cm_host = a b\n"
    Path("host.cfg").write_text(text)
    result = gvma("--config", "host.cfg", "config", "check")
    assert "asterisk_cm_host: must be a host name" in result.stderr
    assert "host or url is not set in [cfgserver]" in result.stderr


def test_a_file_for_the_media_server_alone_is_valid() -> None:
    Path("a.cfg").write_text("[media]\nmax_calls=100\n")
    assert gvma("--config", "a.cfg", "config", "check").exit_code == 0


@pytest.mark.parametrize("words", [["show"], ["check"]])
def test_without_a_settings_file_show_and_check_are_78(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gvma.settings.reader.SYSTEM_FILE", Path("none.cfg"))
    result = gvma("config", *words)
    assert result.exit_code == 78
    assert "gvma config init" in result.stderr


def test_a_new_file_asks_for_the_secret_of_ami() -> None:
    gvma("config", "init")
    done = gvma("config", "check")
    assert "asterisk_cm_secret: still has the placeholder <AMI secret>" in done.stderr
    path = Path("gvma_asterisk76.cfg")
    assert "\nasterisk_cm_secret = <AMI secret>\n" in path.read_text()


@pytest.mark.parametrize("line", ["", "asterisk_cm_secret = CHANGE-ME\n", "asterisk_cm_secret = genesys1\n"])
def test_check_warns_of_the_sample_secret_which_no_ami_account_should_have(line: str) -> None:
    Path("a.cfg").write_text(f"{MANUAL_FILE}{line}")
    done = gvma("--config", "a.cfg", "config", "check")
    assert done.exit_code == 0
    assert "asterisk_cm_secret: the AMI secret is that of a sample" in done.stderr
