"""Where Asterisk keeps a PIN that was changed by phone: in voicemail.conf, or in the box's ``secret.conf``.

It reads voicemail.conf with what it includes, and never writes. Source: app_voicemail.c (``passwordlocation``,
as a general setting and as an option of one mailbox).
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from pathlib import Path

_INCLUDE = re.compile(rb"\s*#(?:try)?include\s+[\"<]?([^\"<>;]+)[\">]?", re.IGNORECASE)
_SECTION = re.compile(rb"\s*\[([^\]]*)\]")
_DEEPEST = 10


def pins_in_spool(voicemail: bytes, folder: Path) -> bool:
    """Whether ``[general]`` says ``passwordlocation=spooldir``.

    voicemail: the text of voicemail.conf. folder: Asterisk's configuration folder, for ``#include``.
    """
    section = b""
    for line in _lines_with_includes(voicemail, folder, depth=0):
        found = _SECTION.match(line)
        if found:
            section = found[1].strip().lower()
        elif section == b"general":
            key, _, value = line.partition(b"=")
            if key.strip().lower() == b"passwordlocation":
                return value.lstrip(b">").split(b";")[0].strip().lower() == b"spooldir"
    return False


def asks_for_spool(options: str) -> bool | None:
    """What a mailbox's own options say about the place of its PIN; None where they say nothing."""
    answer = None
    for option in options.split("|"):
        key, _, value = option.partition("=")
        if key.strip().lower() == "passwordlocation":
            answer = value.strip().lower() == "spooldir"
    return answer


def secret_file(spool: Path, box: str, context: str) -> Path:
    """The file that holds a box's PIN with ``passwordlocation=spooldir``."""
    return spool / "voicemail" / context / box / "secret.conf"


def _lines_with_includes(text: bytes, folder: Path, *, depth: int) -> Iterator[bytes]:
    for line in text.splitlines():
        include = _INCLUDE.match(line)
        if include is None:
            yield line
        elif depth < _DEEPEST:
            pattern = folder / include[1].strip().decode("utf-8", "surrogateescape")
            for name in sorted(glob.glob(str(pattern))):
                yield from _lines_with_includes(_content(Path(name)), folder, depth=depth + 1)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:
        return b""  # Asterisk would refuse the whole file; the read back says so
