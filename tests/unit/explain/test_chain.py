"""Objects, mailboxes and subscriptions behind a name, with their rule, their PIN and what to dial."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gvma.configserver.objects import DISABLED
from gvma.errors import ConfigServerTimeout
from gvma.evidence.model import ConfigServerEvidence, QueryAnswer
from gvma.explain.chain import dial
from gvma.settings import GvmaSettings
from tests.unit.check.objects import agent, dn
from tests.unit.explain.site import DNS, PIN, only, site

SILENT = ConfigServerTimeout("no complete answer within 10 seconds")


@pytest.mark.parametrize(
    ("name", "objects", "mailboxes"),
    [
        ("1000", ["DN 1000"], ["1000@GVMA_DN"]),
        ("7001", ["Agent Login 7001"], ["2222@GVMA_AGENT"]),
        ("2222", ["Agent Login 7001"], ["2222@GVMA_AGENT"]),
        ("Sales", ["Agent Group Sales"], ["3333@GVMA_AGENTGROUP"]),
        ("gvm-g-3333", ["Agent Group Sales"], ["3333@GVMA_AGENTGROUP"]),
        ("2222@GVMA_AGENT", ["Agent Login 7001"], ["2222@GVMA_AGENT"]),
        ("1001x", ["DN 1001x"], ["5001@MY_COMPANY"]),
        ("5001", ["DN 1001x"], ["5001@MY_COMPANY"]),
    ],
)
def test_each_kind_of_name_leads_to_the_whole_chain(name: str, objects: list[str], mailboxes: list[str]) -> None:
    found = only(site(name))
    assert [one.label for one in found.objects] == objects
    assert [one.mailbox for one in found.mailboxes] == mailboxes
    assert [one.owners for one in found.mailboxes] == [tuple(objects)]


def test_a_name_of_several_meanings_leads_to_all() -> None:
    other = replace(agent("9", gvm_mailbox="1000"), dbid=202)
    found = only(site("1000", agentquery=[agent("1000", gvm_mailbox="7"), other]))
    assert [one.label for one in found.objects] == ["DN 1000", "Agent Login 1000", "Agent Login 9"]


@pytest.mark.parametrize("name", ["", "2223", "1000@", "@GVMA_DN", "gvm-", "gvm-9", "1000@GVMA_AGENT", "100"])
def test_a_name_that_nobody_has_leads_nowhere(name: str) -> None:
    assert not only(site(name)).is_known


def test_the_nearest_names_are_given_for_one_that_nobody_has() -> None:
    assert only(site("2223")).nearest[0] == "2222"
    assert "Sales" in only(site("Sale")).nearest
    assert only(site("\x1b[31m")).nearest == ()


def test_no_pin_is_in_an_explanation() -> None:
    found = only(site("1000"))
    assert found.objects[0].options == {"gvm_name": "Ann", "gvm_password": "****"}
    shown = [one.as_json() for one in found.objects] + [one.as_json() for one in found.mailboxes]
    assert PIN not in repr((found, shown, site("1000")))


def test_a_pin_is_first_changed_or_unknown() -> None:
    pins = {name: only(site(name)).mailboxes[0].pin for name in ("1000", "7001", "Sales", "5001")}
    assert pins == {"1000": "first", "7001": "first", "Sales": "changed", "5001": "unknown"}
    seen = site("1000")
    unrecorded = seen._replace(records=seen.records._replace(pins=b""))
    assert only(unrecorded).mailboxes[0].pin == "first", "by Configuration Server's value"


def test_what_to_dial_is_prefix_and_box_and_the_way_to_ones_own_messages() -> None:
    settings = GvmaSettings(vm_agt_ext_prefix="88", vm_voicemail_main_ext="9500")
    assert list(dial(settings, "2222@GVMA_AGENT")) == ["882222", "889500"]
    assert list(dial(settings, "9500@GVMA_DN")) == ["379500"], "nobody can leave a message there"
    assert list(dial(settings, "5001@MY_COMPANY")) == []


def test_json_has_the_fields_of_the_contract() -> None:
    (box,) = only(site("7001")).mailboxes
    assert box.as_json() == {
        "mailbox": "2222@GVMA_AGENT",
        "owners": ["Agent Login 7001"],
        "where": {"file": "/etc/asterisk/voicemail.conf", "line": 10},
        "loaded": True,
        "new": 1,
        "old": 2,
        "pin": "first",
        "subscription": {
            "name": "gvm-a-2222",
            "where": {"file": "/etc/asterisk/pjsip.conf", "line": 20},
            "loaded": True,
            "subscribers": ["gvma-sipserver"],
        },
        "dial": ["382222", "389500"],
    }


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("1000", "A DN without gvm_mailbox has the mailbox of its own number (manual 2474)."),
        ("7001", "gvm_mailbox names the mailbox (manual 2471)."),
        (
            "1001x",
            "gvm_mailbox_context: the mailbox is the site's own in [MY_COMPANY] (manual 2439-2442).",
        ),
    ],
)
def test_the_rule_that_applied_is_said(name: str, rule: str) -> None:
    assert only(site(name)).objects[0].rule == rule


def test_an_object_that_no_query_selects_says_which_query() -> None:
    seen, missing = site("4001"), replace(dn("4001"), dbid=999)
    missed = seen._replace(named=seen.named._replace(unselected=(missing,)))
    assert only(missed).objects[0].rule == "dnquery does not select it, so that gvma gives it no mailbox."
    disabled = seen._replace(named=seen.named._replace(unselected=(replace(missing, state=DISABLED),)))
    cfgserver = seen.settings.cfgserver._replace(include_disabled=False)
    disabled = disabled._replace(settings=seen.settings._replace(cfgserver=cfgserver))
    assert only(disabled).objects[0].rule == "It is disabled in Configuration Server, and include_disabled = no."


def test_without_configuration_server_the_record_knows_the_owner() -> None:
    failed = {query: QueryAnswer(query, "x", error=SILENT) for query in ("dnquery", "agentquery", "agentgroupquery")}
    seen = site("7001")._replace(configserver=ConfigServerEvidence(failed), next_sync=None)
    found = only(seen)
    assert (found.objects, found.recorded) == ((), ("Agent Login 7001",))
    assert [(one.mailbox, one.owners, one.pin) for one in found.mailboxes] == [
        ("2222@GVMA_AGENT", ("Agent Login 7001",), "first")
    ]


def test_two_owners_of_one_box_are_both_named() -> None:
    found = only(site("1000", dnquery=[*DNS, replace(dn("1010", gvm_mailbox="1000"), dbid=999)]))
    assert sorted(found.mailboxes[0].owners) == ["DN 1000", "DN 1010"]
