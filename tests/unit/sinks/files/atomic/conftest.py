"""The files of one transaction."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.sinks.files.atomic import transaction
from tests.fakes.asterisk_files import ChangedFiles


@pytest.fixture
def site(tmp_path: Path) -> ChangedFiles:
    """Asterisk's files before a change, and the contents that the change gives them."""
    return ChangedFiles.with_records(tmp_path)


@pytest.fixture
def nothing_else_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction waits for a writer that the test does not have."""
    monkeypatch.setattr(transaction, "_SETTLE_SECONDS", 0)
