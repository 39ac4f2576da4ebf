"""What a checklist says of each step's objects, and placeholders that nobody has filled in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gvma.check.switch.placeholders import check_placeholders, is_placeholder
from gvma.check.switch.targets import results
from gvma.evidence.model import ConfigServerEvidence
from tests.unit.check.objects import application, dn, evidence
from tests.unit.check.switch.test_several import (
    BIG_IP,
    GATEWAY,
    MAILBOXES,
    OPENSCAPE_TRUNK,
    PHONE,
    PRESENCE,
    SOFTSWITCH,
)


def test_objects_as_the_tables_have_them_are_ok() -> None:
    seen = evidence(None, dnquery=[PHONE], trunkquery=[PRESENCE, MAILBOXES], servicequery=[], applicationquery=[BIG_IP])
    statuses = {target: result.status for target, result in results(seen, "asterisk").items()}
    assert statuses["presence trunk"] == statuses["extension"] == "ok"
    assert statuses["media"] == "missing"
    assert statuses["mwi"] == "wrong"


def test_a_fault_is_said_at_the_step_of_its_object_alone() -> None:
    late = replace(GATEWAY, options={**GATEWAY.options, "oos-check": "301"})
    seen = evidence(None, dnquery=[dn("1000")], trunkquery=[late, MAILBOXES], servicequery=[SOFTSWITCH])
    found = results(seen, "cisco-mgc")
    assert (found["trunk"].status, found["trunk"].findings) == ("wrong", 1)
    assert found["trunk"].message.startswith("DN gateway: oos-check = 301 should be")
    assert "application" not in found


def test_the_site_is_looked_at_as_if_it_had_this_switch_alone() -> None:
    seen = evidence(None, trunkquery=[OPENSCAPE_TRUNK], servicequery=[SOFTSWITCH])
    assert results(seen, "openscape-voice")["trunk"].status == "ok"
    assert results(seen, "audiocodes")["trunk"].status == "wrong"


def test_nothing_is_said_of_objects_that_nobody_asked_for() -> None:
    seen = evidence()._replace(configserver=ConfigServerEvidence(not_asked="[cfgserver] sets nothing"))
    assert results(seen, "asterisk") == {}


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("<address of this Asterisk>:5060", True),
        ("10.0.0.5:5060", False),
        ("<sip:10.0.0.5:5060>", False),
        ('"Asterisk" <sip:gsip@10.0.0.5>', False),
        ("a < b > c", False),
    ],
)
def test_a_placeholder_is_words_in_angle_brackets_and_no_sip_address(value: str, is_one: bool) -> None:
    assert is_placeholder(value) is is_one


def test_a_placeholder_is_named_with_its_option() -> None:
    seen = evidence(
        None,
        applicationquery=[application(mwi_host="<address of this Asterisk>")],
        dnquery=[dn("1000", gvm_name="<nobody>")],
    )
    assert [(one.where, one.message) for one in check_placeholders(seen)] == [
        ("Application SIP_Server", "mwi-host = <address of this Asterisk>")
    ]
