"""Whether Asterisk uses the folders that the settings name; only Asterisk itself knows which it uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gvma.ami.console.folders import Folders
from gvma.settings.model import GvmaSettings

_LOCAL = ("127.", "localhost", "::1")


class OtherFolder(NamedTuple):
    """A folder of the settings, and the one that Asterisk uses in its place. key: of ``[gvma_settings]``."""

    key: str
    named: Path
    used: Path


def other_folders(settings: GvmaSettings, folders: Folders | None) -> Iterator[OtherFolder]:
    """The folders of the settings that this Asterisk is known not to use.

    Where this host has neither of the two, that says nothing: Asterisk may be in a container, or on another host.
    """
    if folders is None or not settings.asterisk_cm_host.startswith(_LOCAL):
        return
    for key, used in (("asterisk_cfg_path", folders.configuration), ("asterisk_spool_path", folders.spool)):
        named = getattr(settings, key)
        if _differ(used, named):
            yield OtherFolder(key, named, used)


def _differ(used: Path, named: Path) -> bool:
    try:
        return not os.path.samefile(used, named)
    except OSError:
        return os.path.exists(used) and not os.path.exists(named)
