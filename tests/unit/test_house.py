"""The rules of the house: who may import whom, what a pure module may do, and how long a file or a folder may be.

A module is pure where its docstring says "Pure": it takes values and gives values, and never asks the disk, the
network, the clock or the environment.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gvma"

PURE_ROOMS = ("plan", "check", "asterisk", "mailboxes", "routing", "netann", "treatments")
"""Every module of these has to be pure; elsewhere it is for the module to say."""
LONGEST_FILE = 300
MOST_MODULES = 12
"""In one folder of gvma/, so that a newcomer reads all names at once. A fuller folder is split by meaning."""
FULLER_FOLDERS = {"gvma/cli/commands": "one file for each command, found by the command's name"}
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
    "prometheus_client": "agi/figures/",
    "psycopg": "sinks/realtime/",
    "rich": "cli/",
    "uvloop": "agi/",
    "zeep": "configserver/",
}


@cache
def source(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def package_files(room: str = "") -> list[Path]:
    return sorted((PACKAGE / room).rglob("*.py"))


def name(path: Path) -> str:
    """How a file is named in what a test says."""
    return str(path.relative_to(ROOT))


def imports(path: Path) -> set[str]:
    """Full names of the modules that a file imports, type-checking blocks included."""
    names = set()
    for node in ast.walk(source(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(source(path)) if isinstance(node, ast.Call)]


def is_empty(path: Path) -> bool:
    return not source(path).body


def is_pure(path: Path) -> bool:
    return re.search(r"\bPure[.,:;]", ast.get_docstring(source(path)) or "") is not None


def reached(path: Path) -> set[str]:
    """What a module has of the world: modules that it imports, and line numbers of calls."""
    found = {one for one in imports(path) if one in WORLD or one.split(".")[0] in WORLD - {"urllib.request"}}
    for call in calls(path):
        if isinstance(call.func, ast.Name) and call.func.id in {"open", "print"}:
            found.add(f"line {call.lineno}: {call.func.id}")
        if isinstance(call.func, ast.Attribute) and call.func.attr in DISK:
            found.add(f"line {call.lineno}: .{call.func.attr}")
    return found


def test_imports_go_downward_only() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_is_imported_in_its_own_room_only(library: str) -> None:
    importing = [path for path in package_files() if library in {one.split(".")[0] for one in imports(path)}]
    assert [name(path) for path in importing if not name(path).startswith(f"gvma/{ONLY_IN[library]}")] == []


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_every_module_of_a_pure_room_says_that_it_is_pure(room: str) -> None:
    assert package_files(room)
    assert [name(path) for path in package_files(room) if not is_empty(path) and not is_pure(path)] == []


def test_a_pure_module_never_reaches_the_world() -> None:
    assert {name(path): reached(path) for path in package_files() if is_pure(path) and reached(path)} == {}


def test_only_the_command_line_prints() -> None:
    printing = [
        f"{name(path)}:{call.lineno}"
        for path in package_files()
        for call in calls(path)
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]
    assert [place for place in printing if not place.startswith(("gvma/cli/", "gvma/demo/"))] == []


@pytest.mark.parametrize("top", ["gvma", "tests", "agi_scripts"])
def test_a_file_starts_with_what_it_is_and_can_be_read_in_one_go(top: str) -> None:
    files = sorted((ROOT / top).rglob("*.py"))
    assert [name(path) for path in files if not is_empty(path) and not ast.get_docstring(source(path))] == []
    assert [name(path) for path in files if path.read_text("utf-8").count("\n") > LONGEST_FILE] == []


def test_a_folder_holds_few_enough_modules_to_read_all_their_names() -> None:
    modules = Counter(name(path.parent) for path in package_files() if path.name != "__init__.py")
    full = {folder: count for folder, count in modules.items() if count > MOST_MODULES}
    assert full.keys() - FULLER_FOLDERS.keys() == set()
    assert FULLER_FOLDERS.keys() - full.keys() == set(), "no longer full: take it out of the exceptions"


@pytest.mark.parametrize("room", ["fakes", "harness", "useragent"])
def test_what_the_tests_stand_on_imports_no_tests(room: str) -> None:
    above = ("tests.bench", "tests.integration", "tests.soak", "tests.unit")
    files = sorted((ROOT / "tests" / room).rglob("*.py"))
    assert {name(path) for path in files if any(one.startswith(above) for one in imports(path))} == set()
