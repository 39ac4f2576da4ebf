"""gvma confserv as a user runs it: the table, the JSON object, and the simulator as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gvma.configserver.client import ConfigurationServer
from gvma.configserver.simulator.server import SAMPLE, Simulator
from gvma.settings.model import ConfigServerSettings, Secret
from tests.harness.children import child_process

DNS = "CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='1']"
GVMA = [sys.executable, "-m", "gvma"]


def gvma(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*GVMA, *words], cwd=folder, capture_output=True, text=True, check=False)


def settings_for(url: str, folder: Path) -> Path:
    path = folder / "gvma_asterisk76.cfg"
    path.write_text(f"[cfgserver]\nurl = {url}\nusername = gvma\npassword = marked-secret\n")
    path.chmod(0o600)
    return path


def test_query_prints_a_row_for_each_object_with_the_pin_masked(tmp_path: Path) -> None:
    with Simulator(username="gvma", password="marked-secret").serve() as url:
        settings_for(url, tmp_path)
        done = gvma("confserv", "query", DNS, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["KIND", "DBID", "NUMBER", "TYPE", "STATE", "OPTIONS"]
    assert len(rows) == 9
    assert rows[2].split()[:5] == ["CfgDN", "103", "1002", "1", "1"]
    assert "gvm_email=anne.smith@example.com" in rows[2]
    assert "gvm_password=****" in rows[2]
    assert "4711" not in done.stdout + done.stderr
    assert "marked-secret" not in done.stdout + done.stderr


def test_query_prints_one_json_object_with_the_pin_masked(tmp_path: Path) -> None:
    done = gvma("--output", "json", "confserv", "query", "--from", str(SAMPLE), DNS, folder=tmp_path)
    answer = json.loads(done.stdout)
    assert (answer["gvma_result_version"], answer["status"], answer["exit_code"], answer["count"]) == (1, "ok", 0, 9)
    anne = answer["objects"][2]
    assert (anne["kind"], anne["dbid"], anne["number"], anne["type"], anne["state"]) == ("CfgDN", 103, "1002", 1, 1)
    assert anne["options"]["gvm_password"] == "****"
    assert "4711" not in done.stdout


@pytest.mark.parametrize("form", ["text", "json"])
def test_query_masks_every_kind_of_secret(form: str, tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    options = {"auth-secret": "hunter2", "secret": "hunter2", "gvm_options": "imappassword=hunter2|attach=no"}
    pairs = "".join(f'<str_pair key="{key}" value="{value}"/>' for key, value in options.items())
    path.write_text(
        '<CfgData><CfgDN DBID="1" number="1000"><userProperties><list_pair key="TServer">'
        f"{pairs}</list_pair></userProperties></CfgDN></CfgData>"
    )
    done = gvma("--output", form, "confserv", "query", "--from", str(path), "CfgDN", folder=tmp_path)
    assert "hunter2" not in done.stdout + done.stderr
    assert done.stdout.count("****") == 3
    assert "attach=no" in done.stdout


def test_query_of_a_file_needs_no_settings_and_loads_no_soap_client(tmp_path: Path) -> None:
    program = (
        "import sys; from gvma.cli.main import main\n"
        "try: main(['confserv', 'query', '--from', sys.argv[1], 'CfgSwitch'])\n"
        "finally: assert 'zeep' not in sys.modules and 'requests' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program, str(SAMPLE)], cwd=tmp_path, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "SIP_Switch" in done.stdout


def test_query_that_selects_nothing_says_so(tmp_path: Path) -> None:
    done = gvma("confserv", "query", "--from", str(SAMPLE), "CfgDN[@type=99]", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "No object matches.\n")


@pytest.mark.parametrize(("fail", "status"), [("refuse", 10), ("401", 12), ("fault", 10), ("truncate", 10)])
def test_a_failure_leaves_with_its_status_and_four_parts(fail: str, status: int, tmp_path: Path) -> None:
    with Simulator(fail=fail).serve() as url:
        settings_for(url, tmp_path)
        done = gvma("confserv", "query", DNS, folder=tmp_path)
    assert (done.returncode, done.stdout) == (status, "")
    assert url in done.stderr
    assert "Nothing was written." in done.stderr
    assert "Traceback" not in done.stderr
    assert "marked-secret" not in done.stderr


def test_control_characters_of_a_number_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text('<CfgData><CfgDN DBID="1" name="&#x9b;31m&#10;x"/></CfgData>', "utf-8")
    done = gvma("confserv", "query", "--from", str(path), "CfgDN", folder=tmp_path)
    assert "\x9b" not in done.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_simulate_serves_without_settings_until_it_is_ended(number: signal.Signals, tmp_path: Path) -> None:
    environment = {**os.environ, "GVMA_CFGSERVER_PASSWORD": "marked-secret", "HOME": str(tmp_path)}
    with child_process(
        [*GVMA, "confserv", "simulate", "--port", "0", "--username", "gvma"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            url = ""
            while not url:
                line = process.stdout.readline()
                assert line, "ended before it named its URL"
                url = line.removeprefix("url = ").strip() if line.startswith("url = ") else ""
            settings = ConfigServerSettings(url=url, username="gvma", password=Secret("marked-secret"))
            with ConfigurationServer(settings) as server:
                assert len(server.query(DNS)) == 9
        finally:
            process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "marked-secret" not in out + err


def test_a_port_that_is_taken_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = gvma("confserv", "simulate", "--port", str(taken.getsockname()[1]), folder=tmp_path)
    assert done.returncode == 78
    assert "in use" in done.stderr


def test_a_user_name_without_a_password_is_wrong_usage(tmp_path: Path) -> None:
    environment = {name: text for name, text in os.environ.items() if name != "GVMA_CFGSERVER_PASSWORD"}
    done = subprocess.run(
        [*GVMA, "confserv", "simulate", "--username", "gvma"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 64


def test_a_data_file_that_is_missing_says_so(tmp_path: Path) -> None:
    done = gvma("confserv", "simulate", "--port", "0", "--data", "nowhere.xml", folder=tmp_path)
    assert done.returncode == 10
    assert "nowhere.xml" in done.stderr


def test_a_signal_ends_a_simulator_with_hundreds_of_half_requests(tmp_path: Path) -> None:
    argv = [*GVMA, "confserv", "simulate", "--port", "0"]
    with child_process(argv, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline().partition("127.0.0.1:")[2].partition("/")[0])
        begun = (b"POST / HTT", b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n<half")
        peers = [socket.create_connection(("127.0.0.1", port)) for _ in range(400)]
        for number, peer in enumerate(peers):
            peer.sendall(begun[number % 2])
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=60)
        for peer in peers:
            peer.close()
    assert (server.returncode, err) == (0, "")
