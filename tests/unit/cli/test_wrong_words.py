"""A line with a misspelt word, or without a command: what the user reads then."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli import invoke


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["snyc"], "sync"),
        (["chekc", "--nagios"], "check"),
        (["backup", "lsit"], "list"),
        (["sync", "--dry-rnu"], "--dry-run"),
        (["sync", "--quite"], "--quiet"),
        (["--confg", "x", "sync"], "--config"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_one_that_was_meant(words: list[str], meant: str) -> None:
    done = invoke(*words)
    assert done.exit_code == 64
    assert f"Did you mean '{meant}'?" in done.stderr
    assert done.stderr.count("Did you mean") == 1


def test_a_word_that_is_like_none_is_answered_without_a_guess() -> None:
    assert "Did you mean" not in invoke("xyzzy").stderr
    assert "Did you mean" not in invoke("sync", "--zzzzzzzz").stderr


@pytest.mark.parametrize("words", [[], ["backup"]])
def test_a_line_without_a_command_shows_the_help(words: list[str]) -> None:
    done = invoke(*words)
    assert (done.exit_code, done.stdout) == (64, "")
    assert done.stderr == invoke(*words, "--help").stdout
    answer = json.loads(invoke("--output", "json", *words).stdout)
    assert (answer["exit_code"], answer["errors"][0]["code"]) == (64, "usage")
