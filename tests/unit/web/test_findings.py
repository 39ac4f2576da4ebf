"""The one list of what needs a person."""

from __future__ import annotations

from dataclasses import replace

from gvma.web.findings import Found, found_of
from tests.unit.web.conftest import finding

WARNING = finding("a")
ERROR = replace(finding("b"), severity="error")
NOTE = replace(finding("c"), severity="info")


def test_errors_come_first_and_notes_need_nobody() -> None:
    assert found_of([WARNING], [NOTE, ERROR]) == Found((ERROR, WARNING), (NOTE,))


def test_a_fault_that_both_say_stands_once_whatever_group_the_check_gave_it() -> None:
    assert found_of([WARNING], [replace(WARNING, group="sync")]) == Found((WARNING,), ())


def test_a_fault_of_a_file_stands_once_though_the_check_leaves_its_folders_out() -> None:
    said = replace(ERROR, where="/etc/asterisk/voicemail.conf")
    assert found_of([said], [replace(said, where="voicemail.conf")]) == Found((said,), ())
    other = replace(said, where="pjsip.conf")
    assert found_of([said], [other]) == Found((said, other), ())
