"""Several Asterisk hosts on one database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gvma.demo.rootfs import Root
from tests.harness.servers.many_hosts import ManyHosts
from tests.harness.servers.postgresql_fixtures import Database


@pytest.fixture
def hosts(
    tmp_path: Path, database: Database, asterisk_root: Callable[[int], Root], request: pytest.FixtureRequest
) -> Iterator[ManyHosts]:
    """``hosts.node()`` starts one. By res_config_pgsql; ``indirect`` parameters name the driver."""
    with ExitStack() as stack:
        yield ManyHosts(tmp_path, database, asterisk_root(22), getattr(request, "param", "pgsql"), stack)
