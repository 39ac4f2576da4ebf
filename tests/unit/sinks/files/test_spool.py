"""PINs in the spool: where they are kept, and who says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.sinks.files.spool import is_kept_in_spool, pin_of_secret, secret_file


@pytest.mark.parametrize(
    ("options", "answer"),
    [("", None), ("attach=yes", None), ("attach=yes|passwordlocation=spooldir", True), ("PasswordLocation=x", False)],
)
def test_a_mailbox_may_say_itself_where_its_pin_is(options: str, answer: bool | None) -> None:
    for by_default in (True, False):
        assert is_kept_in_spool(options, by_default=by_default) is (by_default if answer is None else answer)


@pytest.mark.parametrize(
    ("text", "pin"),
    [
        (b"[general]\npassword = 4321\n", "4321"),  # as Asterisk writes it
        (b"[general]\npassword=4321\r\n", "4321"),
        (b"\tpassword => 4321;chosen", "4321"),
        (b"[general]\npassword =\nother = 1\n", None),
        (b";password = 4321\n", None),
        (b"", None),
    ],
)
def test_a_pin_is_read_as_asterisk_reads_it(text: bytes, pin: str | None) -> None:
    assert pin_of_secret(text) == pin


def test_the_secret_lies_in_the_folder_of_the_box() -> None:
    assert secret_file(Path("/spool"), "1000@GVMA_DN") == Path("/spool/voicemail/GVMA_DN/1000/secret.conf")
