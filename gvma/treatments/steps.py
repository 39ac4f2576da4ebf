"""Steps that the call flows share: ask Asterisk, find a playable sound, refuse, end. Pure.

A flow sets the channel variable ``GVMA_OUTCOME`` for the dialplan: ``done`` when it has served or refused the
call, ``failed`` where it gave up after answering. If it is unset after AGI(), the server was lost, whatever
AGISTATUS says (for a server that dies during a call it says SUCCESS).
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import TypeVar

from gvma.netann.request import HANGUP_CAUSES, Refusal
from gvma.netann.sounds import Sound
from gvma.treatments.commands import Call, CallerGone, Command, Failure, Note, Reply

T = TypeVar("T")
Steps = Generator[Command | Note, Reply | None, T]

OUTCOME = "GVMA_OUTCOME"

_CAUSE_OF_484 = "28"
_WORDS = {404: "not-found", 488: "not-acceptable", 500: "failed"}

# An offset beyond the end of every sound: Asterisk opens the file, finds a translation to the caller's codec, and
# plays nothing.
_BEHIND_THE_END = "2000000000"

_CALL_ID = {"PJSIP": "${CHANNEL(pjsip,call-id)}", "SIP": "${SIPCALLID}"}

ANSWER = Command("ANSWER")

# Where calls come at the same moment and one waits for the others: how often it asks again, and its pause between.
ATTEMPTS = 50
BETWEEN_ATTEMPTS = Command("EXEC", ("Wait", "0.02"), blocking=True)

_NOT_IN_A_FILE_NAME = re.compile("[^A-Za-z0-9._-]")


def ask(command: Command) -> Steps[Reply]:
    """Asterisk's reply to one command."""
    reply = yield command
    if reply is None:  # the driver has no connection any more
        raise CallerGone
    return reply


def full_variable(expression: str) -> Steps[str]:
    """The value of a dialplan expression; empty where it has none."""
    reply = yield from ask(Command("GET FULL VARIABLE", (expression,)))
    return reply.text or ""


def set_variable(name: str, value: str) -> Steps[Reply]:
    """Set a channel variable or a function that can be written."""
    return (yield from ask(Command("SET VARIABLE", (name, value))))


def unique_id(call: Call) -> str:
    """Asterisk's unique id of the channel, for a file name; empty where it has none."""
    return _NOT_IN_A_FILE_NAME.sub("", call.variables.get("uniqueid", ""))


def playable(sound: Sound) -> Steps[str | None]:
    """The first name of a sound that Asterisk can play to this caller; None where it can play none.

    The caller hears nothing: each sound is started beyond its end. An empty or broken file, or one whose codec
    cannot be translated, counts as missing. Source: res_agi.c, handle_streamfile; tried on 16 and 22.
    """
    for name in sound.names:
        command = Command("STREAM FILE", (name, "", _BEHIND_THE_END), blocking=sound.fetched)
        reply = yield from ask(command)
        if reply.number >= 0:
            return name
    return None


def answer(seconds: float) -> Steps[bool]:
    """Answer the call, and limit it to so many seconds from now; 0: no limit. Returns whether it was answered.

    The limit replaces the one that the dialplan has set in case the server stays silent.
    """
    reply = yield from ask(ANSWER)
    if reply.number < 0:
        return False
    yield from set_variable("TIMEOUT(absolute)", f"{seconds:.3f}".rstrip("0").rstrip("."))
    return True


def refuse(call: Call, refusal: Refusal, why: str = "") -> Steps[str]:
    """Refuse a call before it is answered, and log the exact reason with the Call-ID."""
    call_id = yield from full_variable(_CALL_ID.get(call.variables.get("type", ""), "${UNIQUEID}"))
    cause = HANGUP_CAUSES.get(refusal.status, _CAUSE_OF_484)
    sent = "" if refusal.status in HANGUP_CAUSES else ", sent as 484"
    reason = f"{refusal.status} {refusal.reason}{sent}"
    why = why or refusal.explanation
    failure = Failure(True, f"{reason}: {why}", call.uri, call_id)
    yield Note("refused: %s: %s Call-ID %r", (reason, why, call_id), warning=True, failure=failure)
    yield from set_variable(OUTCOME, "done")
    yield from ask(Command("EXEC", ("Hangup", cause)))
    return _WORDS.get(refusal.status, "bad-request")


def end(word: str) -> Steps[str]:
    """Hang up at the regular end of a call. word: the outcome."""
    yield from set_variable(OUTCOME, "done")
    yield from ask(Command("HANGUP"))
    return word


def give_up(call: Call, why: str) -> Steps[str]:
    """Hang up because Asterisk could not go on. Not for a caller who has hung up: that is CallerGone."""
    yield from set_variable(OUTCOME, "failed")
    yield Note("given up: %s", (why,), warning=True, failure=Failure(False, why, call.uri))
    yield from ask(Command("HANGUP"))
    return "failed"
