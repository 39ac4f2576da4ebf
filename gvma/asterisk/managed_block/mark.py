"""A mark of a managed block: two blocks have the same one where no person has changed anything. Pure, on bytes.

PINs are left out of it, since a phone changes them; so is all that ``header.same_meaning`` leaves out, since Asterisk
writes voicemail.conf anew with a PIN. A block may have ten megabytes, so that whole pieces of it are changed at once,
and no second block stands in memory.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from gvma.asterisk.managed_block.header import place_of_date

_PIECE = 256 * 1024
_TAB_IS_BLANK = bytes.maketrans(b"\t", b" ")
_BESIDE_BLANKS = bytes.maketrans(b"\n=>,", b"====")
"""What _BLANKS takes blanks away from, all as one sign."""
_BLANKS = (
    (b"\n ", b"\n"),
    (b" \n", b"\n"),
    (b" =", b"="),
    (b"= ", b"="),
    (b"=> ", b"=>"),
    (b" ,", b","),
    (b", ", b","),
)
_ASTERISKS_HEADER = re.compile(rb"\n;![^\n]*")


def mark_of(body: bytes, *, has_pins: bool) -> str:
    """64 hex digits. body: the lines between the markers. has_pins: those of voicemail.conf, with a PIN between the
    arrow and the first comma."""
    digest = hashlib.sha256(b"\n")
    for lines in _pieces(body):
        digest.update(_meaning(b"\n%b\n" % lines, has_pins=has_pins)[1:])
    return digest.hexdigest()


def _pieces(body: bytes) -> Iterator[bytes]:
    """The body without its date line, some whole lines at a time."""
    start, stop = place_of_date(body)
    at = 0
    while at < len(body):
        behind = body.find(b"\n", at + _PIECE) + 1 or len(body)
        if at <= start < behind:
            yield body[at:start] + body[stop:behind]
        else:
            yield body[at:behind]
        at = behind


def _meaning(text: bytes, *, has_pins: bool) -> bytes:
    """text: lines between two line ends. The same lines as they count, between two line ends."""
    if b"\t" in text or b"\r" in text:
        text = text.translate(_TAB_IS_BLANK, b"\r")
    if has_pins:  # nearly every line of a large file has this, and no other blank that matters
        text = text.replace(b" => ", b"=>")
    signs = text.translate(_BESIDE_BLANKS)
    if b" =" in signs or b"= " in signs:
        for written, meant in _BLANKS:
            while written in text:
                text = text.replace(written, meant)
    if b"\n;!" in text:
        text = _ASTERISKS_HEADER.sub(b"", text)
    while b"\n\n" in text:
        text = text.replace(b"\n\n", b"\n")
    if has_pins:
        before, *boxes = text.split(b"=>")
        text = b"=>".join([before, *[box[box.find(b",") + 1 :] for box in boxes]])
    return text
