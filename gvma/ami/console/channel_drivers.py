"""What Asterisk says of its two channel drivers: which is loaded, and which has a transport."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gvma.asterisk.drivers import DRIVERS
from gvma.asterisk.drivers.choose import DriverModule
from gvma.errors import AmiPermissionError, AsteriskRefusedError

if TYPE_CHECKING:
    from gvma.ami.manager import AsteriskManager

TRANSPORT_COMMANDS = {"pjsip": "pjsip show transports", "sip": "sip show settings"}

# The lines of both commands that name a transport; "Transport:  <TransportId...>" is a heading.
_TRANSPORT = re.compile(r"Transport:\s+[^<\s]|\s*(?:UDP|TCP SIP|TLS SIP) Bindaddress:\s+(?!Disabled)\S")


def driver_modules(ami: AsteriskManager) -> dict[str, DriverModule]:
    """Both drivers by name, for ``drivers.choose``. A transport that cannot be asked for is not known."""
    found = {}
    for driver in DRIVERS:
        loaded = ami.loaded(driver.module)
        found[driver.name] = DriverModule(loaded, _has_transport(ami, driver.name) if loaded else None)
    return found


def _has_transport(ami: AsteriskManager, driver: str) -> bool | None:
    try:
        lines = ami.command(TRANSPORT_COMMANDS[driver])
    except (AmiPermissionError, AsteriskRefusedError):
        return None
    return has_transport(lines)


def has_transport(lines: list[str]) -> bool:
    """Whether the answer to ``pjsip show transports`` or ``sip show settings`` names a transport."""
    return any(_TRANSPORT.match(line) for line in lines)
