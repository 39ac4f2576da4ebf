"""What is legal in a mailbox, and yet hardly meant: it is written, and a person hears of it."""

from __future__ import annotations

import pytest

from gvma.mailboxes import desired
from tests.unit.mailboxes.objects import agent, dn, of


def test_several_recipients_of_one_boxs_mail_are_separated_as_asterisk_separates_them() -> None:
    answer = of(dn("1000", gvm_email="a@x|b@x"))
    assert [box.email for box in answer.mailboxes] == ["a@x|b@x"]
    assert answer.warnings == ()


def test_a_pager_has_one_address() -> None:
    answer = of(dn("1000", gvm_pager_email="a@x|b@x"))
    assert [box.pager for box in answer.mailboxes] == ["a@x|b@x"]
    assert [(one.code, one.where) for one in answer.warnings] == [("several-pagers", "DN 1000, gvm_pager_email")]


@pytest.mark.parametrize(
    ("pin", "can_be_dialled"),
    [("4711", True), ("-4711", True), ("47*11", True), ("*4711", False), ("47#11", False), ("secret", False),
     ("47 11", False), ("+49", False), ("4711A", False), ("\u0661\u0662", False), ("-", False)],
)  # fmt: skip
def test_a_pin_that_no_phone_can_dial_is_written_and_said(pin: str, can_be_dialled: bool) -> None:
    answer = of(dn("1000", gvm_password=pin))
    assert [box.pin for box in answer.mailboxes] == [pin]
    said = [(one.code, one.where) for one in answer.warnings]
    assert said == ([] if can_be_dialled else [("pin-not-dialled", "DN 1000, gvm_password")])
    assert not any(pin in one.message for one in answer.warnings if len(pin) > 1)


def test_numbers_that_no_phone_can_dial_as_a_pin_are_named_together() -> None:
    (warning,) = of(*(dn(f"+4930{number}", number) for number in range(10, 18)), dn("1000", 99)).warnings
    assert warning.code == "pin-not-dialled"
    assert "DN +493010, DN +493011, DN +493012, DN +493013, DN +493014 and 3 more" in warning.message


def test_a_box_that_is_the_extension_of_ones_own_messages_cannot_be_reached() -> None:
    answer = desired([dn("9500"), dn("9501", 2)], [agent("7", gvm_mailbox="9500")], [], main_extension="9500")
    assert [(one.code, one.where) for one in answer.warnings] == [
        ("mailbox-unreachable", "DN 9500, gvm_mailbox"),
        ("mailbox-unreachable", "Agent Login 7, gvm_mailbox"),
    ]
    assert len(answer.mailboxes) == 3
    elsewhere = dn("9500", gvm_mailbox_context="MY_COMPANY")
    assert desired([elsewhere], [], [], main_extension="9500").warnings == ()


@pytest.mark.parametrize("options", ["operator=yes,saycid=yes", "opertor=yes", "saycid=ja"])
def test_options_that_app_voicemail_does_not_take_are_written_as_they_stand_and_said(options: str) -> None:
    answer = of(dn("1000", gvm_options=options))
    assert [box.options for box in answer.mailboxes] == [options]
    assert [(warning.code, warning.where) for warning in answer.warnings] == [
        ("option-not-taken", "DN 1000, gvm_options")
    ]
    assert answer.warnings[0].message.startswith("DN 1000: in gvm_options ")
