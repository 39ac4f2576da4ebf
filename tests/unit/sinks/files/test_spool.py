"""PINs in the spool: where they are kept, and who says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.sinks.files.spool import asks_for_spool, secret_file


@pytest.mark.parametrize(
    ("options", "answer"),
    [("", None), ("attach=yes", None), ("attach=yes|passwordlocation=spooldir", True), ("PasswordLocation=x", False)],
)
def test_a_mailbox_may_say_itself_where_its_pin_is(options: str, answer: bool | None) -> None:
    assert asks_for_spool(options) is answer


def test_the_secret_lies_in_the_folder_of_the_box() -> None:
    assert secret_file(Path("/spool"), "1000@GVMA_DN") == Path("/spool/voicemail/GVMA_DN/1000/secret.conf")
