"""Whether a transaction is open: its journal lies there. What it says, gvma.sinks.files.atomic.journal reads."""

from __future__ import annotations

import os
from pathlib import Path

JOURNAL = "journal.json"


def folder(backup_path: Path) -> Path:
    """Of the journal, and of the new contents beside it."""
    return backup_path / "state" / "transaction"


def is_open(backup_path: Path) -> bool:
    """False where there is no journal. One that this account may not see counts as there: to read it says why not."""
    try:
        os.lstat(folder(backup_path) / JOURNAL)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True
