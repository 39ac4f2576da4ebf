"""How what Asterisk holds is compared with the plan."""

from __future__ import annotations

from gvma.ami.verify import as_kept


def test_a_name_is_compared_as_asterisk_keeps_it() -> None:
    assert as_kept(" " + "x" * 100) == "x" * 79
    assert as_kept("ä" * 40) == "ä" * 39
    assert as_kept(("ä" * 40).encode()[:79].decode("utf-8", "surrogateescape")) == "ä" * 39
