"""Recordings: the caller is recorded into ``genesys-rec-<id>.wav``; no recording ever replaces another. Pure.

The folder is on Asterisk's host. Asterisk is asked which files are there, and whether another call is about to
use the same name.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from gvma.netann.request import Refusal, ServiceRequest
from gvma.settings.model import MediaSettings
from gvma.treatments.announcement import requested_sound, why_missing
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
    playable,
    refuse,
    set_variable,
    unique_id,
)

FOLDER_MISSING = Refusal(500, "Server Internal Error", "The recordings folder is not there.")

_NUMBERED_NAMES = 50
_STATE = re.compile("users=([0-9]{0,9}) before=([0-9]{0,9}) file=([01]) folder=([01])")
_NUMBER = re.compile(r"\.([0-9]+)\Z")


def recording(call: Call, media: MediaSettings, request: ServiceRequest) -> CallFlow:
    """Play the prompt if there is one, record until hang-up, silence or the time limit, and hang up.

    If the prompt cannot be played, the caller is recorded without it.
    """
    prompt = yield from _prompt(media, request)
    path = yield from _free_path(call, media, request.record or "")
    if path is None:
        why = f"{media.recordings_path} is not a folder on Asterisk's host."
        return (yield from refuse(call, FOLDER_MISSING, why))
    if not (yield from answer(0)):
        return (yield from give_up(call, "the call could not be answered"))
    if prompt is not None:
        yield from ask(Command("STREAM FILE", (prompt, ""), blocking=True))
    yield Note("recording to %s.wav", (path,))
    try:
        reply = yield from ask(_record(path, media))
        if reply.number < 0:
            return (yield from give_up(call, f"{path}.wav could not be recorded ({reply.text or 'no reason given'})"))
        return (yield from end("recorded"))
    except CallerGone:  # how most recordings end; what was recorded is in the file
        return "recorded"


def _prompt(media: MediaSettings, request: ServiceRequest) -> Steps[str | None]:
    if request.play is None:
        return None
    sound = yield from requested_sound(request, media)
    name = yield from playable(sound)
    if name is None:
        why = why_missing(sound)
        note = "the prompt %r cannot be played (%s); recording without it"
        yield Note(note, (request.play, why), warning=True)
    return name


def _free_path(call: Call, media: MediaSettings, record: str) -> Steps[str | None]:
    """The path without extension that only this call records to; None where the folder is missing.

    Several calls may ask for the same id at the same moment. Each joins the channel group of the name *before* it
    counts the group, and uses the name only where it is alone in the group; so no two calls use the same name.
    The group is counted before the file is looked for. Of several calls the oldest tries again until the others
    have left the group, and the others go on to the next name.
    Source: func_groupcount.c; STAT in func_env.c.
    """
    folder = str(media.recordings_path)
    first = f"{folder}/genesys-rec-{record}"
    own = _turn(call)
    for path in (first, *(f"{first}-{number}" for number in range(2, _NUMBERED_NAMES))):
        name = blake2b(path.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
        yield from set_variable("GROUP(gvma-recording)", f"{name}-{own}")
        question = (
            f"users=${{GROUP_MATCH_COUNT(^{name}-@gvma-recording)}} "
            f"before=${{GROUP_MATCH_COUNT(^{name}-({_turns_before(own)})@gvma-recording)}} "
            f"file=${{STAT(e,{path}.wav)}} folder=${{STAT(d,{folder})}}"
        )
        for _ in range(ATTEMPTS):
            users, before, exists, has_folder = _state((yield from full_variable(question)))
            if not has_folder:
                return None
            if users <= 1 and not exists:
                return path
            if before or exists:
                break
            yield from ask(BETWEEN_ATTEMPTS)
        yield Note("%s.wav %s: trying the next name", (path, "exists" if exists else "is being recorded"))
    return f"{first}-{unique_id(call)}"


def _turn(call: Call) -> str:
    """Four digits, larger for a younger channel. They begin again at 0000, which only changes who goes first."""
    number = _NUMBER.search(call.variables.get("uniqueid", ""))
    return f"{int(number[1][-4:]):04}" if number else "0000"


def _turns_before(own: str) -> str:
    """A regular expression for all smaller turns; short, since the name of a group has at most 79 characters.

    >>> _turns_before("0042")
    '00[0-3]|004[0-1]'
    """
    lower = [f"{own[:place]}[0-{int(digit) - 1}]" for place, digit in enumerate(own) if digit != "0"]
    return "|".join(lower) or "none"


def _state(state: str) -> tuple[int, int, bool, bool]:
    """How many calls want the name, how many of them come before this one, whether its file exists, and whether
    the folder does. Where Asterisk gives no such answer: nobody and nothing."""
    found = _STATE.fullmatch(state)
    if found is None:
        return 0, 0, False, False
    return int(found[1] or "0"), int(found[2] or "0"), found[3] == "1", found[4] == "1"


def _record(path: str, media: MediaSettings) -> Command:
    longest = str(media.max_record_seconds * 1000) if media.max_record_seconds else "-1"
    silence = (f"s={media.max_silence_seconds}",) if media.max_silence_seconds else ()
    return Command("RECORD FILE", (path, "wav", "", longest, *silence), blocking=True)
