"""The laws of the house: who may import whom, what a pure module may do, and how long a file may be.

A module is pure where its docstring says "Pure": it takes values and gives values, and never asks the disk, the
network, the clock or the environment.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gvma"

PURE_ROOMS = ("plan", "asterisk", "mailboxes", "routing", "netann", "treatments")
"""Every module of these has to be pure; elsewhere it is for the module to say."""
LONGEST_FILE = 320
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
    "asterisk": "agi/stdin.py",  # pyst2
    "click": "cli/",
    "configupdater": "settings/",
    "panoramisk": "ami/",
    "psycopg": "sinks/realtime/",
    "requests": "configserver/",
    "rich": "cli/",
    "uvloop": "agi/",
    "zeep": "configserver/",
}


def python_files() -> Iterator[Path]:
    return PACKAGE.rglob("*.py")


def all_files() -> list[Path]:
    """Of the package and of its tests."""
    return sorted([*python_files(), *(ROOT / "tests").rglob("*.py")])


def imports(path: Path) -> set[str]:
    """Full names of the modules that a file imports, type-checking blocks included."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def name(path: Path) -> str:
    """How a file is named in what a test says."""
    return str(path.relative_to(ROOT))


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""


def is_pure(path: Path) -> bool:
    return re.search(r"\bPure[.,:;]", docstring(path)) is not None


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


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_every_module_of_a_pure_room_says_that_it_is_pure(room: str) -> None:
    modules = list((PACKAGE / room).rglob("*.py"))
    assert modules
    assert [name(path) for path in modules if path.read_text("utf-8").strip() and not is_pure(path)] == []


@pytest.mark.parametrize("path", sorted(filter(is_pure, python_files())), ids=name)
def test_a_pure_module_never_reaches_the_world(path: Path) -> None:
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


@pytest.mark.parametrize("path", all_files(), ids=name)
def test_a_file_starts_with_what_it_is_and_can_be_read_in_one_go(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not text.strip() or docstring(path), "no docstring"
    assert text.count("\n") <= LONGEST_FILE
