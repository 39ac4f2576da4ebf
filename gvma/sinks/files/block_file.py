"""One target file as it was read: where our block is, and what the site has outside of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from gvma.asterisk.block import Block, find_block, with_block
from gvma.asterisk.header import same_meaning
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.targets import Target

_DATE = b"\n; Content generated at "

Markers = tuple[bytes, bytes]
"""The begin and the end marker, without line ends."""


def markers_of(settings: GvmaSettings) -> Markers:
    return settings.asterisk_cfg_gvma_begin.encode(), settings.asterisk_cfg_gvma_end.encode()


@dataclass(frozen=True, slots=True)
class BlockFile:
    """One file as it is.

    text: None where it is missing. block: where ours is, None where there is none yet; its body is left out.
    site: what the site wrote itself, outside our block, with its includes.
    """

    target: Target
    text: bytes | None = field(repr=False)
    block: Block | None = field(repr=False)
    site: bytes = field(repr=False, default=b"")
    markers: Markers = (b"", b"")

    @property
    def body(self) -> bytes:
        """What is in the block, empty where there is none; cut out anew each time, since it may be megabytes."""
        if self.block is None:
            return b""
        block = find_block(self.text or b"", *self.markers, self.target.own_lines)
        return block.body if block else b""

    @property
    def is_sound(self) -> bool:
        """The block has both its markers, and a line below it: without one Asterisk loses the end marker."""
        return self.block is not None and not self.block.end_lost and not self.block.last_in_file

    def equals(self, body: bytes) -> bool:
        """The block has just this body, byte for byte, the date line aside."""
        return self.is_sound and _undated(self.body) == _undated(body)

    def with_body(self, body: bytes, *, anew: bool = False) -> bytes:
        """The file with this body in its block; the very text where the block means the same already.

        anew: with the new date line even then. Raises UnsafeTargetError.
        """
        text = self.text or b""
        if not anew and self.is_sound and same_meaning(self.body, body):
            return text
        return with_block(text, *self.markers, body, self.target.own_lines, where=str(self.target.path))

    def redated(self, generated_at: str) -> bytes:
        """The body with another date line and nothing else changed."""
        before, after = _undated(self.body)
        return b"%s%s%s\n%s" % (before, _DATE, generated_at.encode("ascii", "replace"), after)


def block_file(target: Target, text: bytes | None, settings: GvmaSettings) -> BlockFile:
    """The file with its block found; ``site`` is still without includes. Raises UnsafeTargetError."""
    markers = markers_of(settings)
    content = text or b""
    block = find_block(content, *markers, target.own_lines, where=str(target.path))
    if block is None:
        return BlockFile(target, text, None, content, markers)
    outside = content[: block.start] + content[block.end :]
    return BlockFile(target, text, replace(block, body=b""), outside, markers)


def _undated(body: bytes) -> tuple[bytes, bytes]:
    before, _, after = body.partition(_DATE)
    return before, after.partition(b"\n")[2]
