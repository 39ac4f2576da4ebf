"""The laws of the house: who may import whom, and which rooms are pure."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gvma"

PURE_ROOMS = ("mailboxes", "routing", "asterisk", "netann", "treatments")
PURE_FILES = ("agi/protocol.py", "agi/quoting.py", "agi/driver.py", "plan/brake.py", "plan/model.py", "sip/message.py")
WORLD = {
    "asyncio", "datetime", "glob", "http", "io", "os", "random", "secrets", "select", "shutil",
    "signal", "socket", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib.request",
}  # fmt: skip
# A path may be a name in a pure room, but nothing may be asked of the disk.
DISK = {
    "chmod", "exists", "glob", "is_dir", "is_file", "iterdir", "lstat", "mkdir", "open", "read_bytes", "read_text",
    "rename", "resolve", "rglob", "stat", "touch", "unlink", "write_bytes", "write_text",
}  # fmt: skip
ONLY_IN = {
    "zeep": "configserver/",
    "panoramisk": "ami/",
    "asterisk": "agi/stdin.py",
    "click": "cli/",
    "configupdater": "settings",
    "rich": "cli/",
}


def python_files() -> Iterator[Path]:
    return PACKAGE.rglob("*.py")


def imports(path: Path) -> set[str]:
    """Full names of the modules that a file imports, type-checking blocks included."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def pure_files() -> list[Path]:
    rooms = [path for room in PURE_ROOMS for path in (PACKAGE / room).rglob("*.py")]
    files = [PACKAGE / f"{room}.py" for room in PURE_ROOMS]
    return [path for path in (*rooms, *files, *(PACKAGE / name for name in PURE_FILES)) if path.exists()]


def test_imports_go_downward_only() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_is_imported_in_its_own_room_only(library: str) -> None:
    strangers = [
        str(path.relative_to(PACKAGE))
        for path in python_files()
        if any(name.split(".")[0] == library for name in imports(path))
        and not str(path.relative_to(PACKAGE)).startswith(ONLY_IN[library])
    ]
    assert strangers == []


@pytest.mark.parametrize("path", pure_files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_pure_room_never_reaches_the_world(path: Path) -> None:
    reached = {name for name in imports(path) if name in WORLD or name.split(".")[0] in WORLD - {"urllib.request"}}
    calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    opened = [call.lineno for call in calls if isinstance(call, ast.Name) and call.id in {"open", "print"}]
    asked = [call.lineno for call in calls if isinstance(call, ast.Attribute) and call.attr in DISK]
    assert (reached, opened, asked) == (set(), [], [])


def test_only_the_command_line_prints() -> None:
    allowed = ("cli/", "demo/")
    printing = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in python_files()
        if not str(path.relative_to(PACKAGE)).startswith(allowed)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


@pytest.mark.parametrize("path", sorted(python_files()), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_starts_with_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "no docstring"


def test_a_test_file_starts_with_what_it_proves() -> None:
    texts = {path: path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py")}
    silent = [path for path, text in texts.items() if text.strip() and not ast.get_docstring(ast.parse(text))]
    assert silent == []
