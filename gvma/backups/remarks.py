"""What whoever restores a backup set should know of it, whatever it is restored into."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from gvma.backups.backup_set import BackupSet


def remarks(backup_set: BackupSet, *, pins: bool) -> Iterator[str]:
    """Sentences. pins: whether the PINs of the set come back for all mailboxes."""
    manifest = backup_set.manifest
    if manifest is not None and manifest.host != socket.gethostname():
        yield f"This set was made on {manifest.host}, not here on {socket.gethostname()}."
    if pins:
        then = f"{backup_set.time:%Y-%m-%d %H:%M:%S} UTC"
        yield f"PINs go back to those of {then}, also where one was changed by phone since (--pins)."
