"""The compose files fit the specification, the images and gvma; each service has only what it needs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import PurePosixPath
from typing import Any

import pytest

from gvma import __version__
from gvma.settings.secrets import SECRETS
from tests.harness.container import CONTAINER
from tests.unit.container.files import (
    COMPOSE_FILES,
    ROOT,
    compose,
    refuse_what_gvma_does_not_know,
    services,
    stages,
)

# What an administrator makes: the page says how.
OF_THE_SITE = {"./gvma"}
OF_OTHERS = {"asterisk-database-password", "postgres-password"}
PAGE = (ROOT / "docs/containers.md").read_text("utf-8")

each_service = pytest.mark.parametrize("words", services().values(), ids=services())


def shown_commands() -> list[str]:
    """What the page runs in a container: from the first word behind ``compose`` on."""
    blocks = re.findall(r"^ *```(?:ini)?\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    return [part.strip() for line in lines for part in re.findall(r"podman compose ([^|<>]*)", line)]


@pytest.mark.parametrize("file", COMPOSE_FILES)
def test_a_file_fits_the_compose_specification(file: str) -> None:
    schema = ["--builtin-schema", "vendor.compose-spec"]
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(CONTAINER / file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@each_service
def test_a_command_and_a_health_check_are_gvmas_own(words: dict[str, Any]) -> None:
    health = words.get("healthcheck", {}).get("test", ["CMD"])
    assert health[0] == "CMD"
    for command in (words.get("command", []), health[1:]):
        begin = 0
        if command[:1] == ["repeat"]:
            assert int(command[1]) > 0
            begin = 2
        if command[begin : begin + 1] == ["gvma"]:
            refuse_what_gvma_does_not_know(command[begin + 1 :])


def test_gvmas_three_commands_are_run() -> None:
    run = [shlex.join(words.get("command", [])) for words in compose("compose.yaml")["services"].values()]
    assert [one for one in run if re.search(r"\bgvma (sync|agi serve|web)\b", one)] == run[1:]


@each_service
def test_an_image_is_built_here_with_this_version_or_has_its_own(words: dict[str, Any]) -> None:
    if "build" in words:
        assert words["build"]["target"] in stages()
        assert words["image"].rpartition(":")[2] == __version__
    elif "image" in words:
        assert re.fullmatch(r"docker\.io/library/postgres:\d+\.\d+-trixie", words["image"])
        assert words["user"] == "postgres"


def test_the_build_starts_from_the_clone_with_the_containerfile_of_this_folder() -> None:
    for words in services().values():
        if "context" in words.get("build", {}):
            context = CONTAINER / words["build"]["context"]
            assert context.resolve() == ROOT
            assert (context / words["build"]["dockerfile"]).resolve() == CONTAINER / "Containerfile"


def test_no_service_may_more_than_it_needs() -> None:
    for file in COMPOSE_FILES:
        for name, words in compose(file)["services"].items():
            if file == "compose.realtime.yaml" and name in compose("compose.yaml")["services"]:
                assert words.keys().isdisjoint({"cap_add", "cap_drop", "privileged", "security_opt", "user"})
                continue
            assert words["cap_drop"] == ["ALL"], name
            assert words["security_opt"] == ["no-new-privileges:true"], name
            assert words.keys().isdisjoint({"cap_add", "privileged", "devices", "pid"}), name


@each_service
def test_folders_are_mounted_and_never_a_single_file(words: dict[str, Any]) -> None:
    for volume in words.get("volumes", []):
        source, target, *_ = volume.split(":")
        assert PurePosixPath(target).suffix in ("", ".d"), volume
        if source.startswith("."):
            assert source in OF_THE_SITE or (CONTAINER / source).is_dir(), volume


@pytest.mark.parametrize("file", COMPOSE_FILES)
def test_every_volume_and_secret_that_is_used_is_declared(file: str) -> None:
    declared = {kind: set[str]() for kind in ("volumes", "secrets")}
    for one in COMPOSE_FILES[: COMPOSE_FILES.index(file) + 1]:
        for kind, names in declared.items():
            names.update(compose(one)[kind])
    for words in compose(file)["services"].values():
        named = {volume.partition(":")[0] for volume in words.get("volumes", [])}
        assert {name for name in named if not name.startswith(".")} <= declared["volumes"]
        assert set(words.get("secrets", [])) <= declared["secrets"]


def test_a_secret_has_the_name_under_which_gvma_looks_for_it_and_stands_on_the_page() -> None:
    names = {name for file in COMPOSE_FILES for name in compose(file)["secrets"]}
    assert names - OF_OTHERS == {source.credential for source in SECRETS}
    assert [name for name in names if f"secrets/{name}" not in PAGE] == []


@pytest.mark.parametrize("line", shown_commands())
def test_a_command_of_the_page_is_one(line: str) -> None:
    known = {service for file in COMPOSE_FILES for service in compose(file)["services"]}
    words = shlex.split(line, comments=True)
    while words[0].startswith("-"):
        words = words[2:] if words[0] == "--file" else words[1:]
    verb, *rest = words
    assert verb in {"build", "exec", "logs", "ps", "restart", "run", "stop", "up"}
    rest = [word for word in rest if not word.startswith("-")] if "gvma" not in rest else rest
    if "gvma" in rest:
        assert rest[rest.index("gvma") - 1] in known
        refuse_what_gvma_does_not_know(rest[rest.index("gvma") + 1 :])
    elif rest:
        assert rest[0] in known
