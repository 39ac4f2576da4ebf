"""`gvma check` on real servers: a healthy installation gives no finding, and each fault gives its own.

The faults are made as they happen: by an editor, by manager.conf, by a module that is not loaded. After each
test the installation is as it was.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from socket import SOCK_STREAM

import pytest

from gvma.demo.ports import free_port
from tests.harness.site import PASSWORD, Site
from tests.integration.check import (
    AMI_SECRET,
    PIN,
    SIP_SERVER,
    codes,
    driver_file,
    edit,
    without_module,
)


def test_a_healthy_installation_gives_no_finding_and_its_boxes_answer(installation: Site) -> None:
    before = _state_of(installation)
    result = installation.check_result("--probe")
    assert result["findings"] == []
    assert (result["status"], result["exit_code"]) == ("ok", 0)
    mailboxes = [probe for probe in result["probes"] if probe["event"] == "message-summary"]
    assert {probe["name"]: (probe["answer"], probe["messages"]) for probe in mailboxes} == {
        "gvm-1000": (200, "0/0"),
        "gvm-5001": (200, "0/0"),
        "gvm-a-2222": (200, "0/0"),
        "gvm-g-3333": (200, "0/0"),
    }
    assert {query["query"]: query["types"] for query in result["queries"]} == {
        "dnquery": {"DN of type 1": 2},
        "agentquery": {"Agent Login": 1},
        "agentgroupquery": {"Agent Group": 1},
        "routingpointquery": {"DN of type 4": 1},
        "trunkquery": {"DN of type 14": 3},
        "servicequery": {"DN of type 29": 4},
        "applicationquery": {"Application": 1},
    }
    assert _state_of(installation) == before


def _state_of(installation: Site) -> dict[str, tuple[bytes, int]]:
    """Every file that a check could have changed, with its time."""
    folders = (installation.asterisk.etc, Path(str(installation.settings["backup_path"])))
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in [*files, installation.config]}


def test_the_text_says_what_was_asked_and_nagios_gets_one_line(installation: Site) -> None:
    assert installation.gvma("check").stdout == "all is well.\n"
    text = installation.gvma("check", "-v")
    assert (text.status, text.stderr) == (0, "")
    assert "dnquery: 2 DN of type 1.\n" in text.stdout
    module = "chan_sip.so" if installation.asterisk.driver == "sip" else "res_pjsip.so"
    assert f"Channel driver {installation.asterisk.driver}: {module} serves SIP, and " in text.stdout
    assert text.stdout.splitlines()[-1] == "all is well."
    nagios = installation.gvma("check", "--nagios")
    said, _, figures = nagios.stdout.rstrip("\n").partition(" | ")
    assert (nagios.status, said) == (0, "GVMA OK: all is well")
    assert figures.startswith(
        "errors=0;;0;0 warnings=0;0;;0 notes=0;;;0 mailboxes=3;;;0 subscriptions=4;;;0 last_success="
    )


# Boxes, subscriptions and dialplan that were edited and not reloaded.


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("voicemail.conf", f"1000 => {PIN},1000", f"1000 => {PIN},Somebody"),
        ("voicemail.conf", f"1000 => {PIN}", f"1009 => {PIN}"),
        ("extensions.conf", "exten => 2400,", "exten => 2401,"),
    ],
)
def test_an_edit_that_asterisk_has_not_read_is_drift(installation: Site, name: str, old: str, new: str) -> None:
    edit(installation, name, lambda text: text.replace(old, new))
    found = installation.check()
    assert {finding["code"] for finding in found} >= {"drift"}
    assert {finding["where"] for finding in found if finding["code"] == "drift"} == {name}
    assert PIN not in json.dumps(found)


@pytest.mark.parametrize(("old", "new"), [("1000@GVMA_DN", "1001@GVMA_DN"), ("[gvm-1000]", "[gvm-1009]")])
def test_a_subscription_that_was_edited_is_drift(installation: Site, old: str, new: str) -> None:
    edit(installation, driver_file(installation), lambda text: text.replace(old, new))
    assert "drift" in codes(installation)


def test_files_that_asterisk_threw_away_are_drift(installation: Site) -> None:
    """AMI says Success to such a reload; the boxes of before are still there."""
    edit(installation, "voicemail.conf", lambda text: text.replace(f"1000 => {PIN}", f"1234 => {PIN}") + "[unclosed\n")
    installation.asterisk.cli("voicemail reload")
    assert "drift" in codes(installation)


# AMI.


def test_a_wrong_secret_and_an_account_that_is_not_there_are_refused(installation: Site) -> None:
    installation.settings["asterisk_cm_secret"] = "wrong-and-secret"
    result = installation.check_result()
    assert "ami-credentials" in {finding["code"] for finding in result["findings"]}
    assert "wrong-and-secret" not in json.dumps(result)
    installation.settings |= {"asterisk_cm_secret": AMI_SECRET, "asterisk_cm_username": "nobody"}
    assert "ami-credentials" in codes(installation)


@pytest.mark.parametrize("lacking", ["system", "command", "call"])
def test_a_class_that_the_account_lacks(installation: Site, lacking: str) -> None:
    classes = ",".join({"system", "call", "log", "verbose", "command", "agent", "user"} - {lacking})
    account = (
        f"[weak]\nsecret = {AMI_SECRET}\npermit = 127.0.0.1/255.255.255.255\nread = {classes}\nwrite = {classes}\n"
    )
    edit(installation, "manager.conf", lambda text: text + account)
    installation.asterisk.cli("manager reload")
    installation.settings["asterisk_cm_username"] = "weak"
    found = installation.check()
    assert {finding["code"] for finding in found if finding["severity"] == "error"} == {"ami-permission"}
    assert [finding for finding in found if f"'{lacking}'" in finding["message"]]


def test_asterisk_that_is_down_is_said_at_once(installation: Site) -> None:
    installation.settings["asterisk_cm_port"] = free_port(SOCK_STREAM)
    found = codes(installation, "--probe")
    assert "ami-unreachable" in found
    assert not {"drift", "module-missing", "identify-none"} & found


def test_asterisk_that_accepts_and_says_nothing_is_not_waited_for(installation: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        installation.settings |= {"asterisk_cm_port": silent.getsockname()[1], "asterisk_cm_timeout": 1}
        assert "ami-unreachable" in codes(installation)


@pytest.mark.parametrize(
    ("module", "code"),
    [("app_voicemail.so", "module-missing"), ("app_dial.so", "module-missing"), ("app_confbridge.so", "module-media")],
)
def test_a_module_that_is_not_loaded(installation: Site, module: str, code: str) -> None:
    with without_module(installation, module):
        found = installation.check()
    assert module in {finding["where"] for finding in found if finding["code"] == code}
    assert codes(installation) == set()


# Configuration Server.


@pytest.mark.parametrize(
    ("fail", "code"),
    [
        ("refuse", "configserver-query"),
        ("401", "configserver-credentials"),
        ("fault", "configserver-query"),
        ("truncate", "configserver-query"),
        ("delay", "configserver-query"),
        ("empty", "configserver-query-empty"),
        ("malformed", "configserver-query"),
    ],
)
def test_configuration_server_that_fails(installation: Site, fail: str, code: str) -> None:
    installation.simulator.fail = fail
    installation.cfgserver["timeout"] = 1 if fail == "delay" else 60
    result = installation.check_result()
    wheres = ", ".join(finding["where"] for finding in result["findings"] if finding["code"] == code)
    assert sorted(wheres.split(", ")) == sorted(key for key in installation.cfgserver if key.endswith("query"))
    assert PASSWORD not in json.dumps(result)


def test_a_query_that_selects_other_objects(installation: Site) -> None:
    installation.cfgserver["dnquery"] = "CfgSwitch[@name='Main']/DNs/CfgDN"
    installation.cfgserver["agentgroupquery"] = installation.cfgserver["agentquery"]
    found = [finding for finding in installation.check() if finding["code"] == "configserver-query-type"]
    assert {finding["where"] for finding in found} == {"dnquery", "agentgroupquery"}


# Settings, and nothing at all.


def test_nagios_is_unknown_without_settings_and_with_wrong_ones(installation: Site, tmp_path: Path) -> None:
    installation.settings["channel_driver"] = "dahdi"
    done = installation.gvma("check", "--nagios")
    assert (done.status, len(done.stdout.splitlines())) == (3, 1)
    assert done.stdout.startswith("GVMA UNKNOWN: ")
    assert installation.gvma("check").status == 78
    installation.config.unlink()
    done = installation.gvma("check", "--nagios")
    assert (done.status, len(done.stdout.splitlines())) == (3, 1)
    assert done.stdout.startswith("GVMA UNKNOWN: no such settings file")


def test_nagios_tells_warnings_from_errors(installation: Site) -> None:
    installation.settings["vm_agt_ext_prefix"] = "371"
    done = installation.gvma("check", "--nagios")
    assert (done.status, done.stdout.partition(":")[0]) == (1, "GVMA WARNING")
    installation.settings["asterisk_cm_port"] = free_port(SOCK_STREAM)
    done = installation.gvma("check", "--nagios")
    assert (done.status, done.stdout.partition(":")[0]) == (2, "GVMA CRITICAL")


def test_information_alone_leaves_exit_0(installation: Site) -> None:
    del installation.cfgserver["trunkquery"]
    result = installation.check_result()
    assert [(finding["code"], finding["severity"]) for finding in result["findings"]] == [
        ("configserver-query-unset", "info")
    ]
    assert set(result["findings"][0]) == {"code", "severity", "group", "message", "where", "hint"}
    assert result["exit_code"] == 0


def test_settings_that_others_may_read(installation: Site) -> None:
    installation.config.chmod(0o644)
    assert "settings-exposed-secret" in {finding["code"] for finding in installation.check()}


# Files.


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        ("extensions.conf", ("include => GVMA\n", ""), "dialplan-include"),
        ("extensions.conf", ("include => GVMA_ROUTING\n", ""), "dialplan-include"),
        ("extensions.conf", ("include => GVMA\n", "[unused]\ninclude => GVMA\n[more]\n"), "dialplan-include-unreached"),
        ("extensions.conf", ("include => moh_conf_treatment\n", ""), "media-include"),
        ("extensions.conf", ("[default]\n", "[default]\n#include nowhere.conf\n"), "file-include"),
        ("extensions.conf", ("[default]\n", "[default]\n#include extensions.conf\n"), "file-include"),
        ("extensions.conf", ("[default]\n", "[default]\n#exec /bin/date\n"), "file-exec"),
        ("extensions.conf", ("GVMA_AGI=agi://127.0.0.1:", "GVMA_AGI=agi://10.0.0.9:"), "media-address"),
        ("voicemail.conf", (";$---GVMA-END-GVMA---$", ";$---GVMA-BEGIN-GVMA---$"), "file-unsafe"),
        ("voicemail.conf", ("[general]\n", "[general]\n;-- open\n"), "file-unsafe"),
        ("voicemail.conf", ("[MY_COMPANY]\n", "[MY_OTHER]\n"), "gvm-context-unknown"),
        ("voicemail.conf", ("5001 =>", "5002 =>"), "gvm-context-box-unknown"),
        ("voicemail.conf", ("[MY_COMPANY]\n", "[GVMA_DN]\n9 => 1\n[MY_COMPANY]\n"), "file-own-name"),
        ("voicemail.conf", ("[general]\n", "[general]\npasswordlocation=attic\n"), "password-location"),
        ("voicemail.conf", ("[general]\n", "[general]\nexternpass=/bin/pass\n"), "voicemail-storage"),
    ],
)
def test_a_fault_in_asterisks_files(installation: Site, name: str, change: tuple[str, str], code: str) -> None:
    edit(installation, name, lambda text: text.replace(*change, 1))
    assert code in codes(installation)


def test_a_dial_to_sip_servers_address(installation: Site) -> None:
    dial = f"Dial({'SIP/2400@' if installation.asterisk.driver == 'sip' else 'PJSIP/gsip/sip:2400@'}{SIP_SERVER}:5060)"
    edit(installation, "extensions.conf", lambda text: text.replace("[default]\n", f"[default]\nexten => 1,1,{dial}\n"))
    assert "dialplan-dial-address" in codes(installation)


def test_a_phone_with_a_secret_and_one_of_our_names(installation: Site) -> None:
    secret = "[1000]\nsecret=x\n[gvm-77]\ntype=friend\n" if installation.asterisk.driver == "sip" else (
        "[1000]\ntype=endpoint\nauth=x\n[gvm-77]\ntype=aor\n"
    )  # fmt: skip
    edit(installation, driver_file(installation), lambda text: secret + text)
    assert {"endpoint-secret", "file-own-name"} <= codes(installation)


def test_the_block_of_a_perl_gvma_is_said(installation: Site, tmp_path: Path) -> None:
    installation.settings["backup_path"] = tmp_path / "never-synced-here"
    found = installation.check()
    assert [finding["severity"] for finding in found if finding["code"] == "file-old-block"] == ["info"] * 3
    assert not (tmp_path / "never-synced-here").exists()


# Media.


def test_a_media_server_that_is_down_and_one_that_is_something_else(installation: Site) -> None:
    installation.media["agi_port"] = free_port(SOCK_STREAM)
    assert "media-health" in codes(installation)
    installation.media["agi_port"] = installation.asterisk.ami_port
    assert "media-health" in codes(installation)


def test_sounds_that_are_not_there(installation: Site) -> None:
    installation.media |= {"default_file": "storm", "digits_prompt": "press", "recordings_path": "/nowhere/at/all"}
    found = [finding["where"] for finding in installation.check() if finding["code"] == "media-file"]
    assert found == ["/nowhere/at/all", "storm", "press"]
