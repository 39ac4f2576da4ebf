"""``gvma`` in a process of its own, and in this one. Nothing here asserts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from gvma.cli.main import cli

GVMA = [sys.executable, "-m", "gvma"]


def run(*words: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """A real gvma in an empty environment and folder, so that only what the test gives counts."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return subprocess.run(
        [*GVMA, *words], cwd=folder, env={**kept, **environ}, capture_output=True, text=True, check=False
    )


def invoke(*words: str) -> Result:
    """Run gvma in this process."""
    return CliRunner().invoke(cli, list(words))
