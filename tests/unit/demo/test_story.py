"""The demo on a host without Asterisk, and a step that goes wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gvma.demo import story
from gvma.demo.debian import NotObtainableError
from gvma.demo.rootfs import Root


def no_asterisk(version: int) -> Root:
    raise NotObtainableError(f"no Asterisk {version}")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the demo shows; this host has no Asterisk."""
    monkeypatch.setattr(story, "obtain", no_asterisk)
    return []


def test_without_asterisk_the_demo_says_so_and_counts_its_steps_without_a_gap(shown: list[str]) -> None:
    assert story.play(shown.append) == 0
    text = "\n".join(shown)
    assert "goes on without Asterisk. no Asterisk 16" in text
    numbers = [int(number) for number in re.findall(r"^([0-9]+)\. ", text, re.MULTILINE)]
    assert numbers == list(range(1, 10))


def test_a_step_without_the_expected_result_is_named_at_the_end(
    shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_answer(tree: Path) -> None:
        tree.write_text("<CfgData>", "utf-8")

    monkeypatch.setattr(story, "add_email", no_answer)
    assert story.play(shown.append) == 1
    assert re.match(r"Step 7 did not have the expected result: Give DN 1000", shown[-2])
    assert re.match(r"Step 9 did not have the expected result: Bring back", shown[-1])
