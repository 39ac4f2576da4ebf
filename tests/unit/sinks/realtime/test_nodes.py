"""What a node is asked about a change, and how often."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gvma.ami import manager
from gvma.settings.model import GvmaSettings
from gvma.sinks.realtime.nodes import answers as nodes
from gvma.sinks.realtime.rows.change import ReadBack

EXPECTED = ReadBack({"1000@GVMA_DN": "Ann"}, {"gvm-1000": "1000@GVMA_DN", "gvm-1001": "1001@GVMA_DN"})
ROWS = {
    "VM_INFO(1000@GVMA_DN,exists)": "1",
    "VM_INFO(1000@GVMA_DN,fullname)": "Ann",
    "PJSIP_AOR(gvm-1000,mailboxes)": "1000@GVMA_DN",
    "PJSIP_AOR(gvm-1001,mailboxes)": "1001@GVMA_DN",
}


class Node:
    """Answers without a row so many times for each name, as a node does whose database connection was cut."""

    def __init__(self, rows: dict[str, str], lacks: dict[str, int]) -> None:
        self.rows = rows
        self.lacks = lacks
        self.asked: list[str] = []

    def loaded(self, module: str) -> bool:
        return True

    def variable(self, name: str) -> str:
        self.asked.append(name)
        if self.lacks.get(name, 0) > 0:
            self.lacks[name] -= 1
            return "0" if name.endswith("exists)") else ""
        return self.rows[name]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that were waited for, each at once."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def differences(monkeypatch: pytest.MonkeyPatch, node: Node) -> tuple[str, ...]:
    @contextmanager
    def connect(settings: GvmaSettings) -> Iterator[Node]:
        yield node

    monkeypatch.setattr(manager, "connect", connect)
    (answer,) = nodes.node_answers(GvmaSettings()._replace(realtime_nodes=("127.0.0.1:5038",)), EXPECTED)
    return answer.differences


def test_a_node_that_agrees_is_asked_once(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    node = Node(ROWS, {})
    assert differences(monkeypatch, node) == ()
    assert (sorted(node.asked), pauses) == (sorted(ROWS), [])


def test_what_a_node_lacks_just_after_a_reconnect_is_asked_again_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    node = Node(ROWS, {"VM_INFO(1000@GVMA_DN,exists)": 1, "PJSIP_AOR(gvm-1000,mailboxes)": 2})
    assert differences(monkeypatch, node) == ()
    assert pauses == [1.0, 2.0]
    assert node.asked.count("PJSIP_AOR(gvm-1000,mailboxes)") == 3
    assert node.asked.count("PJSIP_AOR(gvm-1001,mailboxes)") == 1


def test_what_still_differs_after_three_seconds_is_said(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    node = Node(ROWS, {"PJSIP_AOR(gvm-1001,mailboxes)": 3})
    assert differences(monkeypatch, node) == ("the AOR gvm-1001 is missing",)
    assert sum(pauses) == 3.0
