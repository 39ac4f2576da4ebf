"""The three files that a sync writes: which they are, what is in them now, and what belongs into their blocks.

Pure: it knows texts, not the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from gvma.ami.verify import DIALPLAN, VOICEMAIL, Box, Expected, Foreign, extensions_of
from gvma.asterisk import dialplan, site, voicemail
from gvma.asterisk.block import Block, OwnLines, find_block
from gvma.asterisk.drivers import CHAN_SIP, PJSIP, Driver, driver_of
from gvma.asterisk.entries import OWN_CONTEXTS, Mailbox, Subscription
from gvma.asterisk.header import same_meaning
from gvma.asterisk.hosts import sipserver_hosts
from gvma.routing import Routing, Site
from gvma.settings.model import GvmaSettings

_DATE = b"\n; Content generated at "


@dataclass(frozen=True, slots=True)
class Target:
    """One file: its path, the module that reads it, and how lines of ours look in it."""

    path: Path
    module: str
    own_lines: OwnLines = field(repr=False)


def targets(settings: GvmaSettings, driver: str) -> tuple[Target, Target, Target]:
    """voicemail.conf, the channel driver's file, extensions.conf. driver: ``pjsip`` or ``sip``."""
    chosen = driver_of(driver)
    return (
        Target(settings.target(settings.asterisk_cfg_file_vm), VOICEMAIL, voicemail.OWN_LINES),
        Target(chosen.path(settings), chosen.module, chosen.own_lines),
        Target(settings.target(settings.asterisk_cfg_file_exten), DIALPLAN, dialplan.OWN_LINES),
    )


def driver_in(target: Target) -> Driver:
    """The channel driver whose file it is."""
    return PJSIP if target.module == PJSIP.module else CHAN_SIP


@dataclass(frozen=True)
class TargetNow:
    """One file as it is. text: None where it is missing. block: where ours stands, None where there is none yet.

    site: what the site wrote itself, outside our block, with its includes. markers: begin and end.
    """

    target: Target
    text: bytes | None = field(repr=False)
    block: Block | None = field(repr=False)
    site: bytes = field(repr=False, default=b"")
    markers: tuple[bytes, bytes] = (b"", b"")

    @property
    def body(self) -> bytes:
        """What is in the block, empty where there is none; cut out anew each time, since it may be megabytes."""
        block = find_block(self.text or b"", *self.markers, self.target.own_lines) if self.block else None
        return block.body if block else b""

    @property
    def is_sound(self) -> bool:
        """The block has both its markers, and a line behind it: without one Asterisk loses the end marker."""
        return self.block is not None and not self.block.end_lost and not self.block.last_in_file

    def says_the_same(self, body: bytes) -> bool:
        return same_meaning(self.body, body)

    def says_just_this(self, body: bytes) -> bool:
        """As ``says_the_same`` where Asterisk has not rewritten the file: byte for byte, the date line aside."""
        return self.is_sound and _undated(self.body) == _undated(body)

    def redated(self, generated_at: str) -> bytes:
        """The body with another date line and nothing else changed."""
        before, after = _undated(self.body)
        return b"%s%s%s\n%s" % (before, _DATE, generated_at.encode("ascii", "replace"), after)


Three = tuple[TargetNow, TargetNow, TargetNow]
"""voicemail.conf, the channel driver's file, extensions.conf."""


def _undated(body: bytes) -> tuple[bytes, bytes]:
    before, _, after = body.partition(_DATE)
    return before, after.partition(b"\n")[2]


def look_at(target: Target, text: bytes | None, settings: GvmaSettings) -> TargetNow:
    """The file with its block found; ``site`` is still without includes. Raises UnsafeTargetError."""
    markers = settings.asterisk_cfg_gvma_begin.encode(), settings.asterisk_cfg_gvma_end.encode()
    content = text or b""
    block = find_block(content, *markers, target.own_lines, where=str(target.path))
    if block is None:
        return TargetNow(target, text, None, content, markers)
    outside = content[: block.start] + content[block.end :]
    return TargetNow(target, text, replace(block, body=b""), outside, markers)


def routing_site(now: Three, settings: GvmaSettings) -> Site:
    """What the site wrote itself that business call routing must not double."""
    hosts = [*sipserver_hosts(settings), settings.routing_gateway_host]
    return Site(
        dialplan=site.dialplan_names(now[2].site),
        sections=site.sections_defined(now[1].site),
        identified=driver_in(now[1].target).identified(
            now[1].site, [host for host in hosts if host], settings.siptserver_port
        ),
    )


def foreign(now: Three, settings: GvmaSettings) -> Foreign:
    """What the site's own lines define that could be ours."""
    boxes = boxes_of(now[0].site)
    subscriptions = subscriptions_of(now[1].target, now[1].site, settings)
    return Foreign(boxes, subscriptions, case_counts=now[1].target.module == PJSIP.module)


def boxes_of(text: bytes) -> frozenset[str]:
    """Mailboxes in our contexts that a text of the site defines, as Foreign has them."""
    if b"gvma_" not in text.lower():
        return frozenset()
    ours = {context.lower() for context in OWN_CONTEXTS}
    return frozenset(key for key in map(str.lower, site.boxes_defined(text)) if key.rpartition("@")[2] in ours)


def subscriptions_of(target: Target, text: bytes, settings: GvmaSettings) -> frozenset[str]:
    """Names as of our subscriptions that a text of the site defines, as Foreign has them."""
    return driver_in(target).subscriptions_defined(text, settings.mwi_mode)


def render(  # noqa: PLR0913, PLR0917  (each is another thing that a body stands on)
    mailboxes: Iterable[Mailbox],
    subscriptions: Iterable[Subscription],
    routing: Routing,
    now: Three,
    settings: GvmaSettings,
    driver: str,
    generated_at: str,
) -> Iterator[bytes]:
    """The bodies of the three blocks, one after the other: each is as long as its file."""
    yield voicemail.render_voicemail(mailboxes, generated_at)
    chosen = driver_of(driver)
    elsewhere = chosen.identified(now[1].site, sipserver_hosts(settings), settings.siptserver_port)
    mwi = chosen.mwi_endpoint(settings, {*elsewhere, *routing.identified})
    endpoints = (mwi, *routing.endpoints) if mwi else routing.endpoints
    yield chosen.render(subscriptions, endpoints, settings, generated_at)
    yield dialplan.render_dialplan(settings, generated_at, routing.hints, routing.extensions)


def as_it_is(now: Three, settings: GvmaSettings) -> Expected:
    """What Asterisk should hold by the files as they are: for a reload without a plan of its own."""
    boxes = voicemail.read_boxes(now[0].body)
    present = driver_in(now[1].target).read_subscriptions(now[1].body)
    return Expected(
        mailboxes={
            key: Box(one.name, one.email, one.pager)
            for key, one in boxes.items()
            if key.rpartition("@")[2] in OWN_CONTEXTS
        },
        foreign=foreign(now, settings),
        subscriptions={name: one.mailbox for name, one in present.items()},
        touched=frozenset(),
        on_endpoint=settings.mwi_mode == "REGISTER",
        gone=frozenset(),
        extensions=extensions_of(now[2].body),
    )
