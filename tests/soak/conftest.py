"""The long experiments have the same Asterisks as the integration tests, and hours instead of minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.servers.asterisk_fixtures import (
    asterisk_root,
    start_asterisk,
    start_module_asterisk,
    start_telephone,
    version,
)
from tests.harness.servers.postgresql_fixtures import database, postgresql_server

__all__ = [
    "asterisk_root",
    "database",
    "postgresql_server",
    "start_asterisk",
    "start_module_asterisk",
    "start_telephone",
    "version",
]
_LONGEST_SECONDS = 2 * 3600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(_LONGEST_SECONDS))
