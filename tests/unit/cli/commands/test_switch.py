"""gvma switch as a user runs it: six chapters, with and without a settings file, and back through gvma check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gvma.configserver.simulator.server import Simulator
from gvma.switches.guides import GUIDES
from tests.harness.command import Done, in_this_process

EVERY = pytest.mark.parametrize("name", GUIDES)
_DNS = "CfgTenant[@name='Environment']/switches/CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='{}']"
SETTINGS = f"""\
[cfgserver]
url = {{url}}
username = gvma
password = marked-secret
dnquery = {_DNS.format(1)}
routingpointquery = {_DNS.format(4)}
trunkquery = {_DNS.format(14)}
servicequery = {_DNS.format(29)}
applicationquery = CfgTenant[@name='Environment']/applications/CfgApplication
[gvma_settings]
asterisk_cm_port = 1
"""
CONTACT = ("--set", "contact=10.0.0.5:5060")


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a settings file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GVMA_CONFIG", raising=False)


def gvma(*words: str) -> Done:
    return in_this_process(*words)


def answer(*words: str) -> dict[str, Any]:
    return gvma("--output", "json", *words).json()


def settings_for(url: str, **keys: str) -> Path:
    path = Path("gvma_asterisk76.cfg")
    path.write_text(SETTINGS.format(url=url) + "".join(f"{key} = {value}\n" for key, value in keys.items()))
    path.chmod(0o600)
    return path


def exported(name: str, *words: str) -> Path:
    done = gvma("switch", "objects", name, "--format", "xml", *words)
    assert (done.status, done.stderr) == (0, "")
    path = Path("objects.xml")
    path.write_text(done.stdout)
    return path


@EVERY
@pytest.mark.parametrize("more", [(), ("--set", "extensions=2001-2003")], ids=["alone", "with telephones"])
def test_check_finds_nothing_in_the_objects_that_it_asks_for(name: str, more: tuple[str, ...]) -> None:
    words = more if name in {"openscape-voice", "asterisk"} else ()
    data = exported(name, *words, *(CONTACT if name == "asterisk" else ()))
    with Simulator(data).serve() as url:
        settings_for(url, switch_profile=name)
        result = answer("check", "--only", "switch")
    assert (result["findings"], result["exit_code"]) == ([], 0)


def test_check_names_the_placeholder_of_asterisks_address() -> None:
    with Simulator(exported("asterisk")).serve() as url:
        settings_for(url, switch_profile="asterisk")
        found = answer("check", "--only", "switch")["findings"]
    assert {one["code"] for one in found} == {"switch-placeholder"}
    assert ("Application SIP_Server", "mwi-host = <address of this Asterisk>") in [
        (one["where"], one["message"]) for one in found
    ]


def test_only_the_switch_needs_no_asterisk_and_says_that_objects_are_needed() -> None:
    Path("gvma_asterisk76.cfg").write_text("[gvma_settings]\nswitch_profile = asterisk\n")
    done = gvma("check", "--only", "switch")
    assert done.status == 78
    assert "nothing was checked" in done.stderr


def test_only_the_switch_minds_no_setting_that_is_for_asterisk() -> None:
    with Simulator(exported("cisco-mgc")).serve() as url:
        path = settings_for(url, switch_profile="cisco-mgc", siptserver_host="<SIP Server hostname or IP>")
        assert gvma("check", "--only", "switch").status == 0
        assert gvma("check", "--only", "routing").status == 78
        path.write_text(path.read_text().replace("cisco-mgc", "nortel"))
        done = gvma("check", "--only", "switch")
    assert done.status == 78
    assert "switch_profile" in done.stderr


@EVERY
def test_every_text_works_without_a_settings_file(name: str) -> None:
    for words in (["switch", "checklist", name], ["switch", "objects", name], ["switch", "device", name]):
        done = gvma(*words)
        assert (done.status, done.stderr) == (0, ""), words
        assert done.stdout
    assert list(Path.cwd().iterdir()) == []


@EVERY
def test_every_value_of_a_device_stands_in_its_help_and_in_json(name: str) -> None:
    said = gvma("switch", "device", name, "--help").stdout
    result = answer("switch", "device", name)
    assert set(result["values"]) == {choice.key for choice in GUIDES[name].device_choices}
    for choice in GUIDES[name].device_choices:
        assert f"    {choice.key}={choice.default}" in said
        assert result["values"][choice.key] == choice.default
    assert result["text"].count("\n") > 3


@EVERY
@pytest.mark.parametrize("what", ["device", "objects"])
def test_an_unknown_key_is_wrong_usage(name: str, what: str) -> None:
    done = gvma("switch", what, name, "--set", "colour=red")
    assert done.status == 64
    assert "--set has no key 'colour'" in done.stderr


@pytest.mark.parametrize("words", [("device", "nortel"), ("objects", "nortel"), ("checklist", "o")])
def test_an_unknown_switch_is_wrong_usage(words: tuple[str, ...]) -> None:
    done = gvma("switch", *words)
    assert done.status == 64
    assert "The names are openscape-voice, asterisk" in done.stderr


def test_the_list_has_six() -> None:
    assert [one["name"] for one in answer("switch", "list")["switches"]] == [*GUIDES]


def test_the_settings_fill_the_texts() -> None:
    settings_for("http://127.0.0.1:1/", siptserver_host="10.1.1.1", siptserver_port="5062", vm_dn_ext_prefix="47")
    assert "session target ipv4:10.1.1.1:5062" in gvma("switch", "device", "cisco").stdout
    assert "47" in {row["options"].get("prefix") for row in answer("switch", "objects", "asterisk")["objects"]}
    assert answer("switch", "device", "cisco")["origins"]["sipserver"] == "settings"


def test_the_checklist_shows_what_configuration_server_has() -> None:
    with Simulator(exported("cisco-mgc")).serve() as url:
        settings_for(url)
        right = answer("switch", "checklist", "cisco")
        Path("objects.xml").write_text(Path("objects.xml").read_text().replace("oos-check", "oos-chekc"))
        wrong = gvma("switch", "checklist", "cisco").stdout
    assert [step["status"] for step in right["steps"]] == [None, None, "ok"]
    assert "[!!]  3  Trunk DN" in wrong
    assert "oos-chekc is probably oos-check" in wrong


def test_the_checklist_says_why_nothing_is_verified() -> None:
    assert "Not verified: there is no settings file." in gvma("switch", "checklist", "cisco").stdout
    settings_for("http://127.0.0.1:1/")
    assert "Not verified: " in gvma("switch", "checklist", "cisco").stdout


def test_broadworks_users_come_from_configuration_server_and_none_breaks_a_line() -> None:
    data = exported("broadworks", "--set", "users=2001-2060")
    hostile = data.read_text().replace('number="2007"', 'number="2007&#10;reload"')
    data.write_text(hostile)
    with Simulator(data).serve() as url:
        settings_for(url)
        result = answer("switch", "device", "broadworks")
    lists = [line.split() for line in result["text"].splitlines() if line.startswith("  2")]
    users = [user for line in lists for user in line]
    assert users == [str(number) for number in range(2001, 2061) if number != 2007]
    assert result["origins"]["users"] == "asked"
    assert "BLF list 2: " in result["text"]
    assert "reload" not in result["text"]


@pytest.mark.parametrize("value", ["a\nreload", "10.0.0.1;id", "10.0.0.1\u2028x"])
def test_a_hostile_value_is_refused_and_not_printed_as_it_is(value: str) -> None:
    done = gvma("switch", "device", "cisco", "--set", f"sipserver={value}")
    assert (done.status, done.stdout) == (64, "")
    assert "\nreload" not in done.stderr


def test_json_has_the_export_as_a_text_too() -> None:
    result = answer("switch", "objects", "audiocodes", "--format", "xml")
    assert result["text"].startswith("<?xml")
    assert result["objects"][0]["options"]["refer-enabled"] == "false"
    json.dumps(result)
