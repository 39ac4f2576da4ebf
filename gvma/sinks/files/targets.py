"""The three files that hold our blocks: which they are, what reads them, and where each is. Pure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from gvma.asterisk import dialplan, voicemail
from gvma.asterisk.drivers.base import Driver
from gvma.asterisk.managed_block.block import OwnLines
from gvma.asterisk.modules import DIALPLAN, VOICEMAIL
from gvma.settings.model import GvmaSettings

T = TypeVar("T")
U = TypeVar("U")


class Targets(NamedTuple, Generic[T]):
    """Something for each of the three files, in the order in which they are shown. channel: sip.conf or pjsip.conf."""

    voicemail: T
    channel: T
    dialplan: T

    def map(self, function: Callable[[T], U]) -> Targets[U]:
        return Targets(function(self.voicemail), function(self.channel), function(self.dialplan))


class Target(NamedTuple):
    """One file: its path, the module that reads it, and how lines of ours look in it."""

    path: Path
    module: str
    own_lines: OwnLines


def targets(settings: GvmaSettings, driver: Driver) -> Targets[Target]:
    """The three files of this driver."""
    return Targets(
        voicemail=Target(settings.target(settings.asterisk_cfg_file_vm), VOICEMAIL, voicemail.OWN_LINES),
        channel=Target(driver.path(settings), driver.module, driver.own_lines),
        dialplan=Target(settings.target(settings.asterisk_cfg_file_exten), DIALPLAN, dialplan.OWN_LINES),
    )
