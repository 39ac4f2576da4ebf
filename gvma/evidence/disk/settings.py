"""The settings file, and the folders that it names, as this account sees them; nothing is judged or changed here."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from gvma.evidence.model import SettingsEvidence
from gvma.settings import Settings
from gvma.settings.lacking import lacking_and_unreported, sections_in_use, serves_sync
from gvma.settings.ownership import unsafe_paths
from gvma.settings.reader import Examined
from gvma.storage.asterisk.conf_files import leads_nowhere

_SECRETS = ("cfgserver.password", "gvma_settings.asterisk_cm_secret", "gvma_settings.realtime_password")

TO_REACH_AMI = frozenset(
    f"asterisk_cm_{name}" for name in ("host", "port", "username", "secret", "secret_file", "tls", "ca_file")
)
"""Keys of the settings without which Asterisk cannot be asked, or somebody else would be."""


def look_at_settings(examined: Examined) -> SettingsEvidence:
    """Problems and warnings of the file, and the paths that this account cannot use or that others may read."""
    loaded = examined.loaded
    return SettingsEvidence(
        problems=(
            *examined.problems,
            *unsafe_paths(loaded.settings.gvma),
            *lacking_and_unreported(examined, sections_in_use(loaded)),
        ),
        warnings=loaded.warnings,
        wrong_keys=examined.wrong_keys,
        unreachable=tuple(unreachable(loaded.settings)) if serves_sync(loaded) else (),
        exposed=tuple(exposed(loaded.settings, loaded.origins)),
    )


def unreachable(settings: Settings) -> Iterator[tuple[str, str]]:
    """(key, reason) of folders that must be there, or that this account may not read or write."""
    gvma = settings.gvma
    folders = []
    if gvma.sink == "files":  # with a database Asterisk may be on other hosts alone
        folders += [
            ("asterisk_cfg_path", gvma.asterisk_cfg_path, os.R_OK | os.W_OK | os.X_OK),
            ("asterisk_spool_path", gvma.asterisk_spool_path, os.R_OK | os.X_OK),
        ]
    folders += [
        (key, path.parent, os.W_OK | os.X_OK)
        for key, path in (("log_file", gvma.log_file), ("metrics_file", gvma.metrics_file))
        if path is not None
    ]
    for key, folder, rights in folders:
        if not os.path.isdir(folder):
            yield key, leads_nowhere(folder) or f"{folder} is no folder, or cannot be seen"
        elif not os.access(folder, rights):
            yield key, f"{folder} may not be {'written' if rights & os.W_OK else 'read'} by this account"
    above = _nearest_existing(gvma.backup_path)
    if not os.access(above, os.W_OK | os.X_OK) or not os.path.isdir(above):
        yield "backup_path", f"{gvma.backup_path} cannot be made or written by this account"


def _nearest_existing(path: Path) -> Path:
    return next(place for place in (path, *path.absolute().parents) if os.path.exists(place))


def exposed(settings: Settings, origins: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """(path, mode) of the settings file, where it holds a secret itself, and of the backup folder, which holds
    PINs, if others may look into them. A secret file that others may read is refused by the settings reader."""
    path = settings.path
    has_secret = path is not None and any(origins.get(key, "").startswith(f"{path}:") for key in _SECRETS)
    for place in ([path] if path and has_secret else []) + [settings.gvma.backup_path]:
        try:
            mode = stat.S_IMODE(os.stat(place).st_mode)
        except OSError:
            continue
        if mode & 0o077:
            yield str(place), mode
