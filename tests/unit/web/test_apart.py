"""Questions that are answered in a process of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from gvma.errors import BackupSetError, GvmaError, SettingsError
from gvma.web.apart import Apart, _answer
from gvma.web.questions import ask_changes, ask_glance
from tests.harness.waiting import wait_until

SECONDS = 60


@pytest.fixture(scope="module")
def apart() -> Apart:
    return Apart()


def process_and_sum(first: int, second: int) -> tuple[int, int]:
    return os.getpid(), first + second


def refuse() -> None:
    raise BackupSetError("no such set", where="latest", hint="Look at the list.")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait_for_ever() -> None:
    threading.Event().wait()


def test_an_answer_comes_from_another_process(apart: Apart) -> None:
    process, answer = apart.ask(process_and_sum, 2, 3)
    assert answer == 5
    assert process != os.getpid()


def test_a_failure_comes_back_with_all_its_parts(apart: Apart) -> None:
    with pytest.raises(BackupSetError) as refused:
        apart.ask(refuse)
    assert refused.value.as_json() == {
        "code": "backup-set", "message": "no such set", "hint": "Look at the list.", "where": "latest",
    }  # fmt: skip


def test_a_process_that_dies_within_its_answer_is_a_failure(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_short(_pipe: Connection) -> None:
        raise OSError("got end of file during message")

    monkeypatch.setattr(Connection, "recv", cut_short)
    with pytest.raises(GvmaError, match="no answer came before its process ended"):
        apart.ask(process_and_sum, 2, 3)


def test_a_process_that_dies_is_a_failure_and_the_next_question_is_answered(apart: Apart) -> None:
    with pytest.raises(GvmaError, match="no answer came before its process ended"):
        apart.ask(die)
    assert apart.ask(process_and_sum, 2, 3)[1] == 5


def test_an_answer_that_nobody_waits_for_any_more_is_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    ours.close()
    asked = multiprocessing.get_context("fork").Process(target=_answer, args=(theirs, process_and_sum, (2, 3)))
    asked.start()
    asked.join()
    theirs.close()
    assert (asked.exitcode, capfd.readouterr().err) == (0, "")


def test_a_question_is_refused_where_too_many_wait_already_and_those_are_answered() -> None:
    apart = Apart(seconds=SECONDS)
    answers: list[int] = []

    def ask_one() -> None:
        answers.append(apart.ask_at_once(process_and_sum, 2, 3)[1])

    with apart._turn:
        waiting = [threading.Thread(target=ask_one) for _ in range(8)]
        for one in waiting:
            one.start()
        wait_until(lambda: apart._waiting._value == 0, "not all of them wait")
        with pytest.raises(GvmaError, match="too many questions wait"):
            apart.ask_at_once(process_and_sum, 2, 3)
    for one in waiting:
        one.join()
    assert answers == [5] * 8
    assert apart.ask_at_once(process_and_sum, 2, 3)[1] == 5


def test_a_question_without_an_end_is_given_up() -> None:
    with pytest.raises(GvmaError, match="no answer came in time"):
        Apart(seconds=0.1).ask(wait_for_ever)


def test_settings_that_do_not_exist_are_a_failure(apart: Apart, tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        apart.ask(ask_glance, tmp_path / "none.cfg")
    with pytest.raises(SettingsError):
        apart.ask(ask_changes, tmp_path / "none.cfg", "latest")
