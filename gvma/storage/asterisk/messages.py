"""Messages in Asterisk's spool, looked for and never read: ``voicemail/<context>/<box>/<folder>/msg0000.txt``.

They outlive their mailbox: app_voicemail never removes a mailbox's folder, and the next mailbox of the same name has
what is in it. What cannot be read counts as empty.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gvma.looks import note_unrepeatable


def boxes_in_spool(spool: Path, context: str) -> frozenset[str]:
    """The names of all mailboxes of a context that have a folder. spool: ``asterisk_spool_path``."""
    return frozenset(entry.name for entry in _entries(spool / "voicemail" / context) if entry.is_dir())


def has_messages(spool: Path, key: str) -> bool:
    """Whether a mailbox's folder holds a message, new or old. key: ``box@context``."""
    folders = (entry.path for entry in _entries(folder_of(spool, key)) if entry.is_dir())
    return any(
        entry.name.startswith("msg") and entry.name.endswith(".txt") for folder in folders for entry in _entries(folder)
    )


def folder_of(spool: Path, key: str) -> Path:
    """The folder of a mailbox. key: ``box@context``."""
    box, _, context = key.rpartition("@")
    return spool / "voicemail" / context / box


def _entries(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    note_unrepeatable()
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:
        return
