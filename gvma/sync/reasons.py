"""Why Asterisk may not have taken what was written: reasons that can be looked for, before Asterisk's own log."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from gvma.ami.console.folders import Folders
from gvma.asterisk.drivers import DRIVERS
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.targets import targets
from gvma.storage.asterisk.mounts import mount_points_of_asterisk


def likely_reason(settings: GvmaSettings, folders: Folders | None, paths: Collection[Path]) -> str:
    """Why Asterisk did not see what was written; one sentence, or empty. paths: of the files that were written."""
    path = settings.asterisk_cfg_path
    if mounted := sorted({Path(os.path.realpath(one)) for one in paths} & mount_points_of_asterisk()):
        return (
            f"Asterisk has {mounted[0]} mounted by itself, as a container does: a file that is replaced stays the old "
            "one in there. Mount the folder, not the file. "
        )
    if folders is None or os.path.abspath(path) == os.path.abspath(folders.configuration):
        return ""
    return (
        f"Asterisk says that it reads {folders.configuration}, and gvma writes {path}: see that both are one folder. "
        "For a container mount the folder, not single files: a file that is replaced stays the old one in there. "
    )


def refused_line(settings: GvmaSettings, paths: Collection[Path]) -> str:
    """The first line of the site's own for which Asterisk throws one of these files away; one sentence, or empty.

    paths: of files that a sync writes.
    """
    from gvma.evidence.disk.files import whole_files  # noqa: PLC0415  (start-up: few runs look for a reason)

    for driver in DRIVERS:
        for target, conf in zip(targets(settings, driver), whole_files(settings, driver), strict=True):
            if target.path in paths and conf.refusals:
                where, reason = conf.refusals[0]
                return f"{where}, {reason}: Asterisk throws the whole file away for that. Correct the line. "
    return ""
