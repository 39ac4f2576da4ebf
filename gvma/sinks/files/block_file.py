"""One target file as it was read: where our block is, and what the site has outside of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gvma.asterisk.conf.model import Conf, Setting
from gvma.asterisk.conf.reader import Read, read_conf
from gvma.asterisk.managed_block.block import Block, body_of, cut_out, cut_out_as_found, find_block, replaced
from gvma.asterisk.managed_block.header import same_meaning
from gvma.asterisk.managed_block.mark import mark_of
from gvma.asterisk.modules import VOICEMAIL
from gvma.errors import UnsafeTargetError
from gvma.printable import shown_without
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.targets import Target

_DATE = b"\n; Content generated at "

Markers = tuple[bytes, bytes]
"""The begin and the end marker, without line ends."""


def markers_of(settings: GvmaSettings) -> Markers:
    return settings.asterisk_cfg_gvma_begin.encode(), settings.asterisk_cfg_gvma_end.encode()


class BlockFile(NamedTuple):
    """One file as it is.

    text: None where it is missing; with markers where our lines had lost them (adopted), and with those of the settings
    where it has earlier ones (has_new_markers). block: where ours is, None where there is none yet. site: what the site
    wrote itself, outside our block, with its includes; of our block the last section alone.
    """

    target: Target
    text: bytes | None
    block: Block | None
    site: Conf = Conf("")
    markers: Markers = (b"", b"")
    adopted: bool = False
    has_new_markers: bool = False

    def __repr__(self) -> str:
        return shown_without(self, "text", "block")

    @property
    def body(self) -> bytes:
        """What is in the block, empty where there is none; cut out anew each time, since it may be megabytes."""
        return body_of(self.text or b"", self.block) if self.block else b""

    @property
    def mark(self) -> str | None:
        """Of the block; None where there is none."""
        return None if self.block is None else mark_of(self.body, has_pins=self.target.module == VOICEMAIL)

    @property
    def below(self) -> Iterator[Setting]:
        """The site's lines below the end marker that have no section of their own, with their numbers in the file."""
        if self.block is None:
            return
        cut_out = self.block.last - self.block.first - 2  # lines of the body, but for the header that stays
        for section in self.site.sections:
            for one in section.sites_own if section.ours else ():
                own_file = one.file == str(self.target.path)
                yield one._replace(number=one.number + cut_out) if own_file else one

    @property
    def is_sound(self) -> bool:
        """The block has both its markers, and a line below it: without one Asterisk loses the end marker."""
        is_rewritten = self.adopted or self.has_new_markers
        return self.block is not None and not (is_rewritten or self.block.end_lost or self.block.last_in_file)

    def equals(self, body: bytes) -> bool:
        """The block has just this body, byte for byte, the date line aside."""
        return self.is_sound and _undated(self.body) == _undated(body)

    def with_body(self, body: bytes, *, anew: bool = False) -> bytes:
        """The file with this body in its block; the very text where the block means the same already.

        anew: with the new date line even then.
        """
        text = self.text or b""
        if not anew and self.is_sound and same_meaning(self.body, body):
            return text
        return replaced(text, self.block, *self.markers, body)

    def without_block(self) -> bytes:
        """The very bytes that the file would have if gvma had never written into it."""
        text = self.text or b""
        return cut_out(text, self.block) if self.block else text

    def as_site_has_it(self, *, blank_line_is_ours: bool) -> bytes:
        """The site's bytes, also where it has written below the block since.

        blank_line_is_ours: of a line behind the end marker. Adopted lines have none: what stands there is the site's.
        """
        if self.block is None or self.adopted:
            return self.without_block()
        return cut_out_as_found(self.text or b"", self.block, blank_line_is_ours=blank_line_is_ours)

    def redated(self, generated_at: str) -> bytes:
        """The body with another date line and nothing else changed."""
        before, after = _undated(self.body)
        return b"%s%s%s\n%s" % (before, _DATE, generated_at.encode("ascii", "replace"), after)


def block_file(target: Target, text: bytes | None, settings: GvmaSettings, read: Read) -> BlockFile:
    """The file with its block found. read: for the files that it includes. Raises UnsafeTargetError."""
    markers = begin, end = markers_of(settings)
    content = text or b""
    block = find_block(content, *markers, target.own_lines, where=str(target.path))
    names = begin.decode(), end.decode()
    site = read_site(target, _without_body(content, block, markers), read, names)
    return BlockFile(target, text, block, site, markers)


def read_site(target: Target, text: bytes, read: Read, markers: tuple[str, str] | None = None) -> Conf:
    """A target file of this text, with what it includes. markers: of the block, where it has one.

    Raises UnsafeTargetError where the includes have no end.
    """
    path = str(target.path)
    conf = read_conf(path, lambda name: [(path, text)] if name == path else read(name), markers)
    if conf.cut is not None:
        raise UnsafeTargetError(
            f"what it includes has no end: {conf.cut.target} is one of more than 10,000 files, of 256 MiB, or of "
            "3 million lines",
            where=conf.cut.where,
            hint="Nothing was changed. Take away the `#include` lines by which files include each other, or the "
            "templates by which sections inherit the same lines again and again.",
        )
    return conf


def _without_body(text: bytes, block: Block | None, markers: Markers) -> bytes:
    """The text with the header of our last section in place of our block's body, which may be megabytes.

    To Asterisk, lines below the end marker without a section of their own belong to that section.
    """
    if block is None:
        return text
    begin, end = markers
    own = b"%s\n%s\n%s\n" % (begin, _last_header(text, block), end)
    return text[: block.start] + own + text[block.end :]


def _last_header(text: bytes, block: Block) -> bytes:
    at = text.rfind(b"\n[", block.body_start - 1, block.body_end) + 1
    return text[at : text.find(b"\n", at)] if at else b""


def _undated(body: bytes) -> tuple[bytes, bytes]:
    before, _, after = body.partition(_DATE)
    return before, after.partition(b"\n")[2]
