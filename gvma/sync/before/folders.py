"""A sync into another folder than Asterisk's is refused."""

from __future__ import annotations

from gvma.ami.asterisk import Asterisk
from gvma.errors import SettingsError
from gvma.settings.model import GvmaSettings
from gvma.sinks.folders import OtherFolder, other_folders


def refuse_other_folders(settings: GvmaSettings, asterisk: Asterisk, *, resets_pins: bool) -> None:
    """Before the write. Raises SettingsError where Asterisk is known to use another folder than the settings name.

    resets_pins: the spool counts too, since a PIN that is kept there stays in force until its file is removed.
    """
    for other in other_folders(settings, asterisk.folders()):
        if resets_pins or other.key != "asterisk_spool_path":
            raise _other_folder(other, settings)


def _other_folder(other: OtherFolder, settings: GvmaSettings) -> SettingsError:
    key, named, used = other
    return SettingsError(
        f"{key} = {named}, but this Asterisk uses {used}",
        where=f"[gvma_settings] {key}",
        hint=f"Nothing was changed. Set {key} to {used}, or asterisk_cm_host and asterisk_cm_port to the Asterisk that "
        f"uses {named}; now they lead to {settings.ami_address}.",
    )
