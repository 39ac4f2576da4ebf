"""The preamble's names and values, one by one; test_protocol.py has whole preambles as they arrive."""

from __future__ import annotations

import pytest

from gvma.agi.preamble import Variables


def test_what_is_not_there_is_missing() -> None:
    variables = Variables(b"agi_a: 1\nagi_b: 2")
    assert variables.get("c") is None
    assert variables.get("c", "?") == "?"
    assert "c" not in variables
    assert len(variables) == 2
    with pytest.raises(KeyError):
        variables["a: 1\nagi_b"]
