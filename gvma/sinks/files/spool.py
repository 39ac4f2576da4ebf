"""PINs that Asterisk keeps in the spool (``passwordlocation=spooldir``): a ``secret.conf`` for each mailbox.

While such a file is there, the PIN of voicemail.conf does not count (app_voicemail.c, load_config).
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from gvma.asterisk.conf.model import Conf
from gvma.asterisk.entries import GvmaWarning, Mailbox
from gvma.asterisk.site import pins_in_spool
from gvma.looks import note_unrepeatable
from gvma.plan.model import Plan
from gvma.storage.asterisk.conf_files import content
from gvma.storage.asterisk.files import TargetFile, read_target

# Asterisk writes blanks around the sign; its reader of configuration files wants none.
_PASSWORD = re.compile(rb"^[ \t]*password[ \t]*=>?[ \t]*([^\s;]+)", re.MULTILINE)


class StalePins(NamedTuple):
    """``secret.conf`` files whose PIN must no longer count, and what there is to say of them."""

    files: tuple[TargetFile, ...] = ()
    warnings: tuple[GvmaWarning, ...] = ()


def stale_pins(plan: Plan, voicemail_conf: Conf, spool: Path) -> StalePins:
    """The files that would override a first PIN that the plan sets. spool: ``asterisk_spool_path``."""
    fresh = frozenset(plan.pins.fresh)
    keys = plan.pins.reset | fresh
    if not keys:
        return StalePins()
    files: list[TargetFile] = []
    warnings: list[GvmaWarning] = []
    for key in _kept_in_spool(plan.mailboxes, keys, by_default=pins_in_spool(voicemail_conf)):
        if key in plan.pins.reset and not warnings and not os.path.lexists(spool):
            reason = f"it does not exist, so the PIN that Asterisk keeps of {key} is not reset: set asterisk_spool_path"
            warnings.append(GvmaWarning("spool-missing", reason, str(spool)))
        path = secret_file(spool, key)
        note_unrepeatable()
        try:
            os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            reason = f"its PIN cannot be reset: {error.strerror or error}"
            warnings.append(GvmaWarning("spool-unreadable", reason, str(path)))
            continue
        files.append(read_target(path))
        if key in fresh:
            reason = f"the PIN of an earlier mailbox {key} is removed (a copy is in the backup set)"
            warnings.append(GvmaWarning("old-pin-removed", reason, str(path)))
    return StalePins(tuple(files), tuple(warnings))


def is_kept_in_spool(options: str, *, by_default: bool) -> bool:
    """Whether Asterisk keeps a mailbox's PIN there (apply_option).

    options: the mailbox's own; by_default: what counts where they say nothing, the file's ``pins_in_spool``.
    """
    answer = by_default
    for option in options.split("|") if options else ():
        key, _, value = option.partition("=")
        if key.strip().lower() == "passwordlocation":
            answer = value.strip().lower() == "spooldir"
    return answer


def secret_file(spool: Path, key: str) -> Path:
    """The file that holds a mailbox's PIN. key: ``box@context``."""
    box, _, context = key.rpartition("@")
    return spool / "voicemail" / context / box / "secret.conf"


def pin_in_spool(spool: Path, key: str) -> str | None:
    """The PIN of ``secret.conf``, which counts where it is there; None where it is not, or cannot be read."""
    return pin_of_secret(content(secret_file(spool, key)) or b"")


def pin_of_secret(text: bytes) -> str | None:
    """text: of a ``secret.conf``. None where no PIN is in it."""
    found = _PASSWORD.search(text)
    return found[1].decode("utf-8", "replace") if found else None


def _kept_in_spool(mailboxes: Collection[Mailbox], keys: Collection[str], *, by_default: bool) -> Iterator[str]:
    for one in mailboxes:
        if one.key in keys and is_kept_in_spool(one.options, by_default=by_default):
            yield one.key
