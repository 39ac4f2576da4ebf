"""What stands in Asterisk's own files, found where it is and not where all is well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from gvma.check import asterisk_files
from gvma.check.conf import Conf, read_conf
from gvma.check.evidence import Evidence, Live
from gvma.check.finding import Finding
from gvma.settings import GvmaSettings, Settings
from tests.unit.check.objects import dn, evidence

MARKERS = (";$---GVMA-BEGIN-GVMA---$", ";$---GVMA-END-GVMA---$")
Check = Callable[[Evidence], Iterator[Finding]]


def block(text: str) -> str:
    return f"{MARKERS[0]}\n{text}{MARKERS[1]}\n;\n"


def conf(text: str, **others: str) -> Conf:
    texts = {"main.conf": text, **{name.replace("_", "."): other for name, other in others.items()}}
    return read_conf("main.conf", lambda name: [(name, texts[name].encode())] if name in texts else [], MARKERS)


def codes(check: Check, role: str, text: str, settings: GvmaSettings | None = None, **others: str) -> list[str]:
    seen = Evidence(Settings(gvma=settings or GvmaSettings()), confs={role: conf(text, **others)})
    return [finding.code for finding in check(seen)]


SIP_SERVER = GvmaSettings(siptserver_host="10.10.10.1")
ROUTED = GvmaSettings(routing=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[default]\n#include more_conf\n", ["file-include"]),
        ("[default]\n#include main.conf\n", ["file-include"]),
        ("[default]\n#tryinclude more.conf\n", []),
        ('[default]\n#include "*.d/x"\n', ["file-include"]),
        ('[default]\n#tryinclude "*.d/x"\n', []),
        ("[default]\n#exec /bin/date\n", ["file-exec"]),
        (";--\n#include more_conf\n--;\n[default]\n", []),
        ("[default]\nexten => 1,1,NoOp(#include x)\n", []),
    ],
)
def test_an_include_that_asterisk_cannot_follow(text: str, code: list[str]) -> None:
    assert codes(asterisk_files.check_files, "exten", text) == code


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x=1\n[a]\n", 1),
        ("garbage\n[a]\n", 1),
        ("[a]\n[oops\n", 2),
        ("[x]\n[a](x\n", 2),
        ("[x]\r\n[oops ; ]\r\n", 2),
        ("[a](nobase)\n", 1),
        ("[a](a)\n", 1),
        ("[a]\n[b](+)\n", 2),
        ("[a](!)\n[a](+)\n", 2),
        ("[a]\ngarbage\n[] junk\n#foo bar\n", 0),
        ("[T](!)\n[a](t)\n[A](+)\nx=1\n", 0),
        ("#exec /bin/templates\n[a](nobase)\n", 0),
        ("; [oops\n;--\n[oops\n--;\n[a]\n", 0),
        ("", 0),
    ],
)
def test_a_line_for_which_asterisk_throws_the_file_away(text: str, line: int) -> None:
    """As pbx_config of Asterisk 16 and 22 took or refused them."""
    seen = Evidence(Settings(), confs={"exten": conf(text)})
    all_found = [(finding.code, finding.where) for finding in asterisk_files.check_files(seen)]
    found = [one for one in all_found if one[0] != "file-exec"]
    assert found == [("file-refused", f"main.conf, line {line}")] * bool(line)


def test_a_cycle_over_two_files_ends_and_is_named() -> None:
    found = codes(asterisk_files.check_files, "exten", "#include a.conf\n", None, a_conf="#include main.conf\n")
    assert found == ["file-include"]


def test_a_file_that_is_not_there_is_said() -> None:
    seen = Evidence(Settings(), confs={"vm": read_conf("voicemail.conf", lambda name: [], MARKERS)})
    assert [finding.code for finding in asterisk_files.check_files(seen)] == ["file-missing"]


@pytest.mark.parametrize(
    ("text", "settings", "missing"),
    [
        ("[default]\ninclude => GVMA\n", None, 0),
        ("[agents]\ninclude=GVMA\n", None, 0),
        ("[default]\n;include => GVMA\n", None, 1),
        ("[default]\ninclude => GVMA2\n", None, 1),
        (block("[GVMA]\ninclude => GVMA\n"), None, 1),
        ("[default]\ninclude => GVMA\n", ROUTED, 1),
        ("[default]\ninclude => GVMA\ninclude => GVMA_ROUTING\n", ROUTED, 0),
    ],
)
def test_the_contexts_must_be_included(text: str, settings: GvmaSettings | None, missing: int) -> None:
    assert codes(asterisk_files.check_dialplan_includes, "exten", text, settings) == ["dialplan-include"] * missing


def test_an_include_in_an_included_file_counts() -> None:
    found = codes(
        asterisk_files.check_dialplan_includes,
        "exten",
        "#include a.conf\n",
        None,
        a_conf="[default]\ninclude => GVMA\n",
    )
    assert found == []


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
    found = codes(asterisk_files.check_dials, "exten", text, SIP_SERVER)
    assert found == (["dialplan-dial-address"] if wrong else [])


@pytest.mark.parametrize(
    ("role", "text", "wrong"),
    [
        ("vm", "[GVMA_DN]\n1 => 1\n", True),
        ("vm", block("[GVMA_DN]\n1 => 1\n"), False),
        ("vm", "[GVMA_DNS]\n", False),
        ("exten", "[GVMA]\n", True),
        ("exten", block("[GVMA]\n"), False),
        ("driver", "[gvm-1000]\ntype=aor\n", True),
        ("driver", block("[gvm-1000]\ntype=aor\n"), False),
        ("driver", "[gsip]\ntype=peer\n", False),
        ("vm", "[gvma_dn]\n1 => 1\n", True),
        ("vm", block("[GVMA_DN]\n1 => 1\n") + "2 => 2\n", True),
        ("vm", block("[GVMA_DN]\n1 => 1\n") + "[GVMA_DN](+)\n2 => 2\n", True),
        ("driver", "[gvma-sipserver]\ntype=endpoint\n", True),
    ],
)
def test_our_names_outside_the_markers(role: str, text: str, wrong: bool) -> None:
    assert codes(asterisk_files.check_own_names, role, text) == (["file-own-name"] if wrong else [])


def test_a_block_of_an_old_gvma_is_said_until_a_sync_has_taken_it_over() -> None:
    old = conf(block("; Generated by Genesys VoiceMail Configuration Adapter for Asterisk.\n[GVMA_DN]\n1 => 1\n"))
    seen = Evidence(Settings(), confs={"vm": old}, synced_before=False)
    assert [finding.code for finding in asterisk_files.check_old_block(seen)] == ["file-old-block"]
    assert list(asterisk_files.check_old_block(replace(seen, synced_before=True))) == []
    assert list(asterisk_files.check_old_block(replace(seen, confs={"vm": conf("[a]\n")}))) == []


@pytest.mark.parametrize(
    ("driver", "text", "wrong"),
    [
        ("sip", "[2001]\nsecret=x\n", True),
        ("sip", "[2001]\nmd5secret=x\n", True),
        ("sip", "[2001]\nsecret=\n", False),
        ("sip", "[2009]\nsecret=x\n", False),
        ("sip", "[gvm-1000]\nsecret=x\n", True),
        ("sip", "[gsip]\nsecret=x\n", True),
        ("pjsip", "[2001]\ntype=endpoint\nauth=2001\n", True),
        ("pjsip", "[2001]\ntype=endpoint\n", False),
    ],
)
def test_a_phone_that_asterisk_challenges(driver: str, text: str, wrong: bool) -> None:
    seen = replace(evidence(ROUTED, dnquery=[dn("2001")]), confs={"driver": conf(text)}, driver=driver)
    found = [finding.code for finding in asterisk_files.check_endpoint_secrets(seen)]
    assert found == (["endpoint-secret"] if wrong else [])


ENDPOINT = "[gsip]\ntype=endpoint\nmailboxes=1000@GVMA_DN\n"
AOR = "[gvm-1000]\ntype=aor\nmailboxes=1000@GVMA_DN\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (ENDPOINT + AOR, True),
        (ENDPOINT.replace("1000@", "5@GVMA, 1000@") + AOR, True),
        (ENDPOINT, False),
        (AOR, False),
        (ENDPOINT.replace("1000", "1001") + AOR, False),
        (ENDPOINT + "mwi_subscribe_replaces_unsolicited=yes\n" + AOR, False),
        # A phone with a lamp of its own is well; one that may subscribe to its own AOR for it is not.
        (ENDPOINT.replace("gsip", "2001") + AOR, False),
        (ENDPOINT.replace("gsip", "2001") + "aors=other, 2001\n" + AOR.replace("gvm-1000", "2001"), True),
        ("[gsip]\ntype=endpoint\n" + AOR + "[gsip](+)\nmailboxes=1000@GVMA_DN\n", True),
    ],
)
def test_one_box_on_endpoint_and_aor(text: str, wrong: bool) -> None:
    """Asterisk 22 answers 500 to the endpoint that has the box itself, and to nobody else."""
    found = codes(asterisk_files.check_mailboxes_twice, "driver", text)
    assert found == (["pjsip-mailboxes-twice"] if wrong else [])


@pytest.mark.parametrize(
    ("dialplan", "driver", "code"),
    [
        ("[agents]\ninclude => GVMA\n", "[2001]\ncontext=agents\n", []),
        ("[agents]\ninclude => GVMA\n", "[2001]\ncontext=other\n", ["dialplan-include-unreached"]),
        ("[agents]\ninclude => more\n[more]\ninclude => GVMA\n", "[general]\ncontext=agents\n", []),
        ("[default]\ninclude => a\n[a]\ninclude => b\n[b]\ninclude => a\ninclude => GVMA\n", "[x]\n", []),
        ("[in]\nexten => 1,1,Goto(agents,${EXTEN},1)\n[agents]\ninclude => GVMA\n", "[x]\ncontext=in\n", []),
        ("[unused]\ninclude => GVMA\n", "[x]\ncontext=in\n", ["dialplan-include-unreached"]),
        ("[unused]\n", "[x]\ncontext=in\n", ["dialplan-include"]),
        ("[base](!)\ninclude => GVMA\n[agents](base)\n", "[x]\ncontext=agents\n", []),
        ("[base](!)\ninclude => GVMA\n[agents]\n", "[x]\ncontext=agents\n", ["dialplan-include"]),
        ("[agents]\n[other]\n[agents](+)\ninclude => GVMA\n", "[x]\ncontext=agents\n", []),
        ("[unused]\ninclude => GVMA\n", "[x]\ncontext=in\n#exec /bin/phones\n", []),
    ],
)
def test_the_include_must_stand_where_calls_come(dialplan: str, driver: str, code: list[str]) -> None:
    seen = Evidence(Settings(), confs={"exten": conf(dialplan), "driver": conf(driver)})
    assert [finding.code for finding in asterisk_files.check_dialplan_includes(seen)] == code


@pytest.mark.parametrize(
    ("registrar", "more", "code"),
    [
        ("pbx_ael", "", []),
        ("pbx_config", "#exec /bin/contexts\n", []),
        # Out of the file, and not reloaded yet.
        ("pbx_config", "", ["dialplan-include"]),
    ],
)
def test_an_include_that_no_line_of_the_file_says(registrar: str, more: str, code: list[str]) -> None:
    live = Live(includes=(("agents", "GVMA", registrar),))
    confs = {"exten": conf(f"[in]\nexten => 1,1,Goto(agents,1,1)\n{more}"), "driver": conf("[x]\ncontext=in\n")}
    seen = Evidence(Settings(), confs=confs, live=live)
    assert [finding.code for finding in asterisk_files.check_dialplan_includes(seen)] == code


def test_contexts_of_other_channels_and_of_a_database_count() -> None:
    confs = {"exten": conf("[iax]\ninclude => GVMA\n"), "driver": conf("[x]\ncontext=in\n")}
    seen = Evidence(Settings(), confs=confs)
    assert len(list(asterisk_files.check_dialplan_includes(seen))) == 1
    assert list(asterisk_files.check_dialplan_includes(replace(seen, led_to=frozenset({"iax"})))) == []
    assert list(asterisk_files.check_dialplan_includes(replace(seen, realtime=frozenset({"phones"})))) == []


def test_a_file_that_a_sync_would_refuse_is_said() -> None:
    seen = Evidence(Settings(), unsafe=(("voicemail.conf", "the begin marker stands twice"),))
    assert [f.code for f in asterisk_files.check_files(seen)] == ["file-unsafe"]
    assert list(asterisk_files.check_files(Evidence(Settings()))) == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("[gsip]\ntype=peer\n[gwsim]\ntype=peer\n[2001]\ntype=friend\n", ""),
        ("[p](!)\ntype=friend\n[gsip](p)\n[gwsim](p)\n[2001](p)\n", ""),
        ("[gsip]\ntype=peer\n[2001](!)\ntype=friend\n", "gwsim, 2001 not there"),
    ],
)
def test_peers_that_the_site_keeps_itself_must_be_there(text: str, missing: str) -> None:
    on = GvmaSettings(routing=True)
    layer = evidence(on, dnquery=[dn("2001")], routingpointquery=[dn("2400", 4)])
    seen = replace(layer, confs={"driver": conf(text)}, driver="sip")
    assert [finding.message for finding in asterisk_files.check_routing_peers(seen)] == [missing] * bool(missing)
    assert list(asterisk_files.check_routing_peers(replace(seen, realtime=frozenset({"phones"})))) == []
    asked = replace(seen, live=Live(endpoints=frozenset({"GSIP", "gwsim", "2001"})))
    assert list(asterisk_files.check_routing_peers(asked)) == []
    written = replace(seen, settings=Settings(gvma=replace(on, routing_endpoints=True)))
    assert list(asterisk_files.check_routing_peers(written)) == []


def test_a_secret_that_a_phone_inherits_counts() -> None:
    text = "[phone](!)\ntype=friend\nsecret=x\n[2001](phone)\n"
    seen = replace(evidence(ROUTED, dnquery=[dn("2001")]), confs={"driver": conf(text)}, driver="sip")
    assert [finding.message for finding in asterisk_files.check_endpoint_secrets(seen)] == ["[2001] has secret"]
    profile = replace(seen, settings=Settings(gvma=GvmaSettings(switch_profile="asterisk")))
    assert len(list(asterisk_files.check_endpoint_secrets(profile))) == 1
    other = replace(seen, settings=Settings(gvma=GvmaSettings(switch_profile="broadworks")))
    assert list(asterisk_files.check_endpoint_secrets(other)) == []
