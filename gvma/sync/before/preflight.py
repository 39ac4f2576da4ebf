"""Whether Asterisk can take what is to be written: the last look before the write."""

from __future__ import annotations

from gvma.ami.asterisk import Asterisk
from gvma.settings.model import GvmaSettings
from gvma.sinks.planner import Planned
from gvma.sync.before.folders import refuse_other_folders


def preflight(settings: GvmaSettings, asterisk: Asterisk, planned: Planned) -> None:
    """Raises SettingsError (another folder), AsteriskRefusedError (a module is not loaded), CredentialsError (the
    account may not do what a sync does) or AsteriskUnreachableError; nothing was changed then."""
    change = planned.change
    refuse_other_folders(settings, asterisk, resets_pins=bool(planned.plan.pins.reset))
    asterisk.preflight([module for module in change.reloads if module in change.needed])
