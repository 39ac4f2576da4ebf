"""The sheets for BroadWorks, OpenScape Voice, AudioCodes and Asterisk."""

from __future__ import annotations

import re

import pytest

from gvma.switches.chapters.broadworks import BLF_LIMIT, blf_lists, objects
from gvma.switches.choices import chosen
from gvma.switches.devices import asterisk, audiocodes, broadworks, openscape
from gvma.switches.guides import GUIDES, Guide


def text(guide: str, *given: str) -> list[str]:
    return [*GUIDES[guide].text(chosen(GUIDES[guide].device_choices, given))]


@pytest.mark.parametrize(("users", "lists"), [("", 1), ("8001-8050", 1), ("8001-8051", 2), ("8001-8149", 3)])
def test_a_blf_list_has_at_most_fifty_users_and_everyone_is_in_one(users: str, lists: int) -> None:
    values = chosen(broadworks.CHOICES, [f"users={users}"])
    made = blf_lists(values)
    assert len(made) == lists
    assert all(len(each) <= BLF_LIMIT for _, _, each in made)
    everyone = [user for _, _, each in made for user in each]
    assert len(everyone) == len(set(everyone)) == (int(users[5:]) - 8000 if users else 0)


def test_each_blf_list_has_a_uri_and_a_service_of_its_own() -> None:
    values = chosen(broadworks.CHOICES, ["users=8001-8101", "blf=8899@10.0.0.8", "service=0998"])
    assert [(uri, service) for uri, service, _ in blf_lists(values)] == [
        ("8899@10.0.0.8", "0998"),
        ("8900@10.0.0.8", "0999"),
        ("8901@10.0.0.8", "1000"),
    ]
    named = chosen(broadworks.CHOICES, ["users=8001-8051", "blf=lamps@10.0.0.8"])
    assert [uri for uri, _, _ in blf_lists(named)] == ["lamps@10.0.0.8", "lamps-2@10.0.0.8"]


def test_the_sheet_of_broadworks_names_every_user_once() -> None:
    lines = text("broadworks", "users=8001-8120", "sipserver=10.0.0.20")
    assert re.findall(r"\b8\d{3}\b", "\n".join(line for line in lines if line.startswith("  8"))) == [
        str(number) for number in range(8001, 8121)
    ]
    assert "Endpoint 8066: device of type HostPC, host name 10.0.0.20" in lines


def test_a_service_dn_stands_for_each_blf_list() -> None:
    values = chosen(GUIDES["broadworks"].object_choices, ["users=8001-8051"])
    services = [one for one in objects(values) if one.type == "Voice over IP Service"]
    assert [one.options["request-uri"][0] for one in services] == ["8866@192.168.6.167", "8867@192.168.6.167"]


def test_a_range_is_one_row_of_the_audiocodes_table() -> None:
    rows = [line.split() for line in text("audiocodes", "dns=4030-4039,5000", "sipserver=10.0.0.20", "row=3")]
    assert rows[-2:] == [["3", "[4030-4039]", "*", "10.0.0.20:6060"], ["4", "5000", "*", "10.0.0.20:6060"]]


def test_the_port_stands_in_the_audiocodes_table_only_where_it_is_not_5060() -> None:
    assert text("audiocodes", "sipserver-port=5060")[-1].split()[-1] == "192.168.22.63"


def test_a_gateways_destination_leads_to_the_gateway_and_the_agents_to_sip_server() -> None:
    lines = text("openscape-voice", "gateway-endpoint=MediantOne")
    assert lines[lines.index("  Destination       Gateway") + 1].split(": ")[1] == "SIP Endpoint MediantOne"
    assert lines[lines.index("  Destination       SIPServer") + 1].split(": ")[1] == "SIP Endpoint SIPSrvrEndpoint"
    bypass = lines.index("  Destination       EmergencyBypass")
    assert [line.split(": ")[1] for line in lines[bypass + 1 : bypass + 3]] == [
        "SIP Endpoint SIPSrvrEndpoint",
        "SIP Endpoint MediantOne",
    ]


def test_every_code_of_the_agents_leads_to_sip_server() -> None:
    lines = text("openscape-voice", "agent-codes=2,65,9")
    plan = lines[lines.index("Numbering plan AgentNumPlan") :]
    codes = [number for number, line in enumerate(plan) if line.startswith("  Prefix code")]
    assert [plan[number + 1].strip() for number in codes] == [
        *["destination code: type Destination, name SIPServer"] * 3,
        "destination code: type Destination, name EmergencyBypass",
    ]


def test_asterisks_ami_lets_one_address_in_and_has_no_secret_of_the_manual() -> None:
    lines = text("asterisk", "ami-user=sync")
    assert {"[sync]", "permit = 127.0.0.1/255.255.255.255", "bindaddr = 127.0.0.1"} <= set(lines)
    assert "genesys1" not in "\n".join(lines)


@pytest.mark.parametrize("guide", GUIDES.values(), ids=lambda guide: guide.id)
def test_a_text_names_the_errors_of_the_manual_in_its_comments(guide: Guide) -> None:
    whole = " ".join(" ".join(guide.text(chosen(guide.device_choices, []))).split())
    comments = re.sub(r" [!#;] ", " ", whole)
    if guide.id != "cisco-mgc":  # of Cisco's, each line kind has its own
        assert all(one.right in comments for one in guide.corrections)
    assert all(re.match(r"\d{3,4}", one.lines) for one in guide.corrections)


def test_no_device_text_is_made_of_anything_but_printable_lines() -> None:
    for device in (openscape, audiocodes, broadworks, asterisk):
        for line in device.text(chosen(device.CHOICES, [])):
            assert line == "" or line.isprintable()
