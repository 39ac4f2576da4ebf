"""What is seen of SIP Server before a plan: its addresses, what Asterisk says, and what the site's files say.

It reads files and looks names up; it writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from gvma.asterisk.block import find_block
from gvma.asterisk.drivers import PJSIP, Driver
from gvma.asterisk.drivers.base import Known
from gvma.asterisk.hosts import sipserver_hosts
from gvma.asterisk.identification.model import SipServer, SiteText
from gvma.asterisk.identification.untold import MORE_FILES, WIZARDS, untold
from gvma.errors import UnsafeTargetError
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.block_file import BlockFile, markers_of
from gvma.sinks.files.site_files import content, with_includes
from gvma.sip.addresses import addresses_of

_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class SipServerSeen:
    """server: where SIP Server is. gateway: addresses of the gateway. known: what Asterisk said; None where it was
    not asked. text: what the site's files say. untold: why the files may not say all, where they alone decide."""

    server: SipServer = field(default_factory=lambda: SipServer({}, 5060))
    gateway: Collection[str] = ()
    known: Known | None = field(default=None, repr=False)
    text: SiteText = field(default_factory=SiteText, repr=False)
    untold: tuple[str, ...] = ()


def see(
    settings: GvmaSettings,
    driver: Driver,
    channel: BlockFile,
    addresses: Mapping[str, Collection[str]],
    known: Known | None,
) -> SipServerSeen:
    """addresses: by host of the settings; one that is missing has none. known: as in SipServerSeen."""
    text = SiteText(_main_text(settings, driver, channel))
    hosts = {host: addresses.get(host, ()) for host in sipserver_hosts(settings)}
    server = SipServer(hosts, settings.siptserver_port)
    gateway = addresses.get(settings.routing_gateway_host, ())
    if known is not None:
        return SipServerSeen(server, gateway, known, text)
    files = {name: content(settings.target(name)) for name in MORE_FILES}
    if driver is PJSIP:
        text = replace(text, wizards=with_includes(files[WIZARDS], settings.asterisk_cfg_path))
    names = addresses_of(driver.host_names(text), _SECONDS)
    return SipServerSeen(replace(server, names=names), gateway, None, text, tuple(untold(driver, text, files)))


def _main_text(settings: GvmaSettings, driver: Driver, channel: BlockFile) -> bytes:
    """The file that the driver reads first, with its includes and without our block."""
    main = settings.target(driver.main_file)
    if main == channel.target.path or not main.exists():
        return channel.site
    text = with_includes(content(main), settings.asterisk_cfg_path)
    try:
        block = find_block(text, *markers_of(settings), channel.target.own_lines)
    except UnsafeTargetError:
        return channel.site
    return text if block is None else text[: block.start] + text[block.end :]
