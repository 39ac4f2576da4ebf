"""PINs of the managed block in this host's voicemail.conf: a site that comes from files brings them along."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.site import pins_in_spool
from gvma.asterisk.voicemail import read_boxes
from gvma.errors import UnsafeTargetError
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.block_file import block_file
from gvma.sinks.files.spool import is_kept_in_spool, pin_of_secret, secret_file
from gvma.sinks.files.targets import targets
from gvma.storage.asterisk.conf_files import included_files
from gvma.storage.asterisk.files import read_content


def pins_of_block(settings: GvmaSettings) -> Mapping[str, str]:
    """By ``box@context``, the PINs in force; none where there is no such file, or no block in it.

    Raises UnsafeTargetError where the file cannot be read, or its markers cannot be trusted: first PINs would be in
    force for owners who have chosen others.
    """
    target = targets(settings, PJSIP).voicemail
    text = _content(target.path)
    if text is None:
        return {}
    file = block_file(target, text, settings, partial(included_files, settings.asterisk_cfg_path))
    boxes = read_boxes(file.body)
    by_default = pins_in_spool(file.site) if boxes else False
    pins = {key: one.pin for key, one in boxes.items()}
    for key, one in boxes.items():
        if is_kept_in_spool(one.options, by_default=by_default):
            secret = _content(secret_file(settings.asterisk_spool_path, key))
            pins[key] = pin_of_secret(secret or b"") or one.pin
    return pins


def _content(path: Path) -> bytes | None:
    """None where there is no such file."""
    try:
        return read_content(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UnsafeTargetError(
            f"it cannot be read, and mailboxes that come from it would lose the PINs in force: {error.strerror}",
            where=str(path),
            hint="Nothing was changed. Let the account that runs gvma read it, then run the command again.",
        ) from error
