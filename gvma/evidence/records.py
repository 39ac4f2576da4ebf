"""What gvma itself left under ``backup_path``; nothing is judged or changed here."""

from __future__ import annotations

from pathlib import Path

from gvma.evidence.model import RecordsEvidence
from gvma.storage import records


def look_at_records(backup_path: Path) -> RecordsEvidence:
    """What earlier runs left. A folder that this account may not read counts as empty."""
    folder = records.folder(backup_path)
    try:
        return RecordsEvidence(synced=any(folder.iterdir()))
    except OSError:
        return RecordsEvidence(synced=False)
