"""An earlier or later state of a file brought into what the file holds now, with no changed PIN lost.

Pure: texts in, text out. It is what ends an interrupted run when Asterisk or an administrator has written
the file since: the text outside the block and the PINs are the present ones, the block is the wanted one.
"""

from __future__ import annotations

from gvma.asterisk import dialplan, voicemail
from gvma.asterisk.drivers import DRIVERS
from gvma.asterisk.managed_block.block import OwnLines, body_of, cut_out, find_block, replaced
from gvma.asterisk.managed_block.header import same_meaning
from gvma.asterisk.voicemail import read_boxes, with_pins
from gvma.sinks.files.atomic.journal import Markers

_OWN_LINES = {
    "pbx_config.so": dialplan.OWN_LINES,
    **{driver.module: driver.own_lines for driver in DRIVERS},
}


def own_lines_of(module: str) -> OwnLines | None:
    """How lines of ours look in the file that a module reads; None for a module that reads none of ours."""
    return voicemail.OWN_LINES if module.startswith("app_voicemail") else _OWN_LINES.get(module)


def carry_pins(now: bytes, wanted: bytes | None, markers: Markers, module: str) -> bytes | None:
    """What the file should hold: None for no file.

    now: what it holds, and neither the old nor the new content of the interrupted run. wanted: the content
    that the run is ended with, None where there was or will be no file. module: what reads the file.
    Raises UnsafeTargetError where the markers in ``now`` cannot be trusted.
    """
    begin, end = markers.begin.encode(), markers.end.encode()
    own = own_lines_of(module)
    there = find_block(now, begin, end, own)
    block = find_block(wanted, begin, end, own) if wanted is not None else None
    if wanted is None or block is None:
        if there is None:
            return now
        rest = cut_out(now, there)
        return rest if rest.strip() or wanted is not None else None
    body = body_of(wanted, block)
    if there is None:
        return replaced(now, None, begin, end, body)
    present = body_of(now, there)
    body = with_present_pins(body, present)
    return now if same_meaning(present, body) else replaced(now, there, begin, end, body)


def with_present_pins(body: bytes, present: bytes) -> bytes:
    """A block's body with the PINs that another body has for the same mailboxes."""
    boxes = read_boxes(present)
    pins = {key: boxes[key].pin for key, box in read_boxes(body).items() if key in boxes and boxes[key].pin != box.pin}
    return with_pins(body, pins) if pins else body
