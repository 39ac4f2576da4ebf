"""A site without Asterisk, and one server process for the commands of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.command import Commands
from tests.harness.site import Site
from tests.unit.cli.commands.sync import OBJECTS


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    with Commands(tmp_path_factory.mktemp("commands")) as commands:
        yield commands


@pytest.fixture
def site(tmp_path: Path, commands: Commands) -> Site:
    return Site(tmp_path / "site", OBJECTS, run=commands.run)
