"""The managed block: where it stands in a file, and the file with another one or with none. Pure, all on bytes.

What is outside the block is never parsed for writing and never changes, a missing final line
end aside. After the end marker there is always one more line: Asterisk rewrites voicemail.conf when a PIN is
changed by phone, and loses a comment that is the last line (main/config.c attaches none there).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gvma.asterisk.conf.lines import lines, open_comment, section_line
from gvma.asterisk.managed_block.header import GENERATED_BY
from gvma.asterisk.managed_block.markers import (
    Marker,
    has_marker,
    marker_lines,
    refuse_inside_comment,
    refuse_repeated,
    unsafe,
)
from gvma.errors import UnsafeTargetError

_BLANK_LINES = frozenset({b"\n", b"\r\n"})
_NO_FINAL_LINE_END = b"; The file above this block had no final line end."


class OwnLines(NamedTuple):
    """How the lines of our own block look, to find its end where the end marker is lost.

    section: the names of our sections. setting: a whole line of one. comment: our comment lines.
    """

    section: re.Pattern[bytes]
    setting: re.Pattern[bytes]
    comment: re.Pattern[bytes]


class Block(NamedTuple):
    """Where the block stands; it says nothing of what is in it (``body_of``).

    start, end: offsets of the begin marker's line and behind the end marker's. body_start, body_end: of the lines
    between the markers. first, last: line numbers of the markers; ``last`` is that of the last line that is ours where
    ``end_lost``. newline: the block's line end. last_in_file: no line follows, so Asterisk would lose the end marker.
    no_final_line_end: the file had none before the block was added.
    """

    start: int
    end: int
    body_start: int
    body_end: int
    first: int
    last: int
    newline: bytes
    end_lost: bool = False
    last_in_file: bool = False
    no_final_line_end: bool = False


def find_block(text: bytes, begin: bytes, end: bytes, own: OwnLines | None = None, *, where: str = "") -> Block | None:
    """The block of the file, None where there is none.

    begin, end: the markers without a line end. own: recognises our lines where Asterisk has lost the end
    marker; without it a lost end marker is refused. where: the file's name, for messages.
    Raises UnsafeTargetError where there is anything but exactly one pair of markers, each a line of its own and
    outside of ``;--`` comments, or where the file ends inside such a comment.
    """
    opened = open_comment(text)
    if opened is not None:
        raise unsafe(where, f"the comment that `;--` opens on line {opened} is never closed", "Close it with `--;`")
    begins, ends = marker_lines(text, begin, end, where)
    if not begins and not ends:
        return None
    if len(begins) > 1 or len(ends) > 1:
        refuse_repeated("begin", begins, where)
        refuse_repeated("end", ends, where)
    if not begins:
        raise unsafe(where, f"the end marker on line {ends[0].number} has no begin marker", "Remove that line")
    first = begins[0]
    if ends and ends[0].start < first.start:
        raise unsafe(
            where,
            f"the end marker on line {ends[0].number} stands above the begin marker on line {first.number}",
            "Put the two around the lines that gvma may replace, or remove both",
        )
    refuse_inside_comment(text, [*begins, *ends], where)
    newline = b"\r\n" if text[: first.end].endswith(b"\r\n") else b"\n"
    if not ends:
        return _without_end(text, first, newline, own, where)
    return Block(
        start=first.start,
        end=ends[0].end,
        body_start=first.end,
        body_end=ends[0].start,
        first=first.number,
        last=ends[0].number,
        newline=newline,
        last_in_file=ends[0].end == len(text),
        no_final_line_end=_has_note(text[first.end : ends[0].start]),
    )


def stands_between(text: bytes, begin: bytes, end: bytes) -> bool:
    """Whether the file has a block between just these two markers, with nothing wrong."""
    if not (has_marker(text, begin) and has_marker(text, end)):
        return False
    try:
        return find_block(text, begin, end) is not None
    except UnsafeTargetError:
        return False


def body_of(text: bytes, block: Block) -> bytes:
    """The lines between the markers, ended by LF; empty for an empty block."""
    body = text[block.body_start : block.body_end].replace(b"\r\n", b"\n")
    if block.end_lost and not body.endswith(b"\n"):
        body += b"\n"
    return body[: body.rindex(_NO_FINAL_LINE_END)] if block.no_final_line_end else body


def with_block(  # noqa: PLR0913 - the file, its markers and its name belong to every one of the three functions
    text: bytes, begin: bytes, end: bytes, body: bytes, own: OwnLines | None = None, *, where: str = ""
) -> bytes:
    """The file with this body in its block; a new block goes to the end of the file.

    body: lines ended by LF; they get the line ends of the block, or of the file where the block is new.
    """
    return replaced(text, find_block(text, begin, end, own, where=where), begin, end, body)


def replaced(text: bytes, block: Block | None, begin: bytes, end: bytes, body: bytes) -> bytes:
    """As ``with_block``, where the block of the file is known already."""
    if block is None:
        newline = _newline_of(text)
        noted = bool(text) and not text.endswith(b"\n")
        before, after = text + newline if noted else text, b""
    else:
        newline, noted = block.newline, block.no_final_line_end
        before, after = text[: block.start], text[block.end :]
    inner = body if not body or body.endswith(b"\n") else body + b"\n"
    if noted:
        inner += _NO_FINAL_LINE_END + b"\n"
    whole = begin + b"\n" + inner + end + b"\n"
    if newline != b"\n":
        whole = whole.replace(b"\n", newline)
    return before + whole + (after or newline)


def without_block(text: bytes, begin: bytes, end: bytes, own: OwnLines | None = None, *, where: str = "") -> bytes:
    """The file without block; the very bytes that it had before ``with_block`` added one."""
    block = find_block(text, begin, end, own, where=where)
    return text if block is None else cut_out(text, block)


def cut_out(text: bytes, block: Block) -> bytes:
    """As ``without_block``, where the block of the file is known already."""
    before, after = text[: block.start], text[block.end :]
    return _joined(before, b"" if after in _BLANK_LINES else after, block)


def cut_out_as_found(text: bytes, block: Block, *, blank_line_is_ours: bool) -> bytes:
    """As ``cut_out``, also where the site has written more below the blank line behind the end marker.

    blank_line_is_ours: gvma wrote that line, and it was not there before.
    """
    before, after = text[: block.start], text[block.end :]
    if blank_line_is_ours:
        after = after.removeprefix(b"\r\n" if after.startswith(b"\r\n") else b"\n")
    return _joined(before, after, block)


def _joined(before: bytes, after: bytes, block: Block) -> bytes:
    if block.no_final_line_end and not after:
        before = before.removesuffix(block.newline)
    return before + after


def _without_end(text: bytes, first: Marker, newline: bytes, own: OwnLines | None, where: str) -> Block:
    """The block as far as its lines are ours, and not one further."""
    problem = f"the begin marker on line {first.number} has no end marker"
    way_out = "Write the end marker below the last line that gvma made"
    if own is None:
        raise unsafe(where, problem, way_out)
    ours = _lines_of_ours(text[first.end :], own)
    if not ours or all(raw != GENERATED_BY for _, _, raw in ours):
        raise unsafe(where, f"{problem}, and gvma does not know the lines below it as its own", way_out)
    count, size, _ = ours[-1]
    stop = first.end + size
    if number := _more_of_ours(text[stop:], own):
        number += first.number + count
        raise unsafe(where, f"{problem}, and above line {number} other lines stand between those of gvma", way_out)
    return Block(
        start=first.start,
        end=stop,
        body_start=first.end,
        body_end=stop,
        first=first.number,
        last=first.number + count,
        newline=newline,
        end_lost=True,
        no_final_line_end=_has_note(text[first.end : stop]),
    )


def _lines_of_ours(text: bytes, own: OwnLines) -> list[tuple[int, int, bytes]]:
    """The lines up to the first that is foreign: number, offset of its end, the line without blanks around it.

    Comments and blank lines that lead over to a foreign line are foreign too.
    """
    ours: list[tuple[int, int, bytes]] = []
    section = False
    for line in lines(text):
        raw = text[line.start : line.end].strip()
        if raw.startswith(b"["):
            if not opens_ours(raw, own):
                break
            section = True
        elif raw.startswith(b";"):
            if own.comment.fullmatch(raw) is None:
                break
        elif raw and not (section and own.setting.fullmatch(raw)):
            break
        if raw:
            ours.append((line.number, line.end, raw))
    return ours


def _more_of_ours(rest: bytes, own: OwnLines) -> int:
    """The line that is ours below a foreign one, 0 for none; it leaves open which of the two are to stay."""
    for line in lines(rest):
        if opens_ours(line.text, own) or rest[line.start : line.end].strip() == GENERATED_BY:
            return line.number
    return 0


def opens_ours(line: bytes, own: OwnLines) -> bool:
    """Whether the line opens one of our sections; ours inherit nothing and add to nothing."""
    found = section_line(line.decode("utf-8", "surrogateescape")) if line.startswith(b"[") else None
    if found is None or found.template or found.append or found.bases:
        return False
    return own.section.fullmatch(found.name.encode("utf-8", "surrogateescape")) is not None


def _has_note(body: bytes) -> bool:
    """Whether its last line says that the file had no final line end before the block was added."""
    return body.rstrip().endswith(_NO_FINAL_LINE_END)


def _newline_of(text: bytes) -> bytes:
    """The file's own line end: that of its first line."""
    at = text.find(b"\n")
    return b"\r\n" if at > 0 and text[at - 1 : at] == b"\r" else b"\n"
