"""Conferences: ConfBridge, quiet, one per id; with ``record`` the mix goes to a file of its own.

MeetMe, which the manual uses, is in no current Asterisk; its file names are kept.
"""

from __future__ import annotations

import re

from gvma.netann.request import NOT_A_SERVICE, ServiceRequest
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallerGone, CallFlow, Command, Note
from gvma.treatments.steps import Steps, answer, ask, end, full_variable, give_up, refuse, set_variable

_STATE = re.compile("parties=([0-9]+) folder=([01]?) recorder=(.*)", re.DOTALL)
_IN_REGEX = re.compile("[^A-Za-z0-9_-]")
_UNSAFE = re.compile("[^A-Za-z0-9._-]")


def conference(call: Call, media: MediaSettings, request: ServiceRequest) -> CallFlow:
    """Joins the conference of the request's id until hang-up."""
    conf_id = request.conf_id or ""
    found = _STATE.fullmatch((yield from full_variable(_state_of(conf_id, media))))
    if found is None:
        return (yield from refuse(call, NOT_A_SERVICE, "ConfBridge is not loaded in this Asterisk."))
    if not (yield from answer(0)):
        return (yield from give_up("the call could not be answered"))
    yield from set_variable("CONFBRIDGE(user,quiet)", "yes")
    yield from set_variable("CONFBRIDGE(user,announce_only_user)", "no")
    if request.record is not None:
        if found[2] != "1":
            yield Note(f"{media.recordings_path} is no folder on Asterisk's host: not recorded", warning=True)
        elif not found[3]:
            yield from _record(_recording(call, media, conf_id), begun=found[1] != "0")
    try:
        reply = yield from ask(Command("EXEC", ("ConfBridge", conf_id), blocking=True))
        if reply.number < 0:
            return (yield from give_up(f"conference {conf_id} could not be joined"))
        return (yield from end("conferred"))
    except CallerGone:  # how a caller leaves
        return "conferred"


def _state_of(conf_id: str, media: MediaSettings) -> str:
    """Asks for the conference's parties, the recordings folder, and the channel by which ConfBridge records.

    A conference keeps the settings of the caller who opened it, so who comes later must know.
    Source: app_confbridge.c; its recording channel is ``CBRec/<id>-<number>`` on 16 and 22.
    """
    in_regex = _IN_REGEX.sub(lambda match: f"[{match[0]}]", conf_id)
    return (
        f"parties=${{CONFBRIDGE_INFO(parties,{conf_id})}} folder=${{STAT(d,{media.recordings_path})}} "
        f"recorder=${{CHANNELS(^CBRec/{in_regex}-[0-9a-f]+$)}}"
    )


def _recording(call: Call, media: MediaSettings, conf_id: str) -> str:
    unique_id = _UNSAFE.sub("", call.variables.get("uniqueid", ""))
    return f"{media.recordings_path}/meetme-conf-rec-{conf_id}-{unique_id}.wav"


def _record(path: str, *, begun: bool) -> Steps[None]:
    """Records the mix: by the conference itself, or where that has begun unrecorded, by this caller's ears."""
    yield Note(f"recording to {path}")
    if begun:
        yield from ask(Command("EXEC", ("MixMonitor", path)))
        return
    yield from set_variable("CONFBRIDGE(bridge,record_conference)", "yes")
    yield from set_variable("CONFBRIDGE(bridge,record_file)", path)
    yield from set_variable("CONFBRIDGE(bridge,record_file_timestamp)", "no")
