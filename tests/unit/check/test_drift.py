"""What Asterisk holds against what the files say: once another thing, once the same."""

from __future__ import annotations

from typing import Any

import pytest

from gvma.check.conf import read_conf
from gvma.check.drift import check_drift
from gvma.check.evidence import Evidence, Live
from gvma.settings import GvmaSettings, Settings

MARKERS = (";$---GVMA-BEGIN-GVMA---$", ";$---GVMA-END-GVMA---$")
BOXES = f"{MARKERS[0]}\n[GVMA_DN]\n1000 => 1,Anne,a@x.example\n1001=>1,Bob,,,\n{MARKERS[1]}\n[site]\n5 => 1\n"
ANNE, BOB = {"1000@GVMA_DN": ("Anne", "a@x.example", "")}, {"1001@GVMA_DN": ("Bob", "", "")}


def messages(role: str, text: str, live: Live, *, driver: str = "pjsip", mode: str = "SUBSCRIBE") -> list[str]:
    conf = read_conf("x.conf", lambda _: [("x.conf", text.encode())], MARKERS)
    settings = Settings(gvma=GvmaSettings(mwi_mode=mode))
    found = list(check_drift(Evidence(settings, live=live, driver=driver, confs={role: conf})))
    assert {finding.code for finding in found} <= {"drift"}
    return [finding.message for finding in found]


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (ANNE | BOB, []),
        (ANNE, ["Asterisk does not hold 1001@GVMA_DN"]),
        (ANNE | BOB | {"9@GVMA_AGENT": ("", "", "")}, ["Asterisk still holds 9@GVMA_AGENT"]),
        ({}, ["Asterisk does not hold 1000@GVMA_DN, 1001@GVMA_DN"]),
        (ANNE | {"1001@GVMA_DN": ("Bill", "", "")}, ["Asterisk holds other values for 1001@GVMA_DN"]),
        ({"1000@GVMA_DN": ("Anne", "", "")} | BOB, ["Asterisk holds other values for 1000@GVMA_DN"]),
    ],
)
def test_boxes(held: dict[str, tuple[str, str, str]], said: list[str]) -> None:
    assert messages("vm", BOXES, Live(boxes=held)) == said


def test_names_are_compared_as_asterisk_keeps_them() -> None:
    text = f"{MARKERS[0]}\n[GVMA_DN]\n1 => 1, {'Ä' * 60}\n{MARKERS[1]}\n"
    cut = ("Ä" * 60).encode()[:79].decode("utf-8", "surrogateescape")
    assert messages("vm", text, Live(boxes={"1@GVMA_DN": (cut, "", "")})) == []


def test_a_box_of_ours_that_the_site_wrote_is_no_drift() -> None:
    assert messages("vm", "[GVMA_DN]\n7 => 1,Site\n", Live(boxes={"7@GVMA_DN": ("Site", "", "")})) == []


PJSIP = f"{MARKERS[0]}\n[gvma-sipserver]\ntype=endpoint\n[gvm-1]\ntype=aor\nmailboxes=1@GVMA_DN\n{MARKERS[1]}\n"
SIP = f"{MARKERS[0]}\n[gvm-1]\ntype=friend\nmailbox=1@GVMA_DN\n{MARKERS[1]}\n"
REGISTERED = "[gvm-1]\ntype=endpoint\nmailboxes=1@GVMA_DN\n[gvm-1]\ntype=aor\nmax_contacts=1\n"


@pytest.mark.parametrize(
    ("text", "driver", "mode", "held", "said"),
    [
        (PJSIP, "pjsip", "SUBSCRIBE", {"gvm-1": "1@GVMA_DN"}, []),
        (PJSIP, "pjsip", "SUBSCRIBE", {}, ["Asterisk does not hold gvm-1"]),
        (PJSIP, "pjsip", "SUBSCRIBE", {"gvm-1": "2@GVMA_DN"}, ["Asterisk holds other values for gvm-1"]),
        (SIP, "sip", "SUBSCRIBE", {"gvm-1": "1@GVMA_DN"}, []),
        (SIP, "sip", "SUBSCRIBE", {"gvm-1": None}, []),
        (SIP, "sip", "SUBSCRIBE", {"gvm-1": "1@GVMA_DN", "gvm-2": ""}, ["Asterisk still holds gvm-2"]),
        (REGISTERED, "pjsip", "REGISTER", {"gvm-1": ""}, []),
    ],
)
def test_subscriptions(text: str, driver: str, mode: str, held: dict[str, str | None], said: list[str]) -> None:
    assert messages("driver", text, Live(subscriptions=held), driver=driver, mode=mode) == said


DIALPLAN = (
    f"[default]\ninclude => GVMA\n{MARKERS[0]}\n[GVMA]\nexten => _37X.,1,Wait(1)\nexten => _37X.,2,NoOp\n{MARKERS[1]}\n"
)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"GVMA": {"_37X."}, "default": {"s"}}, []),
        ({"default": {"s"}}, ["Asterisk does not hold _37X.@GVMA"]),
        ({"GVMA": {"_37X.", "_38X."}}, ["Asterisk still holds _38X.@GVMA"]),
    ],
)
def test_the_dialplan(held: dict[str, set[str]], said: list[str]) -> None:
    live = Live(contexts={name: frozenset(patterns) for name, patterns in held.items()})
    assert messages("exten", DIALPLAN, live) == said


@pytest.mark.parametrize("role", ["vm", "exten"])
def test_nothing_is_said_of_a_file_whose_exec_prints_who_knows_what(role: str) -> None:
    live: dict[str, Any] = {"boxes": {}, "contexts": {"x": frozenset()}}
    texts = {"vm": BOXES, "exten": DIALPLAN}
    assert messages(role, f"#exec /bin/more\n{texts[role]}", Live(**live)) == []


def test_what_was_not_answered_is_no_drift() -> None:
    assert messages("vm", BOXES, Live()) == []
    assert messages("driver", PJSIP, Live()) == []
    assert messages("exten", DIALPLAN, Live()) == []
