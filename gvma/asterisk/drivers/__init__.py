"""The two channel drivers, chan_sip and PJSIP: all that differs between them in what gvma writes and reads. Pure."""

from __future__ import annotations

from gvma.asterisk.drivers.base import Driver
from gvma.asterisk.drivers.chan_sip import CHAN_SIP
from gvma.asterisk.drivers.pjsip import PJSIP

DRIVERS: tuple[Driver, ...] = (PJSIP, CHAN_SIP)
"""Both; PJSIP comes first, which wins where nothing else decides."""

__all__ = ["CHAN_SIP", "DRIVERS", "PJSIP", "Driver", "driver_of", "other_than"]


def driver_of(name: str) -> Driver:
    """The driver that ``channel_driver`` names, ``pjsip`` or ``sip``. Raises KeyError for another name."""
    return {driver.name: driver for driver in DRIVERS}[name]


def other_than(driver: Driver) -> Driver:
    """The other one of the two."""
    return CHAN_SIP if driver is PJSIP else PJSIP
