"""What is seen of SIP Server before a plan: its addresses, what Asterisk says, and what the site's files say.

It reads files and looks names up; it writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import NamedTuple

from gvma.asterisk.conf.model import Conf
from gvma.asterisk.conf.reader import read_conf
from gvma.asterisk.drivers import PJSIP, Driver
from gvma.asterisk.drivers.base import Known
from gvma.asterisk.hosts import sipserver_hosts
from gvma.asterisk.identification.model import SipServer, SiteFiles
from gvma.asterisk.identification.unseen import MORE_FILES, unseen
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.block_file import BlockFile
from gvma.sip.addresses import addresses_of
from gvma.storage.asterisk.conf_files import included_files
from gvma.storage.state.records import earlier_markers

_SECONDS = 5.0


class SipServerSeen(NamedTuple):
    """server: where SIP Server is. gateway: addresses of the gateway. known: what Asterisk said; None where it was
    not asked. files: what the site's say. unseen: why they may not say all, where they alone decide."""

    server: SipServer = SipServer({}, 5060)
    gateway: Collection[str] = ()
    known: Known | None = None
    files: SiteFiles = SiteFiles()
    unseen: tuple[str, ...] = ()


def see(
    settings: GvmaSettings,
    driver: Driver,
    channel: BlockFile,
    addresses: Mapping[str, Collection[str]],
    known: Known | None,
) -> SipServerSeen:
    """addresses: by host of the settings; one that is missing has none. known: as in SipServerSeen."""
    files = SiteFiles(_main_file(settings, driver, channel))
    hosts = {host: addresses.get(host, ()) for host in sipserver_hosts(settings)}
    server = SipServer(hosts, settings.siptserver_port)
    gateway = addresses.get(settings.routing_gateway_host, ())
    if known is not None:
        return SipServerSeen(server, gateway, known, files)
    if driver is PJSIP:
        files = files._replace(wizards=_read(settings, "pjsip_wizard.conf"))
    more = {name: _read(settings, name) for name in MORE_FILES}
    names = addresses_of(driver.host_names(files), _SECONDS)
    return SipServerSeen(server._replace(names=names), gateway, None, files, tuple(unseen(driver, files, more)))


def _main_file(settings: GvmaSettings, driver: Driver, channel: BlockFile) -> Conf:
    """The file that the driver reads first, which may include the one that has our block."""
    if settings.target(driver.main_file) == channel.target.path:
        return channel.site
    main = _read(settings, driver.main_file)
    return main if main.exists else channel.site


def _read(settings: GvmaSettings, name: str) -> Conf:
    markers = settings.asterisk_cfg_gvma_begin, settings.asterisk_cfg_gvma_end
    read = partial(included_files, settings.asterisk_cfg_path)
    return read_conf(name, read, markers, earlier_markers(settings.backup_path))
