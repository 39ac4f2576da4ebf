"""The files that a backup set is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.asterisk_files import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Asterisk's files before a change, and the contents that the change gives them."""
    return Site(tmp_path)
