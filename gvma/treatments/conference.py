"""Conferences: ConfBridge, quiet, one per id; with ``record`` the mix goes to a file of its own.

MeetMe, which the manual uses, is in no current Asterisk; its file names are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

from gvma.netann.request import NOT_A_SERVICE, ServiceRequest
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallerGone, CallFlow, Command, Note
from gvma.treatments.steps import (
    BETWEEN_LOOKS,
    LOOKS,
    Steps,
    answer,
    ask,
    end,
    full_variable,
    give_up,
    refuse,
    set_variable,
    unique_id,
)

_STATE = re.compile(
    "parties=([0-9]{1,9}) folder=([01]?) asking=([0-9]{0,9}) silent=([0-9]{0,9}) recorder=(.*)", re.DOTALL
)
_IN_REGEX = re.compile("[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class _State:
    """A conference at one moment. parties: in it. asking, silent: callers, this one too and some not in it yet,
    who ask for the recording and who do not. recorded: by the conference itself."""

    parties: int
    has_folder: bool
    asking: int
    silent: int
    recorded: bool


def conference(call: Call, media: MediaSettings, request: ServiceRequest) -> CallFlow:
    """Joins the conference of the request's id until hang-up."""
    conf_id = request.conf_id or ""
    name = blake2b(conf_id.encode("ascii"), digest_size=8).hexdigest()
    asks = request.record is not None
    yield from set_variable("GROUP(gvma-conference)", f"{name}-{'asking' if asks else 'silent'}")
    question = _question(conf_id, name, media)
    state = yield from _state(question)
    if state is None:
        return (yield from refuse(call, NOT_A_SERVICE, "ConfBridge is not loaded in this Asterisk."))
    if not (yield from answer(0)):
        return (yield from give_up("the call could not be answered"))
    yield from set_variable("CONFBRIDGE(user,quiet)", "yes")
    yield from set_variable("CONFBRIDGE(user,announce_only_user)", "no")
    if asks and not state.has_folder:
        yield Note(f"{media.recordings_path} is no folder on Asterisk's host: not recorded", warning=True)
    elif asks:
        yield from _record(_recording(call, media, conf_id), state, question)
    elif state.asking and state.has_folder and not state.parties:
        yield from _open_recorded(_recording(call, media, conf_id))
    try:
        reply = yield from ask(Command("EXEC", ("ConfBridge", conf_id), blocking=True))
        if reply.number < 0:
            return (yield from give_up(f"conference {conf_id} could not be joined"))
        return (yield from end("conferred"))
    except CallerGone:  # how a caller leaves
        return "conferred"


def _question(conf_id: str, name: str, media: MediaSettings) -> str:
    """Asks for a _State; the conference records by a channel ``CBRec/<id>-<number>``.

    Source: app_confbridge.c and func_groupcount.c of 16 and 22.
    """
    in_regex = _IN_REGEX.sub(lambda match: f"[{match[0]}]", conf_id)
    return (
        f"parties=${{CONFBRIDGE_INFO(parties,{conf_id})}} folder=${{STAT(d,{media.recordings_path})}} "
        f"asking=${{GROUP_COUNT({name}-asking@gvma-conference)}} "
        f"silent=${{GROUP_COUNT({name}-silent@gvma-conference)}} "
        f"recorder=${{CHANNELS(^CBRec/{in_regex}-[0-9a-f]+$)}}"
    )


def _state(question: str) -> Steps[_State | None]:
    """None where ConfBridge is not there to answer."""
    found = _STATE.fullmatch((yield from full_variable(question)))
    if found is None:
        return None
    parties, folder, asking, silent, recorder = found.groups()
    return _State(int(parties), folder == "1", int(asking or "0"), int(silent or "0"), bool(recorder))


def _recording(call: Call, media: MediaSettings, conf_id: str) -> str:
    return f"{media.recordings_path}/meetme-conf-rec-{conf_id}-{unique_id(call)}.wav"


def _record(path: str, state: _State, question: str) -> Steps[None]:
    """Has the mix recorded: by the conference itself, or where that has begun unrecorded, by this caller's ears.

    A conference keeps the settings of the caller who opens it. Callers who come at one moment: each joins its
    group *before* it looks, so one who opens it either sees who asks and has it recorded, or is seen by them;
    then they wait for what it makes of it.
    """
    for _ in range(LOOKS):
        if state.parties or not state.silent:
            break
        yield from ask(BETWEEN_LOOKS)
        state = (yield from _state(question)) or state
    if state.recorded:
        return
    yield Note(f"recording to {path}")
    if state.parties:
        yield from ask(Command("EXEC", ("MixMonitor", path)))
    else:
        yield from _open_recorded(path)


def _open_recorded(path: str) -> Steps[None]:
    """Has the conference recorded, should this caller open it; it has no effect on one that is open."""
    yield from set_variable("CONFBRIDGE(bridge,record_conference)", "yes")
    yield from set_variable("CONFBRIDGE(bridge,record_file)", path)
    yield from set_variable("CONFBRIDGE(bridge,record_file_timestamp)", "no")
