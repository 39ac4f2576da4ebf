"""The long experiments have the same Asterisks as the integration tests."""

from tests.integration.conftest import (
    asterisk_root,
    start_asterisk,
    start_module_asterisk,
    start_telephone,
    version,
)

__all__ = ["asterisk_root", "start_asterisk", "start_module_asterisk", "start_telephone", "version"]
