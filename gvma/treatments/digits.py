"""Digits: each key that the caller presses is sent as one in-dialog text ``Signal=<key>``, until hang-up. Pure."""

from __future__ import annotations

from gvma.netann.sounds import Sound, sound_of, without_extension
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallerGone, CallFlow, Command, Note
from gvma.treatments.steps import Steps, answer, ask, full_variable, give_up, playable

KEYS = "0123456789*#ABCD"
# SIP INFO may name keys in lower case, and PJSIP passes them on as they came.
_KEYS_IN_LOWER_CASE = "abcd"

_NEXT_KEY = Command("WAIT FOR DIGIT", ("-1",), blocking=True)


def digits(call: Call, media: MediaSettings, *, prompted: bool) -> CallFlow:
    """Collect keys until hang-up. prompted: first play ``digits_prompt`` once, if there is one; a key ends it."""
    yield from _warn_of_lost_texts(call)
    prompt = (yield from _prompt(media)) if prompted else None
    if not (yield from answer(0)):
        return (yield from give_up(call, "the call could not be answered"))
    command = _NEXT_KEY
    if prompt is not None:
        command = Command("STREAM FILE", (prompt, KEYS + _KEYS_IN_LOWER_CASE), blocking=True)
    try:
        while True:
            reply = yield from ask(command)
            if reply.number < 0:
                return (yield from give_up(call, "Asterisk stopped waiting for keys"))
            if reply.number > 0:
                yield from _send(reply.number)
            command = _NEXT_KEY
    except CallerGone:  # the only end that collecting has
        return "collected"


def _warn_of_lost_texts(call: Call) -> Steps[None]:
    """Warn where chan_sip will send no text: it sends no MESSAGE to a caller whose Allow lacks it, and yet
    reports success."""
    if call.variables.get("type") != "SIP":
        return
    allowed = yield from full_variable("${SIP_HEADER(Allow)}")
    if allowed and "MESSAGE" not in allowed.upper():
        yield Note("the INVITE's Allow lacks MESSAGE: Asterisk will send no keys to this caller", warning=True)


def _prompt(media: MediaSettings) -> Steps[str | None]:
    if not media.digits_prompt:
        return None
    if media.digits_prompt.startswith("/"):
        sound = Sound(without_extension(media.digits_prompt))
    else:
        sound = sound_of(media.digits_prompt, folders=[str(media.sounds_path)])
    name = yield from playable(sound)
    if name is None:
        note = "digits_prompt %r cannot be played; digits are collected without it"
        yield Note(note, (media.digits_prompt,), warning=True)
    return name


def _send(code: int) -> Steps[None]:
    """Send one key to the caller. code: the key in ASCII; another code is no key, and nothing is sent."""
    key = chr(code).upper() if code < 128 else "?"
    if key not in KEYS:
        return
    reply = yield from ask(Command("SEND TEXT", (f"Signal={key}",)))
    if reply.number != 0:
        yield Note("a key could not be sent to the caller as text", warning=True)
