"""The fixtures of everything that starts a real Asterisk."""

from __future__ import annotations

from tests.harness.asterisk_fixtures import (
    asterisk_root,
    module_version,
    start_asterisk,
    start_module_asterisk,
    start_telephone,
    version,
)

__all__ = [
    "asterisk_root",
    "module_version",
    "start_asterisk",
    "start_module_asterisk",
    "start_telephone",
    "version",
]
