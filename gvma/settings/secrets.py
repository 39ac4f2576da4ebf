"""Where a secret comes from. The most protected source wins:

1. a systemd credential, ``$CREDENTIALS_DIRECTORY/<name>``
2. the file of the ``*_file`` key
3. the environment variable
4. the key in the settings file

A secret file that others may read is refused. No error shows a secret, not even a refused one.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from gvma.errors import SettingsError
from gvma.settings.model import Secret

_LONGEST = 4096

AMI_SECRET = frozenset({"asterisk_cm_secret", "asterisk_cm_secret_file"})
"""The keys that can hold it."""

SAMPLES = frozenset({"genesys1", "CHANGE-ME"})
"""The AMI secrets of the manual (2662-2675) and of ``dialplan/samples/manager.conf``, which everybody knows."""


class SecretSources(NamedTuple):
    """The names under which one secret can be given."""

    section: str
    key: str
    file_key: str
    variable: str
    credential: str


SECRETS = (
    SecretSources("cfgserver", "password", "password_file", "GVMA_CFGSERVER_PASSWORD", "cfgserver-password"),
    SecretSources("gvma_settings", "asterisk_cm_secret", "asterisk_cm_secret_file", "GVMA_AMI_SECRET", "ami-secret"),
    SecretSources(
        "gvma_settings", "realtime_password", "realtime_password_file", "GVMA_REALTIME_PASSWORD", "realtime-password"
    ),
)


def secret_from(
    sources: SecretSources, file: Path | None, file_where: str, environ: Mapping[str, str]
) -> tuple[Secret, str] | None:
    """The secret and its origin; None if only the settings file can have it.

    file: the value of the ``*_file`` key. file_where: file, line and key, for its errors.
    Raises SettingsError if a named file is missing, empty, or readable by others.
    """
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder and not _is_missing(credential := Path(folder) / sources.credential):
        # systemd gives the unit's user access by an ACL, which looks like group rights: those are not checked.
        return _read(credential, str(credential)), f"credential {credential}"
    if file is not None:
        return secret_of_file(file, file_where), f"secret file {file}"
    if text := environ.get(sources.variable):
        _refuse_control_characters(text, f"environment {sources.variable}")
        return Secret(text), f"environment {sources.variable}"
    return None


def _is_missing(file: Path) -> bool:
    """A file that cannot be looked at is there: who reads it says why it cannot be read."""
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def secret_of_file(file: Path, where: str) -> Secret:
    """The content of a file. Raises SettingsError if it is missing, empty, or readable by others."""
    _refuse_if_others_may_read(file, where)
    return _read(file, where)


def _refuse_if_others_may_read(file: Path, where: str) -> None:
    try:
        status = file.stat()
    except OSError as error:
        raise _refused(f"the secret file {file} cannot be read: {error.strerror}", where) from None
    if not stat.S_ISREG(status.st_mode):
        raise _refused(f"the secret file {file} is not a regular file", where)
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise _refused(
            f"the secret file {file} can be read by its group or by others (mode {status.st_mode & 0o777:04o})",
            where,
            f"Run `chmod 600 {file}`; change the secret if others may have read it.",
        )


def _read(file: Path, where: str) -> Secret:
    try:
        with file.open("rb") as opened:
            content = opened.read(_LONGEST + 1)
    except OSError as error:
        raise _refused(f"the secret file {file} cannot be read: {error.strerror}", where) from None
    if len(content) > _LONGEST:
        raise _refused(f"the secret file {file} is longer than {_LONGEST} bytes", where)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise _refused(f"the secret file {file} is empty", where)
    _refuse_control_characters(text, where)
    return Secret(text)


def _refuse_control_characters(text: str, where: str) -> None:
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise _refused("the secret holds a line break or another control character", where)


def _refused(message: str, where: str, to_do: str = "Correct it, then run the command again.") -> SettingsError:
    return SettingsError(message, where=where, hint=f"Nothing was changed. {to_do}")
