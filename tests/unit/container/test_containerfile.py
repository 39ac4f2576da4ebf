"""The Containerfile builds from what a clone has, from bases that do not move, and nothing in it runs as root."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.container import CONTAINER
from tests.unit.container.files import ROOT, instructions, stages

SCRIPTS = ("asterisk-start", "repeat")


def tool(name: str) -> Path:
    """A program that a test dependency brings."""
    return Path(sys.executable).with_name(name)


def copied() -> list[str]:
    """What COPY takes from the clone."""
    found: list[str] = []
    for name, rest in instructions():
        if name == "COPY" and "--from=" not in rest:
            found += [word for word in rest.split()[:-1] if not word.startswith("--")]
    return found


def test_hadolint_finds_no_fault() -> None:
    done = subprocess.run([tool("hadolint"), CONTAINER / "Containerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", SCRIPTS)
def test_shellcheck_finds_no_fault_in_a_script(name: str) -> None:
    done = subprocess.run([tool("shellcheck"), CONTAINER / name], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert (CONTAINER / name).stat().st_mode & 0o111 == 0o111


def test_each_base_is_an_earlier_stage_or_an_image_of_one_day() -> None:
    seen: set[str] = set()
    for stage, lines in stages().items():
        base = lines[0][1].partition(" AS ")[0]
        assert base in seen or re.fullmatch(r"docker\.io/library/debian:[a-z]+-\d{8}-slim", base), base
        seen.add(stage)


@pytest.mark.parametrize("stage", ["gvma", "asterisk"])
def test_what_is_run_is_no_root_and_needs_no_shell(stage: str) -> None:
    lines = stages()[stage]
    users = [rest for name, rest in lines if name == "USER"]
    assert users == ["506:506"]
    commands = [json.loads(rest) for name, rest in lines if name in {"CMD", "ENTRYPOINT"}]
    assert commands
    assert all(isinstance(words, list) for words in commands)


def test_a_node_is_an_asterisk_with_other_files() -> None:
    assert [name for name, _ in stages()["node"]] == ["FROM", "COPY"]
    assert stages()["node"][0][1] == "asterisk AS node"


def test_everything_that_is_copied_is_in_a_clone() -> None:
    assert copied()
    assert [source for source in copied() if not (ROOT / source).exists()] == []


def test_everything_that_the_wheel_carries_is_copied_before_it_is_built() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    patterns = [line for value in setup["options.data_files"].values() for line in value.split("\n") if line]
    carried = [path.relative_to(ROOT) for pattern in patterns for path in ROOT.glob(pattern)]
    assert carried
    sources = [Path(source) for source in copied()]
    assert [str(path) for path in carried if not any(path.is_relative_to(source) for source in sources)] == []


def test_no_secret_is_in_an_image() -> None:
    text = " ".join(rest for name, rest in instructions() if name in {"ENV", "ARG", "LABEL", "RUN"})
    assert re.findall(r"(?i)\b\w*(?:password|secret|token)\w*=", text) == []
    kept = [
        path for path in CONTAINER.rglob("*.conf") if re.search(r"(?m)^\s*(?:secret|password)\s*=", path.read_text())
    ]
    assert kept == []
