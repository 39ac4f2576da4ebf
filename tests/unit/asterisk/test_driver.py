"""The channel driver as the files tell it, where Asterisk cannot be asked."""

from __future__ import annotations

import pytest

from gvma.asterisk.driver import driver_by_files

BEGIN = b"; GVMA BEGIN"
OURS = b"[site]\n" + BEGIN + b"\n"


@pytest.mark.parametrize(
    ("sip", "pjsip", "driver"),
    [
        (None, None, "sip"),
        (b"[site]\n", None, "sip"),
        (b"[site]\n", b"[site]\n", "pjsip"),
        (None, b"", "pjsip"),
        (OURS, b"[site]\n", "sip"),
        (b"[site]\n", OURS, "pjsip"),
        (OURS, OURS, "pjsip"),
    ],
)
def test_only_one_file_with_our_block_names_the_driver(sip: bytes | None, pjsip: bytes | None, driver: str) -> None:
    assert driver_by_files(sip=sip, pjsip=pjsip, begin=BEGIN) == driver
