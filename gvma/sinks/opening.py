"""The sink of a run: of the right channel driver, and with what Asterisk says of SIP Server before the plan."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from gvma.ami.asterisk import Asterisk
from gvma.asterisk.drivers.choose import AUTO, DriverModule
from gvma.asterisk.hosts import hosts_written, sipserver_hosts
from gvma.asterisk.identification.model import SipServer
from gvma.settings.model import GvmaSettings
from gvma.sinks.addresses import Addresses
from gvma.sinks.base import Recovery
from gvma.sinks.files.atomic.recovery import recover
from gvma.sinks.files.driver import channel_driver
from gvma.sinks.files.sink import FilesSink

_log = logging.getLogger(__name__)


def recover_sinks(settings: GvmaSettings) -> Recovery | None:
    """Ends what an interrupted run began, in whichever sink, under the lock and before anything else.

    None where no run was interrupted. Raises BackupSetError or UnsafeTargetError; the next run tries again.
    """
    return recover(settings)


def sink_to_look_at(settings: GvmaSettings, modules: Mapping[str, DriverModule] | None) -> FilesSink:
    """The sink, to be read alone. modules: what Asterisk says of each channel driver; None where it was not asked."""
    choice = channel_driver(settings, modules)
    return FilesSink(settings, choice.driver, driver_reason=choice.reason)


def sink_of(settings: GvmaSettings, asterisk: Asterisk | None, addresses: Addresses | None = None) -> FilesSink:
    """The three files of the channel driver.

    asterisk: connected; None where the files alone decide. addresses: of SIP Server and the gateway; None where
    nothing is planned.
    """
    asked = asterisk.drivers() if asterisk is not None and settings.channel_driver == AUTO else None
    choice = channel_driver(settings, asked)
    _log.debug("channel driver %s: %s", choice.driver.name, choice.reason)
    known = None
    # PJSIP's REGISTER mode writes nothing that is known by an address, and has an endpoint for each subscription.
    may_take_calls = bool(hosts_written(settings)) or not choice.driver.has_identify
    if asterisk is not None and addresses is not None and may_take_calls:
        hosts = {host: addresses[host] for host in sipserver_hosts(settings)}
        known = asterisk.known_senders(choice.driver, SipServer(hosts, settings.siptserver_port))
    return FilesSink(settings, choice.driver, addresses=addresses, known=known, driver_reason=choice.reason)
