"""The settings file on disk, as ``gvma config init`` writes it; gvma.settings.file.writer makes the text."""

from __future__ import annotations

import os
from pathlib import Path

from gvma.errors import SettingsError
from gvma.settings.file.source import read_source
from gvma.settings.file.writer import completed_content, new_text
from gvma.settings.keys import Key
from gvma.settings.ownership import refuse_if_others_may_change
from gvma.storage.atomic import Rights, remove_quietly, stage, write_atomically


def write_new(path: Path) -> None:
    """Write a new settings file, mode 0600, since it may hold a password later.

    Raises SettingsError if the file exists already or cannot be written; then nothing is left of it.
    """
    refuse_if_others_may_change(path, "settings file")
    try:
        stage(path, new_text().encode(), Rights(os.geteuid(), os.getegid(), 0o600))
    except FileExistsError as error:
        raise _cannot_write(path, error) from None
    except OSError as error:
        remove_quietly(path)
        raise _cannot_write(path, error) from None


def complete(path: Path) -> tuple[Key, ...]:
    """Add the missing keys to an existing file, and return them; a file that names every key is not touched.

    Mode, owner and a symbolic link stay. Raises SettingsError if the file cannot be read or written, or has lines
    that cannot be read: adding to such a file could change what it means.
    """
    refuse_if_others_may_change(path, "settings file")
    content, added = completed_content(read_source(path))
    if added:
        real_path = path.resolve()
        try:
            status = real_path.stat()
            write_atomically(real_path, content, Rights.of(status))
        except OSError as error:
            raise _cannot_write(path, error) from None
    return added


def _cannot_write(path: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"cannot be written: {error.strerror}",
        where=str(path),
        hint="Nothing was changed. Check that the folder exists and may be written, or name another file.",
    )
