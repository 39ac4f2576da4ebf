"""The progress line: what it shows, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import StringIO

import pytest
from rich.console import Console

from gvma.cli.display.steps import Steps


class _Timer:
    """One that ends when the test says so."""

    made: list[_Timer]
    daemon = False

    def __init__(self, _seconds: float, function: Callable[..., None], arguments: Sequence[object] = ()) -> None:
        self.function, self.arguments = function, arguments
        self.made.append(self)

    def start(self) -> None: ...

    def cancel(self) -> None: ...

    def end(self) -> None:
        self.function(*self.arguments)


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> list[_Timer]:
    made: list[_Timer] = []
    monkeypatch.setattr(_Timer, "made", made, raising=False)
    monkeypatch.setattr("gvma.cli.display.steps.threading.Timer", _Timer)
    return made


def test_a_step_that_takes_longer_than_a_moment_is_named(timers: list[_Timer]) -> None:
    terminal = StringIO()
    with Steps(Console(file=terminal, force_terminal=True), 1.0) as steps:
        steps.begin("asking Configuration Server")
        assert terminal.getvalue() == ""
        timers[0].end()
        assert "asking Configuration Server" in terminal.getvalue()


def test_a_timer_that_ends_just_after_its_step_shows_nothing(timers: list[_Timer]) -> None:
    terminal = StringIO()
    with Steps(Console(file=terminal, force_terminal=True), 1.0) as steps:
        steps.begin("asking Configuration Server")
        steps.begin("writing")
        timers[0].end()
    timers[1].end()
    assert terminal.getvalue() == ""
