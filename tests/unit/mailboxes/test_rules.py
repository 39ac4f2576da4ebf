"""The manual's mailbox rules (its lines 2365-2571), with values that people and attackers would set."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvma.asterisk.conf.lines import lines
from gvma.asterisk.voicemail import read_boxes, render_voicemail
from gvma.configserver.objects import ConfigObject
from gvma.mailboxes import Desired, Mailbox, Subscription, desired
from tests.hostile import CORPUS, OPTIONS
from tests.unit.mailboxes.objects import agent, codes, dn, group, of


def test_a_dn_without_options_has_a_box_of_its_number() -> None:
    answer = of(dn("1111", 7))
    assert answer.mailboxes == (Mailbox("1111", "GVMA_DN", "1111", "1111"),)
    assert answer.subscriptions == (Subscription("gvm-1111", "1111", "GVMA_DN"),)
    assert answer.owners == {"dn": {7: Subscription("gvm-1111", "1111", "GVMA_DN")}}
    assert answer.warnings == ()


def test_pin_and_name_of_a_dn_are_its_number_even_where_the_box_is_another() -> None:
    (box,) = of(dn("1111", gvm_mailbox="5")).mailboxes
    assert (box.key, box.pin, box.name) == ("5@GVMA_DN", "1111", "1111")


def test_pin_and_name_of_an_agents_box_are_the_boxs_number() -> None:
    (box,) = of(agent("2222", gvm_mailbox="5")).mailboxes
    assert (box.key, box.pin, box.name) == ("5@GVMA_AGENT", "5", "5")


def test_every_option_finds_its_field() -> None:
    (box,) = of(
        group("Sales", gvm_mailbox="3", gvm_name="Sales", gvm_password="9", gvm_email="a@b", gvm_pager_email="c@d",
              gvm_options="operator=yes| tz = central ")
    ).mailboxes  # fmt: skip
    assert (box.pin, box.name, box.email, box.pager) == ("9", "Sales", "a@b", "c@d")
    assert box.options == "operator=yes|tz=central"


@pytest.mark.parametrize("options", [{}, {"gvm_group_mailbox": "9"}, {"gvm_name": "x"}, {"gvm_mailbox_context": "x"}])
def test_an_agent_or_group_without_gvm_mailbox_gets_nothing(options: dict[str, str]) -> None:
    assert of(agent("2222", **options), group("G", **options)) == Desired()


def test_a_box_that_exists_gets_its_subscription_and_no_box() -> None:
    answer = of(dn("1000", gvm_mailbox_context="MY_COMPANY"), agent("1", gvm_mailbox="7", gvm_mailbox_context="x"))
    assert answer.mailboxes == ()
    assert [(it.name, it.key) for it in answer.subscriptions] == [("gvm-1000", "1000@MY_COMPANY"), ("gvm-a-7", "7@x")]


def test_order_is_kinds_then_foreign_contexts_and_numbers_within() -> None:
    objects = [
        dn("1", 1, gvm_mailbox_context="beta"),
        dn("2", 2, gvm_mailbox_context="alpha"),
        group("g", 3, gvm_mailbox="5"),
        agent("a", 4, gvm_mailbox="6"),
        dn("x1", 5),
        dn("100", 6),
        dn("20", 7),
    ]
    assert [it.key for it in of(*objects).subscriptions] == [
        "20@GVMA_DN", "100@GVMA_DN", "x1@GVMA_DN", "6@GVMA_AGENT", "5@GVMA_AGENTGROUP", "2@alpha", "1@beta",
    ]  # fmt: skip


@given(st.permutations(range(12)))
def test_the_same_objects_in_any_order_give_the_same_bytes(order: list[int]) -> None:
    objects = [
        dn("1000", 1), dn("1001", 2, gvm_mailbox="1000", gvm_name="B"), dn("a-1", 3), agent("1", 4, gvm_mailbox="1"),
        agent("2", 5, gvm_mailbox="2"), agent("3", 6, gvm_mailbox="2", gvm_password="3"), dn("abc", 7), dn("ABC", 8),
        group("g", 9, gvm_mailbox="1"), dn("7", 10, gvm_mailbox_context="x"), dn("8", 11, gvm_mailbox="7"), dn("", 12),
    ]  # fmt: skip
    shuffled = of(*(objects[index] for index in order))
    first = of(*objects)
    assert render_voicemail(shuffled.mailboxes, "x") == render_voicemail(first.mailboxes, "x")
    assert shuffled.subscriptions == first.subscriptions
    assert sorted(map(str, shuffled.warnings)) == sorted(map(str, first.warnings))
    assert shuffled.owners == first.owners


def test_two_owners_share_a_box_and_differing_options_are_said() -> None:
    answer = of(dn("1000", 1), dn("1001", 2, gvm_mailbox="1000", gvm_name="Other"))
    assert [(box.key, box.name) for box in answer.mailboxes] == [("1000@GVMA_DN", "1000")]
    assert len(answer.subscriptions) == 1
    assert codes(answer) == ["shared-box"]
    assert "DN 1000" in answer.warnings[0].message
    assert "DN 1001" in answer.warnings[0].message
    assert set(answer.owners["dn"]) == {1, 2}


def test_one_number_on_two_switches_differs_by_dbid() -> None:
    (warning,) = of(dn("1000", 7, gvm_name="Here"), dn("1000", 8, gvm_name="There")).warnings
    assert "DN 1000 (DBID 8) and DN 1000 (DBID 7) share" in warning.message
    assert warning.message.endswith("the values of DN 1000 (DBID 7) apply")
    assert warning.where == "DN 1000 (DBID 8), gvm_name"


def test_sharing_with_the_same_options_is_no_news() -> None:
    assert of(dn("1000", 1, gvm_name="A"), dn("1001", 2, gvm_mailbox="1000", gvm_name="A")).warnings == ()


def test_of_two_boxes_with_one_name_of_the_subscription_the_second_is_refused() -> None:
    answer = of(agent("1", 2, gvm_mailbox="1"), dn("a-1", 1, gvm_password="1"))
    assert [box.key for box in answer.mailboxes] == ["a-1@GVMA_DN"]
    assert [(it.kind, it.box, it.context) for it in answer.refused] == [("agent", "1", None)]
    assert codes(answer) == ["name-collision"]


def test_boxes_that_differ_in_case_alone_are_one_for_asterisk() -> None:
    answer = of(dn("abc", 1, gvm_password="1"), dn("ABC", 2, gvm_password="1"))
    assert [box.box for box in answer.mailboxes] == ["ABC"]
    assert codes(answer) == ["name-collision"]


def test_a_box_of_our_own_context_that_is_named_as_foreign_is_still_made() -> None:
    answer = of(dn("1", 1, gvm_mailbox="5", gvm_mailbox_context="GVMA_DN"), dn("5", 2))
    assert [box.key for box in answer.mailboxes] == ["5@GVMA_DN"]
    assert len(answer.subscriptions) == 1


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("gvm_mailbox", "../1000"), ("gvm_mailbox", "a..b"), ("gvm_mailbox", "-1"), ("gvm_mailbox", "x" * 74),
        ("gvm_mailbox", "1000@x"), ("gvm_mailbox", "1 0"), ("gvm_mailbox", "\u0661"),
        ("gvm_mailbox_context", "a b"), ("gvm_mailbox_context", "x" * 80), ("gvm_mailbox_context", "a..b"),
        ("gvm_password", "1,2"), ("gvm_password", "1|2"), ("gvm_password", "1" * 80), ("gvm_password", "1\t2"),
        ("gvm_name", "a\nb"), ("gvm_name", "\u00fc" * 40), ("gvm_name", "a\udc80b"),
        ("gvm_email", "a@b,c@d"), ("gvm_email", "a\0b"), ("gvm_email", "x" * 8001),
        ("gvm_pager_email", "a@b,c@d"), ("gvm_pager_email", "x" * 80),
        ("gvm_options", "a=b\nc=d"), ("gvm_options", "a=\x7f"), ("gvm_options", "emailbody=" + "x" * 8000),
    ],
)  # fmt: skip
def test_a_value_that_would_break_out_refuses_its_owner_by_name_and_nobody_else(option: str, value: str) -> None:
    answer = of(dn("1000", 42, **{option: value}), dn("1001", 43))
    assert [box.key for box in answer.mailboxes] == ["1001@GVMA_DN"]
    assert [it.name for it in answer.subscriptions] == ["gvm-1001"]
    (warning,) = answer.warnings
    assert warning.code == "refused-value"
    assert "DN 1000" in warning.message
    assert option in warning.where
    (refused,) = answer.refused
    assert (refused.kind, refused.dbid) == ("dn", 42)
    assert refused.box == (None if option == "gvm_mailbox" else "1000")


@pytest.mark.parametrize(
    ("option", "value", "kept"),
    [
        ("gvm_name", "Doe, John", "Doe  John"),
        ("gvm_name", "Doe|John", "Doe John"),
        ("gvm_name", "  Doe  ", "Doe"),
        ("gvm_name", "\u202eabc", "\u202eabc"),
        ("gvm_name", "Gu\u0308nther", "Gu\u0308nther"),
        ("gvm_name", "${SHELL(id)}", "${SHELL(id)}"),
        ("gvm_name", "a;b", "a;b"),
        ("gvm_name", "x" * 79, "x" * 79),
    ],
)
def test_what_is_odd_but_harmless_is_kept_as_asterisk_keeps_it(option: str, value: str, kept: str) -> None:
    (box,) = of(dn("1000", **{option: value})).mailboxes
    assert box.name == kept


def test_a_pin_that_its_owner_may_not_change_is_legal() -> None:
    assert of(dn("1000", gvm_password="-1234")).mailboxes[0].pin == "-1234"


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_option_is_an_option_that_is_not_set(empty: str) -> None:
    answer = of(
        dn("1", gvm_mailbox=empty, gvm_password=empty, gvm_mailbox_context=empty), agent("2", gvm_mailbox=empty)
    )
    assert [(box.key, box.pin) for box in answer.mailboxes] == [("1@GVMA_DN", "1")]


@pytest.mark.parametrize(
    "option",
    [
        "mailcmd=/bin/sh", "MAILCMD=x", " mailcmd = x", "options=mailcmd=x", "options=options=mailcmd=x",
        "emailbody=${SHELL(id)}", "emailsubject=${${VM_NAME}}", "fromstring=x${FILE(/etc/passwd)}",
    ],
)  # fmt: skip
def test_an_option_that_runs_a_command_is_left_out_unless_allowed(option: str) -> None:
    odd = dn("1", gvm_options=f"tz=central|{option}|operator=yes")
    answer = of(odd)
    assert answer.mailboxes[0].options == "tz=central|operator=yes"
    assert codes(answer) == ["option-left-out"]
    allowed = of(odd, allow_mailcmd=True)
    assert allowed.mailboxes[0].options.count("|") == 2
    assert allowed.warnings == ()


def test_a_plain_variable_in_a_mail_is_no_command() -> None:
    value = "emailsubject=${VM_MSGNUM} from ${VM_CALLERID:0:4}"
    assert of(dn("1", gvm_options=value)).mailboxes[0].options == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [("19 01", "'19 01'"), ("\x1b[31m", "'\\x1b[31m'"), ("x" * 74, repr("x" * 40)), ("\u0661", "'\\u0661'")],
)
def test_a_name_that_is_not_valid_is_shown_with_the_rule_and_with_what_stays(value: str, shown: str) -> None:
    (warning,) = of(dn("1001", gvm_mailbox=value)).warnings
    assert warning.message == (
        f"gvm_mailbox = {shown} is not a valid mailbox name: 1 to 73 of letters, digits, _ . + -; "
        "the first a letter, digit or +; no '..'. DN 1001 gets nothing new; a mailbox that it has stays."
    )


def test_a_dn_without_a_number_is_refused_by_its_dbid() -> None:
    answer = of(dn("", 99))
    assert answer.mailboxes == ()
    assert "DBID 99" in answer.warnings[0].message
    assert answer.refused[0].box is None


def test_a_number_that_plays_tricks_on_a_terminal_is_not_printed() -> None:
    answer = of(dn("\x1b[31m1", 99))
    assert "\x1b" not in str(answer.warnings)
    assert "DN with DBID 99" in answer.warnings[0].message


def test_repeated_gvm_options_and_odd_types_are_said_and_do_no_harm() -> None:
    odd = ConfigObject("CfgDN", 1, "1", None, options={"gvm_name": "A"}, repeated=("gvm_name", "contact"), odd_type="x")
    answer = of(odd)
    assert [box.name for box in answer.mailboxes] == ["A"]
    assert codes(answer) == ["repeated-option", "odd-type"]


def test_an_object_of_another_kind_gets_no_box() -> None:
    answer = desired([ConfigObject("CfgSwitch", 1, "1000")], [], [])
    assert answer.mailboxes == ()
    assert codes(answer) == ["other-object"]


def test_no_warning_shows_a_pin() -> None:
    answer = of(
        dn("1", gvm_password="31337,x"), dn("2", 2, gvm_mailbox="3", gvm_password="31337"), dn("3", 3, gvm_password="4")
    )
    assert answer.warnings
    assert "31337" not in str(answer)


def test_there_are_enough_hostile_values() -> None:
    assert len(CORPUS) >= 300


@pytest.mark.parametrize("option", [*OPTIONS, "number"])
def test_no_hostile_value_adds_a_line_a_section_or_a_field(option: str) -> None:
    objects = [
        dn(value, index, gvm_mailbox=str(index)) if option == "number" else dn(str(index), index, **{option: value})
        for index, value in enumerate(CORPUS, start=1000)
    ]
    random.Random(5).shuffle(objects)
    answer = of(*objects, dn("1", 1))
    body = render_voicemail(answer.mailboxes, "x")
    boxes = read_boxes(body)
    assert set(boxes) == {box.key for box in answer.mailboxes}
    for box in answer.mailboxes:
        line = boxes[box.key]
        assert (line.pin, line.name, line.email, line.pager, line.options) == (
            box.pin, box.name, box.email, box.pager, box.options,
        )  # fmt: skip
    processed = [line.text for line in lines(body) if line.text]
    assert len(processed) == len(answer.mailboxes) + 3
    assert boxes["1@GVMA_DN"].pin == "1"
    assert len(answer.refused) + sum(map(len, answer.owners.values())) == len(CORPUS) + 1
