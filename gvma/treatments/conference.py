"""Conferences: one ConfBridge per id, without announcements; with ``record`` the mix is written to a file. Pure.

The manual uses MeetMe, which no current Asterisk has; the names of the files are still MeetMe's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

from gvma.netann.request import NOT_A_SERVICE, ServiceRequest
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallerGone, CallFlow, Command, Note
from gvma.treatments.steps import (
    ATTEMPTS,
    BETWEEN_ATTEMPTS,
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
    "parties=([0-9]{1,9}) folder=([01]?) recording=([0-9]{0,9}) plain=([0-9]{0,9}) recorder=(.*)", re.DOTALL
)
_IN_REGEX = re.compile("[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class _State:
    """A conference at one moment.

    parties: how many are in it. has_folder: whether the recordings folder is there.
    recording, plain: how many callers ask for the recording, and how many do not; this caller is counted, and so
    are callers who are about to join. recorded: whether the conference itself is being recorded.
    """

    parties: int
    has_folder: bool
    recording: int
    plain: int
    recorded: bool


def conference(call: Call, media: MediaSettings, request: ServiceRequest) -> CallFlow:
    """Join the conference of the request's id until hang-up."""
    conf_id = request.conf_id or ""
    name = blake2b(conf_id.encode("ascii"), digest_size=8).hexdigest()
    asks_for_recording = request.record is not None
    yield from set_variable("GROUP(gvma-conference)", f"{name}-{'recording' if asks_for_recording else 'plain'}")
    question = _question(conf_id, name, media)
    state = yield from _state(question)
    if state is None:
        return (yield from refuse(call, NOT_A_SERVICE, "ConfBridge is not loaded in this Asterisk."))
    if not (yield from answer(0)):
        return (yield from give_up(call, "the call could not be answered"))
    yield from set_variable("CONFBRIDGE(user,quiet)", "yes")
    yield from set_variable("CONFBRIDGE(user,announce_only_user)", "no")
    if asks_for_recording and not state.has_folder:
        folder = str(media.recordings_path)
        yield Note("%s is not a folder on Asterisk's host: not recorded", (folder,), warning=True)
    elif asks_for_recording:
        yield from _record(_recording_path(call, media, conf_id), state, question)
    elif state.recording and state.has_folder and not state.parties:
        yield from _record_if_opened_here(_recording_path(call, media, conf_id))
    try:
        reply = yield from ask(Command("EXEC", ("ConfBridge", conf_id), blocking=True))
        if reply.number < 0:
            return (yield from give_up(call, f"conference {conf_id} could not be joined"))
        return (yield from end("conferred"))
    except CallerGone:  # how a caller leaves
        return "conferred"


def _question(conf_id: str, name: str, media: MediaSettings) -> str:
    """The expression whose value is a _State as text. A conference that is recorded has a channel
    ``CBRec/<id>-<number>``.

    Source: app_confbridge.c and func_groupcount.c of 16 and 22.
    """
    in_regex = _IN_REGEX.sub(lambda match: f"[{match[0]}]", conf_id)
    return (
        f"parties=${{CONFBRIDGE_INFO(parties,{conf_id})}} folder=${{STAT(d,{media.recordings_path})}} "
        f"recording=${{GROUP_COUNT({name}-recording@gvma-conference)}} "
        f"plain=${{GROUP_COUNT({name}-plain@gvma-conference)}} "
        f"recorder=${{CHANNELS(^CBRec/{in_regex}-[0-9a-f]+$)}}"
    )


def _state(question: str) -> Steps[_State | None]:
    """The conference now; None where ConfBridge is not loaded."""
    found = _STATE.fullmatch((yield from full_variable(question)))
    if found is None:
        return None
    parties, folder, recording, plain, recorder = found.groups()
    return _State(int(parties), folder == "1", int(recording or "0"), int(plain or "0"), bool(recorder))


def _recording_path(call: Call, media: MediaSettings, conf_id: str) -> str:
    return f"{media.recordings_path}/meetme-conf-rec-{conf_id}-{unique_id(call)}.wav"


def _record(path: str, state: _State, question: str) -> Steps[None]:
    """Record the mix: by the conference itself, or, if it was opened unrecorded, on this caller's channel.

    A conference keeps the settings of the caller who opens it. Several may call at the same moment. Each joins
    its channel group *before* it reads the counts. So a plain caller who opens the conference either sees that
    another asks for the recording, and opens it recorded; or that other sees the plain caller, and waits here
    until the conference is open.
    """
    for _ in range(ATTEMPTS):
        if state.parties or not state.plain:
            break
        yield from ask(BETWEEN_ATTEMPTS)
        state = (yield from _state(question)) or state
    if state.recorded:
        return
    yield Note("recording to %s", (path,))
    if state.parties:
        yield from ask(Command("EXEC", ("MixMonitor", path)))
    else:
        yield from _record_if_opened_here(path)


def _record_if_opened_here(path: str) -> Steps[None]:
    """Have the conference recorded if this caller opens it; a conference that is open already is not changed."""
    yield from set_variable("CONFBRIDGE(bridge,record_conference)", "yes")
    yield from set_variable("CONFBRIDGE(bridge,record_file)", path)
    yield from set_variable("CONFBRIDGE(bridge,record_file_timestamp)", "no")
