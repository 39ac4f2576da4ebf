"""Which lines of a target file are ours where the markers of the settings are not in it. Pure.

The settings may name other markers than at the last sync: then the block is found by those.

The record of the last sync tells: the files that it left a block in, and the mailboxes and subscriptions that it wrote.
Without such a record the header line of a block tells, as the Perl GVMA wrote it.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from gvma.asterisk.drivers.pjsip import SIPSERVER
from gvma.asterisk.managed_block.adopt import IsOurs, adopted
from gvma.asterisk.managed_block.block import find_block, stands_between
from gvma.asterisk.managed_block.header import GENERATED_BY
from gvma.asterisk.managed_block.markers import has_marker
from gvma.asterisk.modules import DIALPLAN, VOICEMAIL
from gvma.sinks.files.block_file import Markers
from gvma.sinks.files.targets import Target
from gvma.storage.state.records import Left


class LastSync(NamedTuple):
    """files: paths that the last sync left a block in. owners: its record of owners, as a text. markers: all that were
    those of the settings at a sync."""

    files: frozenset[str] = frozenset()
    owners: bytes = b""
    markers: tuple[Markers, ...] = ()

    @classmethod
    def of(cls, left: Left) -> LastSync:
        return cls(left.files(), left.owners, left.markers())


def with_new_markers(target: Target, text: bytes | None, markers: Markers, last: LastSync) -> bytes | None:
    """The file with the markers of the settings in place of earlier ones; None where it has none of those, or has its
    block between those of the settings. One of the two may be the same in both, or may have been the other one.

    Raises UnsafeTargetError where the earlier ones are no sound pair.
    """
    earlier = [pair for pair in last.markers if pair != markers]
    if text is None or not earlier or stands_between(text, *markers):
        return None
    found = next((pair for pair in earlier if stands_between(text, *pair)), None)
    if found is None and not any(has_marker(text, marker) for marker in markers):
        found = next((pair for pair in earlier if has_marker(text, pair[0])), None)
    if found is None:
        return None
    block = find_block(text, *found, target.own_lines, where=str(target.path))
    assert block is not None
    above, body = text[: block.start], text[block.body_start : block.body_end]
    first, below = (marker + block.newline for marker in markers)
    ended = b"" if body.endswith(b"\n") or not body else block.newline
    return above + first + body + ended + below + text[block.end :]


def adopted_text(target: Target, text: bytes | None, markers: Markers, last: LastSync) -> bytes | None:
    """The file with markers around our lines; None where it has a marker, or no line of ours.

    Raises UnsafeTargetError where our lines and the site's are mixed.
    """
    if text is None or any(has_marker(text, marker) for marker in markers):
        return None
    recorded = str(target.path) in last.files
    if not recorded and GENERATED_BY not in text:
        return None
    is_ours = _by_record(target, last.owners) if recorded else partial(_by_form, target)
    return adopted(text, *markers, target.own_lines, is_ours=is_ours, where=str(target.path))


def _by_record(target: Target, owners: bytes) -> IsOurs:
    from gvma.plan.owners import read_owners  # noqa: PLC0415  (start-up)

    known = read_owners(owners).values()
    if target.module == VOICEMAIL:
        return partial(_known_mailbox, {owned.mailbox for owned in known})
    if target.module == DIALPLAN:
        return partial(_by_form, target)
    return partial(_known_subscription, target, {SIPSERVER, *(owned.subscription for owned in known)})


def _known_mailbox(known: Collection[str], section: str, line: bytes) -> bool:
    box = line.partition(b"=")[0].strip().decode("utf-8", "surrogateescape")
    return line.startswith(b"[") or f"{box}@{section}" in known


def _known_subscription(target: Target, known: Collection[str], section: str, line: bytes) -> bool:
    return section in known and _by_form(target, section, line)


def _by_form(target: Target, _section: str, line: bytes) -> bool:
    return line.startswith(b"[") or target.own_lines.setting.fullmatch(line) is not None
