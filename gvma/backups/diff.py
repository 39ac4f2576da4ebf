"""Unified diffs of Asterisk's files that anyone may read: no PIN and no secret is left in them.

Pure: texts in, text out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

_BOX = re.compile(r"^(\s*[^\s=\[;#][^=\[;#]*=>?\s*)([^,;]*)(.*)$", re.DOTALL)
_SECRET = re.compile(
    r"^(\s*;?\s*(?:[\w-]*secret|[\w-]*password|[\w-]*passwd|md5_cred|auth|register|externpass\w*)\s*=>?\s*)(.*)$",
    re.DOTALL | re.IGNORECASE,
)
_SECTION = re.compile(r"^\s*\[([^\]]*)\]")
_NO_BOXES = {"general", "zonemessages"}
_CONTEXT = 3


def masked_diff(name: str, old: bytes, new: bytes, *, voicemail: bool) -> str:
    """The unified diff from ``old`` to ``new``, empty where they are equal.

    name: what stands in the two header lines. voicemail: the file holds mailboxes, whose PINs become ``****``;
    values of secrets become ``****`` in every file. Bytes that are no UTF-8 are shown as replacement marks.
    """
    if old == new:
        return ""
    before, after = _lines(old), _lines(new)
    boxes_before, boxes_after = _box_lines(before, voicemail), _box_lines(after, voicemail)
    first, last = _same_ends(before, after)
    skipped = max(0, first - _CONTEXT)
    kept = max(0, last - _CONTEXT)
    out: list[str] = [f"--- {name}\n", f"+++ {name}\n"]
    groups = difflib.SequenceMatcher(
        None,
        before[skipped : len(before) - kept],
        after[skipped : len(after) - kept],
        autojunk=False,
    ).get_grouped_opcodes(_CONTEXT)
    for group in groups:
        a_from, a_to = group[0][1] + skipped, group[-1][2] + skipped
        b_from, b_to = group[0][3] + skipped, group[-1][4] + skipped
        out.append(f"@@ -{_range(a_from, a_to)} +{_range(b_from, b_to)} @@\n")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                out.extend(_shown(" ", before, boxes_before, i1 + skipped, i2 + skipped))
                continue
            out.extend(_shown("-", before, boxes_before, i1 + skipped, i2 + skipped))
            out.extend(_shown("+", after, boxes_after, j1 + skipped, j2 + skipped))
    return "".join(out)


def mask_line(line: str, *, box: bool) -> str:
    """One line without its PIN (``box``) and without the value of a secret."""
    found = _SECRET.match(line)
    if found:
        return found[1] + "****" + ("\n" if line.endswith("\n") else "")
    if box:
        found = _BOX.match(line)
        if found and found[2].strip():
            end = "\n" if line.endswith("\n") and not found[3].endswith("\n") else ""
            return f"{found[1]}****{found[3]}{end}"
    return line


def _lines(text: bytes) -> list[str]:
    return [
        line if line.endswith("\n") else line + "\n"
        for line in text.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")[:-1]
    ] + ([tail + "\n"] if (tail := text.decode("utf-8", "replace").rsplit("\n", 1)[-1]) else [])


def _box_lines(lines: list[str], voicemail: bool) -> list[bool]:
    if not voicemail:
        return [False] * len(lines)
    marks, in_boxes = [], False
    for line in lines:
        section = _SECTION.match(line)
        if section:
            in_boxes = section[1].strip().lower() not in _NO_BOXES
        marks.append(in_boxes and not section)
    return marks


def _same_ends(before: list[str], after: list[str]) -> tuple[int, int]:
    shorter = min(len(before), len(after))
    first = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    last = next((at for at in range(shorter - first) if before[-1 - at] != after[-1 - at]), shorter - first)
    return first, last


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _shown(mark: str, lines: list[str], boxes: list[bool], start: int, stop: int) -> Iterator[str]:
    for at in range(start, stop):
        yield mark + mask_line(lines[at], box=boxes[at])
