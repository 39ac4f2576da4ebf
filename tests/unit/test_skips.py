"""No test is skipped unseen: in CI it fails the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPING = {
    "a test": "import pytest\ndef test_it():\n    pytest.skip('no server')\n",
    "a fixture": (
        "import pytest\n@pytest.fixture\ndef server():\n    pytest.skip('no server')\ndef test_it(server):\n    pass\n"
    ),
    "a file": "import pytest\npytest.skip('no server', allow_module_level=True)\n",
}


def run(folder: Path, text: str, ci: str) -> subprocess.CompletedProcess[str]:
    """The rules of tests/conftest.py over one file."""
    (folder / "test_one.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-rs"]
    environment = os.environ | {"CI": ci, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*command, str(folder)], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("text", SKIPPING.values(), ids=SKIPPING)
def test_a_skip_fails_the_run_in_ci_and_says_why(tmp_path: Path, text: str) -> None:
    done = run(tmp_path, text, ci="true")
    assert done.returncode != pytest.ExitCode.OK, done.stdout
    assert "1 skipped: in CI a skipped test is a failure" in done.stdout
    assert "no server" in done.stdout


def test_a_skip_elsewhere_does_not(tmp_path: Path) -> None:
    assert run(tmp_path, SKIPPING["a test"], ci="").returncode == pytest.ExitCode.OK
