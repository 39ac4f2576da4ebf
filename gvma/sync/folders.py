"""Whether Asterisk uses the folders that the settings name; only Asterisk itself knows which it uses."""

from __future__ import annotations

import os
from pathlib import Path

from gvma.ami.asterisk import Asterisk, Folders
from gvma.errors import SettingsError
from gvma.settings.model import GvmaSettings

_LOCAL = ("127.", "localhost", "::1")


def refuse_other_folders(settings: GvmaSettings, asterisk: Asterisk, *, resets_pins: bool) -> None:
    """Before the write. Raises SettingsError where Asterisk is known to use another folder than the settings name.

    resets_pins: the spool counts too, since a PIN that is kept there stays in force until its file is removed.
    A folder that this host does not have says nothing: Asterisk may be in a container, or on another host.
    """
    folders = asterisk.folders()
    if folders is None or not settings.asterisk_cm_host.startswith(_LOCAL):
        return
    if _differ(folders.configuration, settings.asterisk_cfg_path):
        raise _other_folder("asterisk_cfg_path", settings.asterisk_cfg_path, folders.configuration, settings)
    if resets_pins and _differ(folders.spool, settings.asterisk_spool_path):
        raise _other_folder("asterisk_spool_path", settings.asterisk_spool_path, folders.spool, settings)


def likely_reason(settings: GvmaSettings, folders: Folders | None) -> str:
    """Why Asterisk did not see what was written, where its folder has another name; one sentence, or empty."""
    path = settings.asterisk_cfg_path
    if folders is None or os.path.abspath(path) == os.path.abspath(folders.configuration):
        return ""
    return (
        f"Asterisk says that it reads {folders.configuration}, and gvma writes {path}: see that both are one folder. "
        "For a container mount the folder, not single files: a file that is replaced stays the old one in there. "
    )


def _differ(used: Path, named: Path) -> bool:
    try:
        return not os.path.samefile(used, named)
    except OSError:
        return False


def _other_folder(key: str, named: Path, used: Path, settings: GvmaSettings) -> SettingsError:
    return SettingsError(
        f"{key} = {named}, but this Asterisk uses {used}",
        where=f"[gvma_settings] {key}",
        hint=f"Nothing was changed. Set {key} to {used}, or asterisk_cm_host and asterisk_cm_port to the Asterisk that "
        f"uses {named}; now they lead to {settings.asterisk_cm_host}:{settings.asterisk_cm_port}.",
    )
