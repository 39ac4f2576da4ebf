"""What Asterisk has against what the files say: once another value, once the same."""

from __future__ import annotations

import pytest

from gvma.asterisk.drivers import CHAN_SIP, PJSIP, Driver
from gvma.check.sync import check_drift
from gvma.evidence.model import AmiEvidence, Evidence, MailboxFields
from gvma.settings import GvmaSettings, Settings
from tests.unit.check.objects import MARKERS, files

BOXES = f"{MARKERS[0]}\n[GVMA_DN]\n1000 => 1,Anne,a@x.example\n1001=>1,Bob,,,\n{MARKERS[1]}\n[site]\n5 => 1\n"


ANNE, BOB = {"1000@GVMA_DN": MailboxFields("Anne", "a@x.example", "")}, {"1001@GVMA_DN": MailboxFields("Bob", "", "")}


def messages(role: str, text: str, live: AmiEvidence, *, driver: Driver = PJSIP, mode: str = "SUBSCRIBE") -> list[str]:
    settings = Settings(gvma=GvmaSettings(mwi_mode=mode))
    found = list(check_drift(Evidence(settings, ami=live, driver=driver, files=files(**{role: text}))))
    assert {finding.code for finding in found} <= {"drift"}
    return [finding.message for finding in found]


@pytest.mark.parametrize(
    ("actual", "said"),
    [
        (ANNE | BOB, []),
        (ANNE, ["Asterisk lacks 1001@GVMA_DN"]),
        (ANNE | BOB | {"9@GVMA_AGENT": MailboxFields("", "", "")}, ["Asterisk still has 9@GVMA_AGENT"]),
        ({}, ["Asterisk lacks 1000@GVMA_DN, 1001@GVMA_DN"]),
        (ANNE | {"1001@GVMA_DN": MailboxFields("Bill", "", "")}, ["Asterisk has other values for 1001@GVMA_DN"]),
        ({"1000@GVMA_DN": MailboxFields("Anne", "", "")} | BOB, ["Asterisk has other values for 1000@GVMA_DN"]),
    ],
)
def test_boxes(actual: dict[str, MailboxFields], said: list[str]) -> None:
    assert messages("voicemail", BOXES, AmiEvidence(mailboxes=actual)) == said


def test_names_are_compared_as_asterisk_keeps_them() -> None:
    text = f"{MARKERS[0]}\n[GVMA_DN]\n1 => 1, {'Ä' * 60}\n{MARKERS[1]}\n"
    cut = ("Ä" * 60).encode()[:79].decode("utf-8", "surrogateescape")
    assert messages("voicemail", text, AmiEvidence(mailboxes={"1@GVMA_DN": MailboxFields(cut)})) == []


def test_of_two_lines_for_one_mailbox_asterisk_takes_the_first() -> None:
    text = f"{BOXES}[GVMA_DN](+)\n1001 => 1,Second\n"
    assert messages("voicemail", text, AmiEvidence(mailboxes=ANNE | BOB)) == []


def test_a_box_of_ours_that_the_site_wrote_is_no_drift() -> None:
    assert (
        messages(
            "voicemail", "[GVMA_DN]\n7 => 1,Site\n", AmiEvidence(mailboxes={"7@GVMA_DN": MailboxFields("Site", "", "")})
        )
        == []
    )


PJSIP_CONF = f"{MARKERS[0]}\n[gvma-sipserver]\ntype=endpoint\n[gvm-1]\ntype=aor\nmailboxes=1@GVMA_DN\n{MARKERS[1]}\n"


SIP_CONF = f"{MARKERS[0]}\n[gvm-1]\ntype=friend\nmailbox=1@GVMA_DN\n{MARKERS[1]}\n"


REGISTERED = "[gvm-1]\ntype=endpoint\nmailboxes=1@GVMA_DN\n[gvm-1]\ntype=aor\nmax_contacts=1\n"


@pytest.mark.parametrize(
    ("text", "driver", "mode", "actual", "said"),
    [
        (PJSIP_CONF, PJSIP, "SUBSCRIBE", {"gvm-1": "1@GVMA_DN"}, []),
        (PJSIP_CONF, PJSIP, "SUBSCRIBE", {}, ["Asterisk lacks gvm-1"]),
        (PJSIP_CONF, PJSIP, "SUBSCRIBE", {"gvm-1": "2@GVMA_DN"}, ["Asterisk has other values for gvm-1"]),
        (SIP_CONF, CHAN_SIP, "SUBSCRIBE", {"gvm-1": "1@GVMA_DN"}, []),
        (SIP_CONF, CHAN_SIP, "SUBSCRIBE", {"gvm-1": None}, []),
        (SIP_CONF, CHAN_SIP, "SUBSCRIBE", {"gvm-1": "1@GVMA_DN", "gvm-2": ""}, ["Asterisk still has gvm-2"]),
        (REGISTERED, PJSIP, "REGISTER", {"gvm-1": ""}, []),
    ],
)
def test_subscriptions(text: str, driver: Driver, mode: str, actual: dict[str, str | None], said: list[str]) -> None:
    assert messages("channel", text, AmiEvidence(subscriptions=actual), driver=driver, mode=mode) == said


DIALPLAN = (
    f"[default]\ninclude => GVMA\n{MARKERS[0]}\n[GVMA]\nexten => _37X.,1,Wait(1)\nexten => _37X.,2,NoOp\n{MARKERS[1]}\n"
)


@pytest.mark.parametrize(
    ("actual", "said"),
    [
        ({"GVMA": {"_37X."}, "default": {"s"}}, []),
        ({"default": {"s"}}, ["Asterisk lacks _37X.@GVMA"]),
        ({"GVMA": {"_37X.", "_38X."}}, ["Asterisk still has _38X.@GVMA"]),
    ],
)
def test_the_dialplan(actual: dict[str, set[str]], said: list[str]) -> None:
    live = AmiEvidence(contexts={name: frozenset(patterns) for name, patterns in actual.items()})
    assert messages("dialplan", DIALPLAN, live) == said


@pytest.mark.parametrize(("role", "text"), [("voicemail", BOXES), ("dialplan", DIALPLAN)])
def test_nothing_is_said_of_a_file_whose_exec_prints_who_knows_what(role: str, text: str) -> None:
    other = AmiEvidence(mailboxes={}, contexts={"x": frozenset()})
    assert messages(role, f"#exec /bin/more\n{text}", other) == []


def test_what_was_not_answered_is_no_drift() -> None:
    assert messages("voicemail", BOXES, AmiEvidence()) == []
    assert messages("channel", PJSIP_CONF, AmiEvidence()) == []
    assert messages("dialplan", DIALPLAN, AmiEvidence()) == []
