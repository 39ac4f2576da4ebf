"""``gvma realtime files`` as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.command import in_this_process

SETTINGS = """\
[gvma_settings]
siptserver_host = 127.0.0.2
sink = realtime
realtime_dsn = host=db dbname=asterisk user=gvma
realtime_password = never-shown
backup_path = backup
"""
NAMES = {f"gvma-{name}.conf" for name in ("extconfig", "sorcery", "pjsip", "extensions", "voicemail")}


@pytest.fixture(autouse=True)
def _in_a_folder_with_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gvma_asterisk76.cfg").write_text(SETTINGS)
    Path("gvma_asterisk76.cfg").chmod(0o600)


def test_the_files_are_written_once_and_hold_no_secret(tmp_path: Path) -> None:
    done = in_this_process("realtime", "files", "nodes")
    assert (done.status, done.stderr) == (0, "")
    written = {path.name: path.read_text() for path in (tmp_path / "nodes").iterdir()}
    assert {name for name in written if not name.endswith(".sample")} == NAMES
    assert not any("never-shown" in text for text in (*written.values(), done.stdout))
    again = in_this_process("--output", "json", "realtime", "files", "nodes").json()
    assert again["status"] == "ok"
    assert {entry["changed"] for entry in again["files"]} == {False}


def test_a_site_of_files_has_no_nodes(tmp_path: Path) -> None:
    Path("gvma_asterisk76.cfg").write_text(SETTINGS.replace("sink = realtime", "sink = files"))
    done = in_this_process("realtime", "files", "nodes")
    assert done.status == 78
    assert "Nothing was written" in done.stderr
    assert not (tmp_path / "nodes").exists()


@pytest.mark.parametrize("host", ["", "siptserver_host = no.such.host.invalid\n"])
def test_without_an_address_of_sip_server_nothing_is_written(tmp_path: Path, host: str) -> None:
    Path("gvma_asterisk76.cfg").write_text(SETTINGS.replace("siptserver_host = 127.0.0.2\n", host))
    assert in_this_process("realtime", "files", "nodes").status == 78
    assert not (tmp_path / "nodes").exists()


def test_routing_asks_configuration_server_for_its_numbers(tmp_path: Path) -> None:
    asked = "dnquery = CfgDN[@type=1]\n"
    Path("gvma_asterisk76.cfg").write_text(f"[cfgserver]\n{asked}host=127.0.0.1\nport=9\n{SETTINGS}routing = yes\n")
    done = in_this_process("realtime", "files", "nodes")
    assert done.status == 10, done
    assert not (tmp_path / "nodes").exists()
