"""Which channel driver a command takes: one answer for all of them. Pure: it opens no file and asks nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gvma.asterisk.drivers import CHAN_SIP, DRIVERS, PJSIP, Driver, driver_of
from gvma.asterisk.managed_block.markers import has_marker

AUTO = "auto"


class DriverFile(NamedTuple):
    """A driver's file. name: ``pjsip.conf``. has_block: our block stands in it."""

    name: str
    exists: bool = False
    has_block: bool = False

    @classmethod
    def of(cls, name: str, text: bytes | None, begin: bytes) -> DriverFile:
        """text: None for a file that does not exist. begin: our begin marker."""
        return cls(name, text is not None, has_marker(text or b"", begin))


class DriverModule(NamedTuple):
    """What Asterisk says of a driver. has_transport: None where it could not be asked; it then counts as one."""

    loaded: bool = False
    has_transport: bool | None = None

    @property
    def serves(self) -> bool:
        return self.loaded and self.has_transport is not False


class Choice(NamedTuple):
    """The driver, and one sentence why."""

    driver: Driver
    reason: str


def choose(
    configured: str, files: Mapping[str, DriverFile], modules: Mapping[str, DriverModule] | None = None
) -> Choice:
    """The channel driver.

    configured: ``channel_driver`` of the settings. files, modules: of both drivers by name (``pjsip``, ``sip``);
    modules is None where Asterisk was not asked.
    ``auto`` takes the driver that serves SIP. Where both do, or neither, the files decide: Debian ships a pjsip.conf
    also where chan_sip serves, so that a block of an earlier sync says more than a file that exists.
    """
    if configured != AUTO:
        return Choice(driver_of(configured), f"channel_driver = {configured} in the settings.")
    if modules is None:
        return _by_files("Asterisk was not asked", files)
    serving = [driver for driver in DRIVERS if modules[driver.name].serves]
    loaded = [driver for driver in DRIVERS if modules[driver.name].loaded]
    if len(serving) == 1:
        other = CHAN_SIP if serving[0] is PJSIP else PJSIP
        lacks = "has no transport" if other in loaded else "is not loaded"
        return Choice(serving[0], f"{serving[0].module} serves SIP, and {other.module} {lacks}.")
    if serving:
        return _with_block("Both drivers serve SIP", files) or Choice(PJSIP, "Both drivers serve SIP.")
    if len(loaded) == 1:
        return Choice(loaded[0], f"{loaded[0].module} alone is loaded, although it has no transport.")
    return _by_files("Neither driver serves SIP", files)


def _by_files(why: str, files: Mapping[str, DriverFile]) -> Choice:
    chosen = _with_block(why, files)
    if chosen is not None:
        return chosen
    name = files[PJSIP.name].name
    if files[PJSIP.name].exists:
        return Choice(PJSIP, f"{why}, and {name} exists.")
    return Choice(CHAN_SIP, f"{why}, and there is no {name}.")


def _with_block(why: str, files: Mapping[str, DriverFile]) -> Choice | None:
    """The driver whose file alone has our block; None where neither or both have it."""
    having = [driver for driver in DRIVERS if files[driver.name].has_block]
    if len(having) != 1:
        return None
    return Choice(having[0], f"{why}, and {files[having[0].name].name} alone has gvma's block.")
