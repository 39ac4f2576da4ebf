"""A host whose Asterisk runs as a user of its own, who owns its folders; gvma is run by root."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.site import Site
from tests.unit.rights import ASTERISK, SETUID_ROOT, give


@pytest.fixture(autouse=True)
def root_runs_gvma(as_root: None) -> None:
    """In every test of this folder."""


@pytest.fixture
def host() -> Iterator[Path]:
    """A folder that everybody can look into; pytest's own are closed to other users."""
    folder = Path(tempfile.mkdtemp(prefix="gvma-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def site(host: Path) -> Site:
    """Two DNs; etc and spool belong to Asterisk's user."""
    (host / "site").mkdir()
    layer = Layer(dns={"1000": {"gvm_password": "4321"}, "1001": {}})
    site = Site(host / "site", layer, run=in_this_process)
    site.spool.mkdir()
    give(ASTERISK, site.etc, site.spool)
    return site


@pytest.fixture
def roots(host: Path) -> Path:
    """A folder of root's, which no attack may change: a list of users, and a program that runs as root."""
    folder = host / "roots"
    folder.mkdir()
    (folder / "passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    (folder / "program").write_text("#!/bin/sh\n")
    (folder / "program").chmod(SETUID_ROOT)
    return folder
