"""Unified diffs of Asterisk's files that anyone may read: no PIN and no secret is left in them.

Pure: texts in, text out.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gvma.secrecy import box_lines, masked_line

_CONTEXT = 3
_Opcode = tuple[str, int, int, int, int]


def masked_diff(name: str, old: bytes, new: bytes, *, voicemail: bool) -> str:
    r"""The unified diff from ``old`` to ``new``, empty where they are equal.

    name: what stands in the two header lines. voicemail: the file holds mailboxes, whose PINs become ``****``;
    secrets become ``****`` in every file. Where lines look alike because of that, a line that begins with ``\``
    says how many differ. Bytes that are no UTF-8 are shown as replacement marks, CRLF as LF.
    """
    if old == new:
        return ""
    before, after = _Text.of(old, voicemail), _Text.of(new, voicemail)
    out = [f"--- {name}\n", f"+++ {name}\n"]
    for group in _groups(before.lines, after.lines):
        (_, a_from, _, b_from, _), (_, _, a_to, _, b_to) = group[0], group[-1]
        out.append(f"@@ -{_range(a_from, a_to)} +{_range(b_from, b_to)} @@\n")
        for tag, i1, i2, j1, j2 in group:
            removed = list(before.shown(i1, i2))
            if tag == "equal":
                out += [f" {line}" for line in removed]
                continue
            added = list(after.shown(j1, j2))
            out += [f"-{line}" for line in removed] + [f"+{line}" for line in added]
            out += _alike(removed, added, before.lines[i1:i2], after.lines[j1:j2])
    return "".join(out)


class _Text(NamedTuple):
    """The lines of a file, each ended by LF. boxes: which of them may define a mailbox."""

    lines: list[str]
    boxes: list[bool]

    @classmethod
    def of(cls, content: bytes, voicemail: bool) -> _Text:
        lines = [f"{line}\n" for line in content.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")]
        if lines[-1] == "\n":
            lines.pop()
        return cls(lines, box_lines(lines) if voicemail else [False] * len(lines))

    def shown(self, start: int, stop: int) -> Iterator[str]:
        return (masked_line(self.lines[at], box=self.boxes[at]) for at in range(start, stop))


def _groups(before: list[str], after: list[str]) -> Iterator[list[_Opcode]]:
    """difflib's groups of changes; equal lines at both ends are not looked at, which saves most of the time."""
    first, last = _same_ends(before, after)
    skipped = max(0, first - _CONTEXT)
    kept = max(0, last - _CONTEXT)
    middle = before[skipped : len(before) - kept], after[skipped : len(after) - kept]
    for group in difflib.SequenceMatcher(None, *middle, autojunk=False).get_grouped_opcodes(_CONTEXT):
        yield [(tag, i1 + skipped, i2 + skipped, j1 + skipped, j2 + skipped) for tag, i1, i2, j1, j2 in group]


def _same_ends(before: list[str], after: list[str]) -> tuple[int, int]:
    """How many lines are equal at the beginning, and how many of the others at the end."""
    shorter = min(len(before), len(after))
    first = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    last = next((at for at in range(shorter - first) if before[-1 - at] != after[-1 - at]), shorter - first)
    return first, last


def _alike(
    removed: Sequence[str], added: Sequence[str], removed_raw: Sequence[str], added_raw: Sequence[str]
) -> list[str]:
    r"""A line that says how many lines differ in a masked value alone; in a diff, ``\`` begins a remark."""
    number = (Counter(removed) & Counter(added)).total() - (Counter(removed_raw) & Counter(added_raw)).total()
    if not number:
        return []
    return [f"\\ {number} line{' differs' if number == 1 else 's differ'} in a masked value (****) alone\n"]


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"
