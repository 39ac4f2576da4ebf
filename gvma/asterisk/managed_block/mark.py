"""A mark of a managed block: two blocks have the same one where no person has changed anything. Pure, on bytes.

PINs are left out of it, since a phone changes them; so is all that ``header.same_meaning`` leaves out, since Asterisk
writes voicemail.conf anew with a PIN. A block may have ten megabytes, so that most is done to it as a whole.
"""

from __future__ import annotations

import hashlib
import re

from gvma.asterisk.managed_block.header import without_date

_TAB_IS_BLANK = bytes.maketrans(b"\t", b" ")
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
    text = b"\n%b\n" % without_date(body)
    if b"\t" in text or b"\r" in text:
        text = text.translate(_TAB_IS_BLANK, b"\r")
    if has_pins:  # nearly every line of a large file has this, and no other blank that matters
        text = text.replace(b" => ", b"=>")
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
    return hashlib.sha256(text).hexdigest()
