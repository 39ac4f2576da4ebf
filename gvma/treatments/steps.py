"""Steps that the call flows share: asking Asterisk, looking for a sound, refusing, ending. No decisions.

A flow leaves the channel variable ``GVMA_OUTCOME`` behind for the dialplan: ``done`` once it has done its
part or has refused the call, ``failed`` where it had to give up after answering. Unset after AGI() means
that the server was lost, whatever AGISTATUS says (a server that dies in mid-call leaves SUCCESS).
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import TypeVar

from gvma.netann.request import Refusal
from gvma.netann.sounds import Sound
from gvma.treatments.commands import Call, CallerGone, Command, Note, Reply

T = TypeVar("T")
Steps = Generator[Command | Note, Reply | None, T]

OUTCOME = "GVMA_OUTCOME"

# Hangup causes by which a dialplan gets a SIP status on an unanswered call; measured on chan_sip of
# Asterisk 16 and PJSIP of 22. 400, 414 and 416 cannot be had: Asterisk sends 484 in their place.
_CAUSE_OF_484 = "28"
_CAUSES = {404: "1", 488: "58", 500: "38"}
_WORDS = {404: "not-found", 488: "not-acceptable", 500: "failed"}

# Beyond the end of every sound: Asterisk opens the file, finds a way to the caller's codec, and plays nothing.
_BEHIND_THE_END = "2000000000"

_CALL_ID = {"PJSIP": "${CHANNEL(pjsip,call-id)}", "SIP": "${SIPCALLID}"}

ANSWER = Command("ANSWER")

# How often, and with what between, a call looks whether others that came at the same moment have made way.
LOOKS = 50
BETWEEN_LOOKS = Command("EXEC", ("Wait", "0.02"), blocking=True)

_NOT_IN_A_FILE_NAME = re.compile("[^A-Za-z0-9._-]")


def ask(command: Command) -> Steps[Reply]:
    """Asterisk's reply to one command."""
    reply = yield command
    if reply is None:  # a driver has nobody left to ask
        raise CallerGone
    return reply


def full_variable(expression: str) -> Steps[str]:
    """What Asterisk makes of an expression; empty where it makes nothing of it."""
    reply = yield from ask(Command("GET FULL VARIABLE", (expression,)))
    return reply.text or ""


def set_variable(name: str, value: str) -> Steps[Reply]:
    """A channel variable or writable function, set."""
    return (yield from ask(Command("SET VARIABLE", (name, value))))


def unique_id(call: Call) -> str:
    """Asterisk's unique id of the channel, for a file name; empty where it has none."""
    return _NOT_IN_A_FILE_NAME.sub("", call.variables.get("uniqueid", ""))


def playable(sound: Sound) -> Steps[str | None]:
    """The first name of a sound that Asterisk can play to this caller, None where it has none.

    Nothing is heard: each name is opened behind its end. An empty or broken file, or one whose codec cannot
    be translated, counts as missing. Source: res_agi.c, handle_streamfile; tried on 16 and 22.
    """
    for name in sound.names:
        command = Command("STREAM FILE", (name, "", _BEHIND_THE_END), blocking=sound.fetched)
        reply = yield from ask(command)
        if reply.number >= 0:
            return name
    return None


def answer(seconds: float) -> Steps[bool]:
    """Answers, and lets the call last so many seconds from now, 0 for no limit. False: not answered.

    The limit replaces the one that the dialplan set against a silent server.
    """
    reply = yield from ask(ANSWER)
    if reply.number < 0:
        return False
    yield from set_variable("TIMEOUT(absolute)", f"{seconds:.3f}".rstrip("0").rstrip("."))
    return True


def refuse(call: Call, refusal: Refusal, why: str = "") -> Steps[str]:
    """Refuses a call that is not answered, and logs the exact reason with the Call-ID."""
    call_id = yield from full_variable(_CALL_ID.get(call.variables.get("type", ""), "${UNIQUEID}"))
    cause = _CAUSES.get(refusal.status, _CAUSE_OF_484)
    sent = "" if refusal.status in _CAUSES else ", sent as 484"
    reason = f"{refusal.status} {refusal.reason}{sent}"
    yield Note(f"refused: {reason}: {why or refusal.explanation} Call-ID {call_id!r}", warning=True)
    yield from set_variable(OUTCOME, "done")
    yield from ask(Command("EXEC", ("Hangup", cause)))
    return _WORDS.get(refusal.status, "bad-request")


def end(word: str) -> Steps[str]:
    """Hangs up after a call that went as it should."""
    yield from set_variable(OUTCOME, "done")
    yield from ask(Command("HANGUP"))
    return word


def give_up(why: str) -> Steps[str]:
    """Hangs up because Asterisk could not go on. A caller who has hung up is no failure: CallerGone."""
    yield from set_variable(OUTCOME, "failed")
    yield Note(f"given up: {why}", warning=True)
    yield from ask(Command("HANGUP"))
    return "failed"
