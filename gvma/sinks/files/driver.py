"""Which channel driver a run writes for: the facts for ``asterisk.drivers.choose``, from files and from Asterisk."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gvma.asterisk.drivers import DRIVERS, PJSIP
from gvma.asterisk.drivers.choose import AUTO, Choice, DriverFile, DriverModule, choose
from gvma.asterisk.managed_block.markers import has_marker
from gvma.settings.model import REALTIME, GvmaSettings
from gvma.sinks.files.block_file import markers_of
from gvma.storage.asterisk.conf_files import content
from gvma.storage.state import records

NEEDED_BY_REALTIME = "sink = realtime needs PJSIP."


def channel_driver(settings: GvmaSettings, modules: Mapping[str, DriverModule] | None) -> Choice:
    """modules: what Asterisk says of each driver, by name; None where it was not asked."""
    if settings.sink == REALTIME:
        return Choice(PJSIP, NEEDED_BY_REALTIME)
    if settings.channel_driver != AUTO:
        return choose(settings.channel_driver, {}, None)
    begins = [begin for begin, _ in (markers_of(settings), *records.read_left(settings.backup_path).markers())]
    files = {}
    for driver in DRIVERS:
        path = driver.path(settings)
        text = content(path) or (b"" if os.path.exists(path) else None)
        begin = next((one for one in begins if has_marker(text or b"", one)), begins[0])
        files[driver.name] = DriverFile.of(path.name, text, begin)
    return choose(AUTO, files, modules)
