"""Mailboxes are compared as Asterisk keeps them."""

from __future__ import annotations

import pytest

from gvma.asterisk.entries import PresentMailbox
from gvma.asterisk.kept import as_kept, differing


def test_a_name_is_kept_without_blanks_around_it_and_cut_at_79_bytes() -> None:
    assert as_kept(" " + "x" * 100) == "x" * 79
    assert as_kept("ä" * 40) == "ä" * 39
    assert as_kept(("ä" * 40).encode()[:79].decode("utf-8", "surrogateescape")) == "ä" * 39


@pytest.mark.parametrize(
    ("actual", "fields"),
    [
        (PresentMailbox("1", "Anne", "a@x.example", "p@x.example"), []),
        (PresentMailbox("2", " Anne ", "a@x.example", "p@x.example", "attach=yes"), []),
        (PresentMailbox("1", "Bob", "a@x.example", "p@x.example"), ["name"]),
        (PresentMailbox("1", "Anne", "", ""), ["e-mail", "pager e-mail"]),
    ],
)
def test_fields_that_differ_are_named(actual: PresentMailbox, fields: list[str]) -> None:
    assert list(differing(PresentMailbox("1", "Anne", "a@x.example", "p@x.example"), actual)) == fields
