"""The files that a backup set is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.asterisk_files import ChangedFiles


@pytest.fixture
def site(tmp_path: Path) -> ChangedFiles:
    """Asterisk's files before a change, and the contents that the change gives them."""
    return ChangedFiles(tmp_path)
