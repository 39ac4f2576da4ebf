"""The one list of what needs a person."""

from __future__ import annotations

from gvma.web.findings import Found, found_of
from tests.unit.web.conftest import finding

WARNING = finding("a")
ERROR = finding("b")._replace(severity="error")
NOTE = finding("c")._replace(severity="info")


def test_errors_come_first_and_notes_need_nobody() -> None:
    assert found_of([WARNING], [NOTE, ERROR]) == Found((ERROR, WARNING), (NOTE,))


def test_a_fault_that_both_say_stands_once_whatever_group_the_check_gave_it() -> None:
    assert found_of([WARNING], [WARNING._replace(group="sync")]) == Found((WARNING,), ())


def test_a_fault_of_a_file_stands_once_though_the_check_leaves_its_folders_out() -> None:
    said = ERROR._replace(where="/etc/asterisk/voicemail.conf")
    assert found_of([said], [said._replace(where="voicemail.conf")]) == Found((said,), ())
    other = said._replace(where="pjsip.conf")
    assert found_of([said], [other]) == Found((said, other), ())
