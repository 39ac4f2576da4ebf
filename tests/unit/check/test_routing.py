"""Business call routing: missing peers, numbers that a pattern takes, and calls to SIP Server's address."""

from __future__ import annotations

import pytest

from gvma.asterisk.drivers import CHAN_SIP
from gvma.check.routing import check_dials, check_hidden_numbers, check_peers
from gvma.evidence.model import AmiEvidence, Evidence
from gvma.settings import GvmaSettings, Settings
from tests.unit.check.objects import dn, evidence, files

SIP_SERVER = GvmaSettings(siptserver_host="10.10.10.1")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("[gsip]\ntype=peer\n[gwsim]\ntype=peer\n[2001]\ntype=friend\n", ""),
        ("[p](!)\ntype=friend\n[gsip](p)\n[gwsim](p)\n[2001](p)\n", ""),
        ("[gsip]\ntype=peer\n[2001](!)\ntype=friend\n", "gwsim, 2001 missing"),
    ],
)
def test_peers_that_the_site_keeps_itself_must_be_there(text: str, missing: str) -> None:
    on = GvmaSettings(routing=True)
    layer = evidence(
        on, dnquery=[dn("2001", subscribe_presence="Asterisk"), dn("2002")], routingpointquery=[dn("2400", 4)]
    )
    seen = layer._replace(files=files(channel=text), driver=CHAN_SIP)
    assert [finding.message for finding in check_peers(seen)] == [missing] * bool(missing)
    assert list(check_peers(seen._replace(files=seen.files._replace(realtime=frozenset({"phones"}))))) == []
    asked = seen._replace(ami=AmiEvidence(endpoints=frozenset({"GSIP", "gwsim", "2001"})))
    assert list(check_peers(asked)) == []
    written = seen._replace(settings=Settings(gvma=on._replace(routing_endpoints=True)))
    assert list(check_peers(written)) == []


FIRST, LAST = "include => GVMA\ninclude => GVMA_ROUTING\n", "include => GVMA_ROUTING\ninclude => GVMA\n"


def seen(text: str, number: str, point: str = "2400", *, routing: bool = True) -> Evidence:
    objects = evidence(GvmaSettings(routing=routing), dnquery=[dn(number)], routingpointquery=[dn(point, 4)])
    return objects._replace(files=files(dialplan=text))


@pytest.mark.parametrize(
    ("text", "number", "point", "hidden"),
    [
        (f"[default]\n{FIRST}", "3710", "2400", "3710"),
        (f"[base](!)\n{FIRST}[agents](base)\n", "2001", "3899", "3899"),
        (f"[default]\n{LAST}", "3710", "2400", ""),
        (f"[default]\n{FIRST}", "2001", "2400", ""),
        # The pattern wants a digit behind the prefix.
        (f"[default]\n{FIRST}", "37", "2400", ""),
        ("[one]\ninclude => GVMA\n[two]\ninclude => GVMA_ROUTING\n", "3710", "2400", ""),
    ],
)
def test_a_number_behind_a_prefix_of_boxes(text: str, number: str, point: str, hidden: str) -> None:
    found = list(check_hidden_numbers(seen(text, number, point)))
    assert [finding.code for finding in found] == ["routing-number-hidden"] * bool(hidden)
    assert all(hidden in finding.message for finding in found)


def test_without_routing_no_number_is_hidden() -> None:
    assert list(check_hidden_numbers(seen(f"[default]\n{FIRST}", "3710", routing=False))) == []


@pytest.mark.parametrize(
    ("dial", "wrong"),
    [
        ("Dial(SIP/${EXTEN}@10.10.10.1:5060,30,r)", True),
        ("Dial(SIP/10.10.10.1/${EXTEN},30,r)", True),
        ("Dial(SIP/2001&SIP/${EXTEN}@10.10.10.1,30)", True),
        ("Dial(SIP/${EXTEN}@${SIP-SERVER_HOST}:${SIP-SERVER_PORT},30,r)", True),
        ("Dial(PJSIP/trunk/sip:${EXTEN}@10.10.10.1:5060)", True),
        ("Dial(SIP/${EXTEN}@genesys-sip-server,30,r)", False),
        ("Dial(SIP/${EXTEN}@10.10.10.11:5060)", False),
        ("Dial(SIP/2001,60)", False),
        ("NoOp(SIP/2400@10.10.10.1:5060)", False),
    ],
)
def test_a_dial_to_sip_servers_address_is_found_through_variables_too(dial: str, wrong: bool) -> None:
    text = f"[globals]\nSIP-SERVER_HOST = 10.10.10.1\nSIP-SERVER_PORT = 5060\n[default]\nexten => 2400,1,{dial}\n"
    seen = Evidence(Settings(gvma=SIP_SERVER), files=files(dialplan=text))
    assert [finding.code for finding in check_dials(seen)] == ["dialplan-dial-address"] * wrong
