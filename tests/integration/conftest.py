"""The fixtures of everything that starts a real server: Asterisk, PostgreSQL."""

from __future__ import annotations

from tests.harness.servers.asterisk_fixtures import (
    asterisk_root,
    module_version,
    start_asterisk,
    start_module_asterisk,
    start_telephone,
    version,
)
from tests.harness.servers.postgresql_fixtures import database, postgresql_server

__all__ = [
    "asterisk_root",
    "database",
    "module_version",
    "postgresql_server",
    "start_asterisk",
    "start_module_asterisk",
    "start_telephone",
    "version",
]
