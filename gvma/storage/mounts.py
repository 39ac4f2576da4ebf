"""What is mounted where, as the kernel says; a file can be a mount point as a folder can."""

from __future__ import annotations

import os
import re
from pathlib import Path

_ESCAPED = re.compile(rb"\\([0-7]{3})")


def mount_points() -> frozenset[Path]:
    """Of this process; empty where the kernel does not say. Source: proc(5), /proc/self/mountinfo, field 5."""
    try:
        with open("/proc/self/mountinfo", "rb") as file:
            fields = [line.split(b" ") for line in file]
    except OSError:
        return frozenset()
    return frozenset(Path(os.fsdecode(_ESCAPED.sub(_byte, one[4]))) for one in fields if len(one) > 4)


def _byte(escaped: re.Match[bytes]) -> bytes:
    return bytes([int(escaped[1], 8)])
