"""What the site's own files say where it matters to a sync, read through ``#include``; it never writes.

``#exec`` is not followed: what a command prints is known to Asterisk alone.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from pathlib import Path

from gvma.asterisk import lines

_DEEPEST = 10


def with_includes(text: bytes, folder: Path) -> bytes:
    """The text with the content of the files that it includes in their place.

    folder: Asterisk's configuration folder, which relative names are relative to. A file that cannot be read
    counts as empty: Asterisk itself would refuse the whole, and the read back says so.
    """
    return b"\n".join(part for _, part in parts(Path(), text, folder))


def parts(path: Path, text: bytes, folder: Path, depth: int = 0) -> Iterator[tuple[Path, bytes]]:
    """What ``with_includes`` joins: a file's own lines, and those that it includes, each with the path they are in.

    A file goes on in its own section after an include, whatever sections that one opened: that is said again.
    """
    if b"include" not in text.lower() or depth >= _DEEPEST:
        yield path, text
        return
    rows = text.split(b"\n")
    begun, section, again = 0, b"", b""
    for fact in lines.read(text):
        if isinstance(fact, lines.Section):
            section = fact.name
        if not isinstance(fact, lines.Directive) or fact.kind == "exec":
            continue
        if begun < fact.number - 1:
            yield path, again + b"\n".join(rows[begun : fact.number - 1])
            again = b""
        begun = fact.number
        pattern = folder / fact.argument.decode("utf-8", "surrogateescape")
        for name in sorted(glob.glob(str(pattern))):
            for place, included in parts(Path(name), content(Path(name)), folder, depth + 1):
                yield place, included
                if b"[" in included and section:
                    again = b"[%s](+)\n" % section
    yield path, again + b"\n".join(rows[begun:])


def pins_in_spool(voicemail: bytes) -> bool:
    """Whether ``[general]`` says ``passwordlocation=spooldir`` (app_voicemail.c, load_config).

    voicemail: the site's text of voicemail.conf, with its includes.
    """
    if b"passwordlocation" not in voicemail.lower():
        return False
    for fact in lines.read(voicemail):
        if not isinstance(fact, lines.Setting) or fact.section.lower() != b"general":
            continue
        if fact.key.lower() == b"passwordlocation":
            return fact.value.lower() == b"spooldir"
    return False


def asks_for_spool(options: str) -> bool | None:
    """What a mailbox's own options say about the place of its PIN (apply_option); None where they say nothing."""
    answer = None
    for option in options.split("|"):
        key, _, value = option.partition("=")
        if key.strip().lower() == "passwordlocation":
            answer = value.strip().lower() == "spooldir"
    return answer


def secret_file(spool: Path, key: str) -> Path:
    """The file that holds a box's PIN with ``passwordlocation=spooldir``. key: ``box@context``."""
    box, _, context = key.rpartition("@")
    return spool / "voicemail" / context / box / "secret.conf"


def content(path: Path) -> bytes:
    """What a file holds; empty where it cannot be read."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:
        return b""
