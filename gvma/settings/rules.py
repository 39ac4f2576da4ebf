"""Rules about several settings together; pure. ``values.py`` has the rules about a single one.

All keys here belong to ``[gvma_settings]``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from os.path import normpath
from pathlib import Path

from gvma.settings.model import REALTIME, GvmaSettings, Settings

_PREFIXES = ("vm_dn_ext_prefix", "vm_agt_ext_prefix", "vm_grp_ext_prefix")
_TARGETS = (
    "asterisk_cfg_file_sip",
    "asterisk_cfg_file_pjsip",
    "asterisk_cfg_file_vm",
    "asterisk_cfg_file_exten",
)
_TAKEN_CONTEXTS = frozenset({"gvma", "general", "globals"})


def broken_rules(settings: Settings) -> Iterator[tuple[str, str]]:
    """Key and message of each combination with which no run can work."""
    gvma = settings.gvma
    for first, second in (*combinations(_PREFIXES, 2), *combinations(_TARGETS, 2)):
        if getattr(gvma, first) == getattr(gvma, second):
            yield second, f"is the same as {first}: {getattr(gvma, first)}"
    if gvma.asterisk_cfg_gvma_begin == gvma.asterisk_cfg_gvma_end:
        yield "asterisk_cfg_gvma_end", "is the same as asterisk_cfg_gvma_begin"
    if not (gvma.keep_last or gvma.keep_daily or gvma.keep_monthly):
        yield "keep_last", "is 0, as are keep_daily and keep_monthly: no backup set would be kept"
    if gvma.routing_context.lower() in _TAKEN_CONTEXTS:
        yield "routing_context", f"{gvma.routing_context} is already the name of another context or section"
    if gvma.routing_sipserver_peer == gvma.routing_gateway_peer:
        yield "routing_gateway_peer", "is the same as routing_sipserver_peer"
    if gvma.sink == REALTIME:
        yield from _broken_for_realtime(gvma)


def _broken_for_realtime(gvma: GvmaSettings) -> Iterator[tuple[str, str]]:
    if not gvma.realtime_dsn:
        yield "realtime_dsn", "is missing, and sink = realtime needs it"
    if gvma.channel_driver == "sip":
        yield "channel_driver", "is sip, and sink = realtime needs PJSIP"
    if gvma.mwi_mode != "SUBSCRIBE":
        yield "mwi_mode", f"is {gvma.mwi_mode}, and sink = realtime needs SUBSCRIBE"


def odd_values(settings: Settings) -> Iterator[tuple[str, str]]:
    """Key and message of each unusual value that does not stop a run."""
    gvma = settings.gvma
    if Path(normpath(gvma.backup_path)).is_relative_to(normpath(gvma.asterisk_cfg_path)):
        yield "backup_path", "is inside Asterisk's configuration folder; choose another folder"
