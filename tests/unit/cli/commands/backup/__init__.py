"""``gvma backup`` in this process, and what lies on the disk. Nothing here asserts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gvma.backups.sets import BackupSets
from tests.fakes.asterisk_files import ChangedFiles
from tests.harness.command import Done, in_this_process


def gvma(site: ChangedFiles, *words: str) -> Done:
    return in_this_process("--config", str(site.root / "gvma.cfg"), *words)


def gvma_json(site: ChangedFiles, *words: str) -> dict[str, Any]:
    """The one object of JSON mode."""
    return gvma(site, "--output", "json", *words).json()


def ids(site: ChangedFiles) -> list[str]:
    return [one.id for one in BackupSets(site.kept).all()]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
