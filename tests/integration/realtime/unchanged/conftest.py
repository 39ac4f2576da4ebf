"""A site whose runs end at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.servers.postgresql_fixtures import Database
from tests.harness.site import Site
from tests.integration.realtime.prepared import site_on
from tests.integration.realtime.unchanged.runs import LAYER, is_full, synced


@pytest.fixture
def quiet(database: Database, tmp_path: Path) -> Iterator[Site]:
    """A site whose last run found nothing to do."""
    site = site_on(database, tmp_path, LAYER)
    site.settings["max_remove_percent"] = 100
    with site.served():
        for _ in range(2):
            synced(site)
        assert not is_full(synced(site))
        yield site
