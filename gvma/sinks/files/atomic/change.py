"""What is to be done to a file; values only."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from gvma.asterisk.modules import VOICEMAIL
from gvma.backups.manifest import FileToSave
from gvma.printable import shown_without
from gvma.storage.asterisk.files import TargetFile
from gvma.storage.asterisk.folders import Folder
from gvma.storage.atomic import Rights


class FileChange(NamedTuple):
    """One file of a transaction. new: None removes it; equal to the old content leaves it as it is.

    module: what Asterisk reloads for it (``app_voicemail.so``), empty for none. asterisk_rewrites: Asterisk may
    write it at any moment, when a phone changes a PIN. rights: for a restore; None keeps what the target has.
    """

    target: TargetFile
    new: bytes | None
    module: str = ""
    rights: Rights | None = None
    asterisk_rewrites: bool = False

    def __repr__(self) -> str:
        return shown_without(self, "new")

    @property
    def folder(self) -> Folder:
        """Where the file is, whatever has become of the path since it was read."""
        return self.target.place.folder

    @property
    def changes(self) -> bool:
        """Something is to be written: other bytes, or other rights."""
        return self.new != self.target.old or self.rights not in {None, self.target.rights}

    @property
    def to_save(self) -> FileToSave:
        """What a backup set keeps of it: the file as it was read."""
        target = self.target
        return FileToSave(Path(os.path.abspath(target.path)), target.old, target.rights, self.changes, self.module)


def file_change(target: TargetFile, new: bytes | None, module: str, rights: Rights | None = None) -> FileChange:
    """The change of a file that this module reads; Asterisk writes PINs into those of its voicemail module."""
    return FileChange(target, new, module, rights, asterisk_rewrites=module == VOICEMAIL)


def entries(content: bytes | None, most: int | None = None) -> int:
    """How many lines of a file are neither blank nor comment; Asterisk's rewriting keeps each of them.

    most: it counts no further, since of 100,000 mailboxes all but a few may be new.
    """
    if not content:
        return 0
    lines = (line for line in content.splitlines() if line.strip() and not line.lstrip().startswith(b";"))
    return sum(1 for _ in islice(lines, most))
