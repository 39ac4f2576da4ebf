"""What is mounted where, as the kernel says; a file can be a mount point as a folder can."""

from __future__ import annotations

import os
import re
from pathlib import Path

_ESCAPED = re.compile(rb"\\([0-7]{3})")


def mount_points(process: str = "self") -> frozenset[Path]:
    """Of this process, or of one by its number; empty where the kernel does not say.

    Source: proc(5), /proc/self/mountinfo, field 5.
    """
    try:
        with open(f"/proc/{process}/mountinfo", "rb") as file:
            fields = [line.split(b" ") for line in file]
    except OSError:
        return frozenset()
    return frozenset(Path(os.fsdecode(_ESCAPED.sub(_byte, one[4]))) for one in fields if len(one) > 4)


def mount_points_of_asterisk() -> frozenset[Path]:
    """Of every Asterisk on this host that has mounts of its own, as one in a container has; those that we may see."""
    found: set[Path] = set()
    for process in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/comm", "rb") as file:
                is_asterisk = file.read().strip() == b"asterisk"
            if is_asterisk and os.readlink(f"/proc/{process}/ns/mnt") != os.readlink("/proc/self/ns/mnt"):
                found |= mount_points(process)
        except OSError:
            continue
    return frozenset(found)


def _byte(escaped: re.Match[bytes]) -> bytes:
    return bytes([int(escaped[1], 8)])
