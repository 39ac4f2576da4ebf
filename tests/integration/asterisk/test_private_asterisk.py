"""The private Asterisk itself: ready when it says so, alone on its ports, gone when its parent is gone."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from gvma.errors import AsteriskUnreachableError
from tests.harness.children import SECONDS, child_process
from tests.harness.servers.asterisk_fixtures import StartAsterisk, StartTelephone

KILLED = """
import sys
from pathlib import Path
from gvma.demo.asterisk import PrivateAsterisk
with PrivateAsterisk(int(sys.argv[1]), Path(sys.argv[2])) as asterisk:
    print(asterisk.pid, flush=True)
    sys.stdin.read()
"""


def test_every_module_that_is_loaded_loads_without_an_error(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version)
    assert f"Asterisk {version}." in asterisk.cli("core show version")[0]
    errors = [line for line in asterisk.log_text().splitlines() if "ERROR" in line]
    assert errors == []
    for application in ("VoiceMail", "ConfBridge", "MixMonitor", "AGI", "Playback", "Record", "SendText", "Gosub"):
        assert "is not registered" not in asterisk.cli(f"core show application {application}")[0]
    for function in ("STAT", "TIMEOUT", "CONFBRIDGE", "CHANNEL"):
        assert "No function" not in asterisk.cli(f"core show function {function}")[0]


def test_sixteen_takes_pjsip_too(start_asterisk: StartAsterisk) -> None:
    asterisk = start_asterisk(16, driver="pjsip")
    assert any("chan_pjsip.so" in line for line in asterisk.cli("module show like chan_"))
    assert not any("chan_sip.so" in line for line in asterisk.cli("module show like chan_"))


def test_two_at_once_do_not_meet(start_asterisk: StartAsterisk, start_telephone: StartTelephone) -> None:
    first, second = start_asterisk(22), start_asterisk(22)
    assert {first.sip_port, first.ami_port}.isdisjoint({second.sip_port, second.ami_port})
    for asterisk in (first, second):
        assert start_telephone(asterisk).ask("OPTIONS", "").status in {200, 401}


def test_a_text_is_filled_in_and_other_braces_stay(start_asterisk: StartAsterisk) -> None:
    text = "[default]\nexten => 1,1,NoOp({sip_port} {spool} ${EXTEN} {other})\n"
    asterisk = start_asterisk(22, {"extensions.conf": text})
    expected = f"NoOp({asterisk.sip_port} {asterisk.spool} ${{EXTEN}} {{other}})"
    assert expected in "\n".join(asterisk.cli("dialplan show default"))


def test_what_ends_at_once_is_an_error_with_the_end_of_the_log(start_asterisk: StartAsterisk) -> None:
    with pytest.raises(AsteriskUnreachableError, match="ended at once") as raised:
        start_asterisk(22, {"modules.conf": "[modules]\nautoload=no\nrequire = no_such_module.so\n"})
    assert "no_such_module" in raised.value.message


def test_it_keeps_ports_and_files_over_a_restart(start_asterisk: StartAsterisk) -> None:
    asterisk = start_asterisk(22)
    ports, pid = (asterisk.sip_port, asterisk.ami_port), asterisk.pid
    (asterisk.etc / "extensions.conf").write_text("[changed]\nexten => 1,1,NoOp()\n")
    asterisk.restart()
    assert (asterisk.sip_port, asterisk.ami_port) == ports
    assert asterisk.pid != pid
    assert "changed" in asterisk.cli("dialplan show changed")[0]


def test_it_is_gone_when_its_parent_is_killed(tmp_path: Path, start_asterisk: StartAsterisk, version: int) -> None:
    start_asterisk(version).stop()
    command = [sys.executable, "-c", KILLED, str(version), str(tmp_path / "pbx")]
    with child_process(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    try:
        gone, _, _ = select.select([child], [], [], SECONDS)
    finally:
        os.close(child)
    assert gone


def test_a_folder_with_a_long_name_serves(start_asterisk: StartAsterisk, tmp_path: Path) -> None:
    root = start_asterisk(22).root
    with PrivateAsterisk(root, tmp_path / ("long" * 30)) as asterisk:
        assert asterisk.cli("core show version")
