"""Settings for a folder of Asterisk's files."""

from __future__ import annotations

from pathlib import Path

from gvma.settings import GvmaSettings


def settings(folder: Path, **changes: object) -> GvmaSettings:
    return GvmaSettings(**{"asterisk_cfg_path": folder, "backup_path": folder / "backup", **changes})  # type: ignore[arg-type]
