"""Lines of ours that have lost both markers: put between markers again in their place, or refused where mixed."""

from __future__ import annotations

import pytest

from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.managed_block.adopt import adopted
from gvma.asterisk.voicemail import OWN_LINES
from gvma.errors import UnsafeTargetError

BEGIN, END = b";BEGIN", b";END"
KNOWN = {("GVMA_DN", b"1000"), ("GVMA_DN", b"1001"), ("GVMA_AGENT", b"2222")}


def _is_ours(section: str, line: bytes) -> bool:
    return line.startswith(b"[") or (section, line.partition(b"=")[0].strip()) in KNOWN


def _adopted(text: bytes) -> bytes | None:
    return adopted(text, BEGIN, END, OWN_LINES, is_ours=_is_ours, where="voicemail.conf")


def test_our_sections_get_markers_in_their_place_and_the_sites_lines_stay() -> None:
    text = (
        b"[general]\nformat=wav\n[GVMA_DN]\n1000 => 4711,Ann,,,\n[GVMA_AGENT]\n2222 => 1,2,,,\n"
        b"; own\n[site]\n7 => 1,Own\n"
    )
    assert _adopted(text) == (
        b"[general]\nformat=wav\n;BEGIN\n[GVMA_DN]\n1000 => 4711,Ann,,,\n[GVMA_AGENT]\n2222 => 1,2,,,\n;END\n"
        b"; own\n[site]\n7 => 1,Own\n"
    )


def test_sections_of_ours_that_were_parted_come_together_at_the_first_place() -> None:
    text = b"[GVMA_AGENT]\n2222 => 1,2,,,\n[default]\n7 => 1,Own\n[GVMA_DN]\n1000 => 4711,Ann,,,\n"
    assert _adopted(text) == (
        b";BEGIN\n[GVMA_AGENT]\n2222 => 1,2,,,\n[GVMA_DN]\n1000 => 4711,Ann,,,\n;END\n[default]\n7 => 1,Own\n"
    )


def test_a_program_may_write_a_mailbox_with_fewer_fields() -> None:
    assert _adopted(b"[GVMA_DN]\n1000 => 4711,Ann\n") == b";BEGIN\n[GVMA_DN]\n1000 => 4711,Ann\n;END\n\n"


def test_after_the_end_marker_there_is_a_line_and_the_line_ends_are_the_files() -> None:
    text = b"[general]\r\n[GVMA_DN]\r\n1000 => 4711,Ann,,,"
    assert _adopted(text) == b"[general]\r\n;BEGIN\r\n[GVMA_DN]\r\n1000 => 4711,Ann,,,\r\n;END\r\n\r\n"


def test_a_line_that_the_last_sync_did_not_write_is_refused_with_its_number() -> None:
    with pytest.raises(UnsafeTargetError) as raised:
        _adopted(b"[general]\n[GVMA_DN]\n1000 => 4711,Ann,,,\n77 => 1,Own,,,\nmailcmd=/bin/x\n")
    assert raised.value.message.endswith("stand others: lines 4, 5.")
    assert raised.value.where == "voicemail.conf"


@pytest.mark.parametrize("text", [b"", b"[general]\n", b"[site]\n1000 => 1,2,,,\n", b"[GVMA_DN](+)\n1000 => 1,2,,,\n"])
def test_a_file_without_a_section_of_ours_has_nothing_to_adopt(text: bytes) -> None:
    assert _adopted(text) is None


def test_a_section_that_no_sync_wrote_is_the_sites_whatever_its_name() -> None:
    text = b"[GVMA_DN]\n1000 => 4711,Ann,,,\n"
    assert adopted(text, BEGIN, END, OWN_LINES, is_ours=lambda _section, _line: False) is None


def test_objects_of_pjsip_are_adopted_and_the_sites_endpoints_are_not() -> None:
    text = b"[sipserver]\ntype=endpoint\n[gvm-1000]\ntype = aor\nmailboxes = 1000@GVMA_DN\n[trunk]\ntype=endpoint\n"
    own = PJSIP.own_lines
    found = adopted(text, BEGIN, END, own, is_ours=lambda section, _line: section == "gvm-1000")
    assert found == (
        b"[sipserver]\ntype=endpoint\n;BEGIN\n[gvm-1000]\ntype = aor\nmailboxes = 1000@GVMA_DN\n;END\n"
        b"[trunk]\ntype=endpoint\n"
    )
