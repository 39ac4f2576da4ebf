"""One file of a backup set, brought into what the file is now: our part alone, or every byte of it. Pure.

The PIN in force of a mailbox that exists now stays in both cases, unless the set's PINs are asked for.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from gvma.asterisk.managed_block.block import body_of, find_block, with_block, without_block
from gvma.asterisk.managed_block.header import same_meaning
from gvma.secrecy import masked_line
from gvma.sinks.files.atomic.carry_pins import own_lines_of, with_present_pins
from gvma.sinks.files.block_file import Markers

_NAMED = 3


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """whole_files: the site's lines come back too. pins: the set's PINs come back, also where one was changed."""

    whole_files: bool = False
    pins: bool = False


class BlockedFile(NamedTuple):
    """A file that our block is in. name: for the notes. module: what reads it."""

    name: str
    module: str
    markers: Markers

    def body(self, text: bytes) -> bytes | None:
        """What is in the block of this text, None where it has none."""
        block = find_block(text, *self.markers, own_lines_of(self.module))
        return None if block is None else body_of(text, block)

    def with_block(self, text: bytes, body: bytes) -> bytes:
        return with_block(text, *self.markers, body, own_lines_of(self.module))

    def without_block(self, text: bytes) -> bytes:
        return without_block(text, *self.markers, own_lines_of(self.module))


@dataclass(frozen=True, slots=True)
class RestoredText:
    """What the file becomes, None for no file; and what there is to say of it, one sentence each."""

    text: bytes | None = field(repr=False)
    notes: tuple[str, ...] = ()


def restored_text(file: BlockedFile, now: bytes | None, then: bytes | None, options: RestoreOptions) -> RestoredText:
    """now, then: the file's content, None where there is or was no file.

    Raises UnsafeTargetError where the markers cannot be trusted.
    """
    if then is None:
        return _without_block(file, now)
    if now is None:
        return RestoredText(then, (f"{file.name} is missing now, and comes back whole.",))
    if options.whole_files:
        text = then if options.pins else _with_pins_in_force(file, then, now)
        return RestoredText(text, tuple(_removed_lines(file, now, then)))
    return RestoredText(_our_part(file, now, then, options), tuple(_kept_lines(file, now, then)))


def _our_part(file: BlockedFile, now: bytes, then: bytes, options: RestoreOptions) -> bytes:
    """The file as it is, with the block that it had then, or with none; as it is where the two mean the same."""
    wanted, present = file.body(then), file.body(now)
    if wanted is None:
        return file.without_block(now)
    if present is not None and not options.pins:
        wanted = with_present_pins(wanted, present)
    return now if present is not None and same_meaning(present, wanted) else file.with_block(now, wanted)


def _without_block(file: BlockedFile, now: bytes | None) -> RestoredText:
    """The file did not exist then: our block goes, and the file with it where it holds nothing else."""
    if now is None:
        return RestoredText(None)
    rest = file.without_block(now)
    if not rest.strip():
        return RestoredText(None)
    note = f"{file.name} did not exist then, but holds more than gvma's block now: only the block is taken out."
    return RestoredText(rest, (note,))


def _with_pins_in_force(file: BlockedFile, text: bytes, now: bytes) -> bytes:
    """``text`` with the PIN that each mailbox of our block has now; unchanged where all have that PIN."""
    present, wanted = file.body(now), file.body(text)
    if present is None or wanted is None:
        return text
    body = with_present_pins(wanted, present)
    return text if body == wanted else file.with_block(text, body)


def _kept_lines(file: BlockedFile, now: bytes, then: bytes) -> list[str]:
    outside_now, outside_then = _outside(file, now), _outside(file, then)
    count = len(_missing(outside_now, outside_then)) + len(_missing(outside_then, outside_now))
    if not count:
        return []
    lines = "1 line of the site's own differs" if count == 1 else f"{count} lines of the site's own differ"
    return [f"{file.name}: {lines} from the set, and are left as they are now (--whole-files brings back the set's)."]


def _removed_lines(file: BlockedFile, now: bytes, then: bytes) -> list[str]:
    removed = _missing(_outside(file, now), _outside(file, then))
    if not removed:
        return []
    is_voicemail = file.module.startswith("app_voicemail")
    shown = [masked_line(line.decode("utf-8", "replace"), box=is_voicemail).strip() for line in removed[:_NAMED]]
    more = f" and {len(removed) - _NAMED} more" if len(removed) > _NAMED else ""
    return [f"{file.name}: these lines of the site's own go: {'; '.join(shown)}{more}."]


def _outside(file: BlockedFile, text: bytes) -> list[bytes]:
    """The lines outside of our block, blank ones aside."""
    return [line.strip() for line in file.without_block(text).split(b"\n") if line.strip()]


def _missing(lines: list[bytes], others: Collection[bytes]) -> list[bytes]:
    there = set(others)
    return [line for line in lines if line not in there]
