"""``gvma demo`` as a newcomer runs it: every step says what it does and has the expected result."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path


def test_the_demo_says_what_each_step_does_and_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "gvma", "demo"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    steps = re.findall(r"^([0-9]+)\. ([A-Z].*[.])$", done.stdout, re.MULTILINE)
    assert [int(number) for number, _ in steps] == list(range(1, 14))
    assert "NOTIFY  <-  Messages-Waiting: yes" in done.stdout
    assert "  why: DN 1000: gvm_email " in done.stdout
    assert "Restored 20" in done.stdout
    assert "did not have the expected result" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_demo_of_two_hosts_loses_one_and_a_media_server_and_leaves_nothing_behind(folder_for_all: Path) -> None:
    environment = os.environ | {"TMPDIR": str(folder_for_all), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "gvma", "demo", "--hosts", "2"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("NOTIFY  <-  Messages-Waiting: yes") == 3
    assert "1 of 2 nodes" in done.stdout
    assert "server 2 goes on" in done.stdout
    assert "did not have the expected result" not in done.stdout
    assert list(folder_for_all.iterdir()) == []
