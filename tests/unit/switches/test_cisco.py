"""IOS text: its block structure, and that all that it names is there."""

from __future__ import annotations

import re

import pytest

from gvma.errors import UsageError
from gvma.settings import GvmaSettings
from gvma.switches.choices import chosen
from gvma.switches.devices.cisco import CHOICES, text

LINES = ("e1", "t1-cas", "t1-pri", "e1-pri")
SECTIONS = re.compile(
    r"(voice class codec \d+|controller [ET]1 \d+/\d+/\d+|voice-port \d+/\d+/\d+:\d+|dial-peer voice \d+ (pots|voip)"
    r"|interface Serial\d+/\d+/\d+:\d+|sip-ua|end)\Z"
)


def blocks(*given: str, settings: GvmaSettings | None = None) -> dict[str, list[str]]:
    """Each section of the text with its lines; a line that is neither section, line nor comment is an error."""
    found: dict[str, list[str]] = {}
    for line in text(chosen(CHOICES, given, settings)):
        assert line.isprintable()
        if line.startswith("!"):
            continue
        if line.startswith(" "):
            assert re.fullmatch(r" \S.*", line)
            found[[*found][-1]].append(line.strip())
        else:
            assert SECTIONS.match(line), line
            assert line not in found
            found[line] = []
    return found


@pytest.mark.parametrize("line", LINES)
def test_every_dial_peer_names_a_voice_port_and_a_codec_class_that_are_defined(line: str) -> None:
    found = blocks(f"line={line}")
    ports = {name.split()[1] for name in found if name.startswith("voice-port")}
    (controller,) = [name.split()[2] for name in found if name.startswith("controller")]
    classes = {name.split()[3] for name in found if name.startswith("voice class codec")}
    used = {one.split()[1] for lines in found.values() for one in lines if one.startswith("port ")}
    assert used == ports
    assert {port.partition(":")[0] for port in ports} == {controller}
    assert {one.split()[2] for lines in found.values() for one in lines if one.startswith("voice-class")} == classes
    assert [*found][-1] == "end"


def test_the_ports_of_a_t1_cas_line_are_those_of_its_controller() -> None:
    found = blocks("line=t1-cas")
    assert found["controller T1 1/0/1"] == [
        "framing sf",
        "clock source internal",
        "linecode ami",
        "ds0-group 0 timeslots 1 type e&m-immediate-start",
        "ds0-group 1 timeslots 2 type e&m-immediate-start",
        "ds0-group 2 timeslots 3 type e&m-immediate-start",
    ]
    assert found["voice-port 1/0/1:2"] == ["output attenuation 0", "station-id name 2300092"]
    assert found["dial-peer voice 2300092 pots"][2] == "port 1/0/1:2"


def test_a_pri_line_has_its_d_channels_interface() -> None:
    assert blocks("line=t1-pri")["interface Serial0/0/0:23"] == [
        "no ip address", "encapsulation hdlc", "isdn switch-type primary-ni", "isdn incoming-voice voice",
        "no cdp enable",
    ]  # fmt: skip
    assert blocks("line=e1-pri")["interface Serial0/2/1:15"][2:4] == [
        "isdn switch-type primary-net5", "isdn protocol-emulate network",
    ]  # fmt: skip
    assert blocks("line=e1-pri")["dial-peer voice 130 pots"] == [
        "destination-pattern 130T", "direct-inward-dial", "port 0/2/1:15",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "target", "server"),
    [
        ([], "ipv4:192.168.50.137", "ipv4:192.168.50.137"),
        (["sipserver=10.0.0.20", "sipserver-port=5070"], "ipv4:10.0.0.20:5070", "ipv4:10.0.0.20:5070"),
        (["sipserver=sip.example"], "dns:sip.example", "dns:sip.example"),
        (["proxy=host.genesyslab.com"], "ipv4:192.168.50.137", "dns:host.genesyslab.com"),
        (["sipserver=2001:db8::1"], "ipv6:[2001:db8::1]", "ipv6:[2001:db8::1]"),
    ],
)
def test_sip_server_has_one_address_in_the_whole_text(given: list[str], target: str, server: str) -> None:
    found = blocks(*given)
    assert f"session target {target}" in found["dial-peer voice 8800 voip"]
    assert found["sip-ua"] == ["timers notify 400", f"sip-server {server}"]


def test_the_settings_fill_sip_servers_address_in() -> None:
    found = blocks(settings=GvmaSettings(siptserver_host="10.1.1.1", siptserver_port=5062))
    assert "session target ipv4:10.1.1.1:5062" in found["dial-peer voice 8800 voip"]


def test_the_signalling_timeslot_of_an_e1_line_carries_no_call() -> None:
    found = blocks("stations=2300001-2300030")["controller E1 0/2/0"]
    slots = [line.split()[3] for line in found if line.startswith("ds0-group")]
    assert slots == [str(slot) for slot in range(1, 32) if slot != 16]


@pytest.mark.parametrize(
    "given", [["stations=2300001-2300031"], ["stations=1-25", "line=t1-cas"], ["stations="], ["stations=9999999999"]]
)
def test_more_stations_than_the_line_has_or_a_number_that_ios_refuses_is_wrong_usage(given: list[str]) -> None:
    with pytest.raises(UsageError):
        blocks(*given)


def test_the_comments_name_the_errors_that_concern_the_line() -> None:
    comments = {line: " ".join(text(chosen(CHOICES, [f"line={line}"]))) for line in LINES}
    assert all("never defined" in one for one in comments.values())
    assert [line for line in LINES if "1/0/1, and its voice ports" in comments[line]] == ["t1-cas"]
