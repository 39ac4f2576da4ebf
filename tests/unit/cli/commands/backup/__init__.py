"""``gvma backup`` in this process, and what lies on the disk. Nothing here asserts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from gvma.backups.sets import BackupSets
from gvma.cli.main import cli
from tests.fakes.asterisk_files import Site


def gvma(site: Site, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(site.root / "gvma.cfg"), *words])


def gvma_json(site: Site, *words: str) -> dict[str, Any]:
    """The one object of JSON mode."""
    answer: dict[str, Any] = json.loads(gvma(site, "--output", "json", *words).stdout)
    return answer


def ids(site: Site) -> list[str]:
    return [one.id for one in BackupSets(site.kept).all()]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
