"""Which files of Asterisk's gvma may write: those that the settings name, whatever a manifest or a journal says.

Pure: names alone.
"""

from __future__ import annotations

from pathlib import Path
from posixpath import normpath

from gvma.settings.model import GvmaSettings


def is_target(settings: GvmaSettings, path: Path) -> bool:
    """One of the files that the settings name, or a mailbox's ``secret.conf`` in the spool folder."""
    if str(path) != normpath(path):
        return False
    names = (
        settings.asterisk_cfg_file_vm,
        settings.asterisk_cfg_file_pjsip,
        settings.asterisk_cfg_file_sip,
        settings.asterisk_cfg_file_exten,
    )
    if path in {Path(normpath(settings.target(name))) for name in names}:
        return True
    boxes = Path(normpath(settings.asterisk_spool_path)) / "voicemail"
    # voicemail/<context>/<box>/secret.conf
    return path.name == "secret.conf" and path.parent.parent.parent == boxes
