"""Answers that are kept for a while, and answers that are asked for in the background."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from gvma.errors import ConfigServerUnreachable
from gvma.web.kept import Background, Kept

SECONDS = 60


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_asked_for_again_once_it_is_old() -> None:
    clock, answers = Clock(), iter("abc")
    kept = Kept(lambda: next(answers), 10, clock)
    assert (kept.now(), kept.now()) == ("a", "a")
    clock.now += 11
    assert kept.now() == "b"


def test_readers_who_come_meanwhile_get_the_same_answer() -> None:
    asked, go_on = threading.Event(), threading.Event()
    answers = iter(range(9))

    def ask() -> int:
        asked.set()
        assert go_on.wait(SECONDS)
        return next(answers)

    kept, got = Kept(ask, 1000), []
    readers = [threading.Thread(target=lambda: got.append(kept.now())) for _ in range(3)]
    for reader in readers:
        reader.start()
    assert asked.wait(SECONDS)
    go_on.set()
    for reader in readers:
        reader.join(SECONDS)
    assert got == [0, 0, 0]


def test_a_failure_is_not_kept() -> None:
    answers: Iterator[str | Exception] = iter([ConfigServerUnreachable("away"), "there"])

    def ask() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    kept = Kept(ask, 1000)
    with pytest.raises(ConfigServerUnreachable):
        kept.now()
    assert kept.now() == "there"


def test_a_page_never_waits_for_a_background_answer() -> None:
    go_on = threading.Event()

    def ask() -> str:
        assert go_on.wait(SECONDS)
        return "checked"

    background = Background(ask, 1000)
    first = background.latest()
    assert (first.answer, first.asking) == (None, True)
    go_on.set()
    assert background.wait().answer == "checked"
    assert background.latest().asking is False


def test_an_old_background_answer_stays_until_the_newer_one_is_there() -> None:
    clock = Clock()
    answers: Iterator[str | Exception] = iter(["old", ConfigServerUnreachable("Configuration Server is away"), "new"])

    def ask() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    background = Background(ask, 10, clock)
    assert background.wait().answer == "old"
    clock.now += 11
    failed = background.wait()
    assert (failed.answer, failed.problem) == ("old", "Configuration Server is away")
    clock.now += 11
    assert background.wait().answer == "new"
