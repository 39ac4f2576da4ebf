"""Announcements and music: play a sound, or silence, a number of times. Pure.

Whether the sound can be played is checked before the call is answered. There is no clock here: Asterisk ends
the call when its time limit is reached.
"""

from __future__ import annotations

from gvma.netann.request import NOT_FOUND, REFUSALS, ServiceRequest
from gvma.netann.site import longest_play_ms, number_of_plays
from gvma.netann.sounds import Sound, sound_of, without_extension
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallFlow, Command, Note, Reply
from gvma.treatments.steps import Steps, answer, ask, end, full_variable, give_up, playable, refuse

# A sound that ends at once must not be repeated in a busy loop: after so many plays that are shorter than one
# frame the call ends.
_FRAME_SAMPLES = 160
_EMPTY_PLAYS = 10


def announcement(call: Call, media: MediaSettings, request: ServiceRequest) -> CallFlow:
    """Play the sound of ``play=`` ``repeat`` times with ``delay`` between, for ``duration`` at most."""
    plays = number_of_plays(request, media)
    if request.genesys == "silence":
        return (yield from _play(call, _silence(request), plays, request, media))
    sound = yield from requested_sound(request, media)
    name = yield from playable(sound)
    if name is None:
        return (yield from refuse(call, NOT_FOUND, f"{request.play!r}: {why_missing(sound)}."))
    return (yield from _play(call, _stream(name), plays, request, media))


def default_music(call: Call, media: MediaSettings, request: ServiceRequest) -> CallFlow:
    """Play the default file without an end, as the manual's macro does where ``play=`` is absent."""
    name = yield from playable(Sound(without_extension(media.default_file)))
    if name is None:
        why = f"There is no play= parameter, and default_file {media.default_file!r} cannot be played."
        return (yield from refuse(call, REFUSALS["missing-play"], why))
    return (yield from _play(call, _stream(name), None, request, media))


def requested_sound(request: ServiceRequest, media: MediaSettings) -> Steps[Sound]:
    """The sound that ``play=`` names. Only for a ``file:`` URL Asterisk is asked for its own sounds folder."""
    play = request.play or ""
    folders = [str(media.sounds_path)]
    if play[:5].lower() == "file:":
        data_folder = yield from full_variable("${ASTDATADIR}")
        folders += [f"{data_folder}/sounds"] if data_folder else []
    return sound_of(play, locale=request.locale, folders=folders, hosts=media.play_hosts)


def why_missing(sound: Sound) -> str:
    """Why a sound cannot be played, in words for the log."""
    if sound.fetched:
        return "Asterisk could not fetch it, or has no module res_http_media_cache"
    return sound.missing or "no such sound"


def _stream(name: str) -> Command:
    return Command("STREAM FILE", (name, ""), blocking=True)


def _silence(request: ServiceRequest) -> Command:
    """The command for ``silence/N``: N seconds in which nothing is played."""
    seconds = (request.play or "").partition("/")[2]
    return Command("EXEC", ("Wait", seconds), blocking=True)


def _play(call: Call, one: Command, plays: int | None, request: ServiceRequest, media: MediaSettings) -> CallFlow:
    pause = Command("EXEC", ("Wait", f"{(request.delay_ms or 0) / 1000:.3f}"), blocking=True)
    if not (yield from answer(longest_play_ms(request, media) / 1000)):
        return (yield from give_up(call, "the call could not be answered"))
    played = empty = 0
    while plays is None or played < plays:
        if played and request.delay_ms:
            yield from ask(pause)
        reply = yield from ask(one)
        if reply.number < 0:
            return (yield from give_up(call, f"{request.play or media.default_file!r} could not be played to its end"))
        played += 1
        empty = empty + 1 if _was_empty(one, reply) else 0
        if empty == _EMPTY_PLAYS:
            yield Note("%r ends at once, so it is not repeated", (request.play or media.default_file,), warning=True)
            break
    return (yield from end("played"))


def _was_empty(one: Command, reply: Reply) -> bool:
    if one.verb == "EXEC":
        return one.arguments[-1] == "0"
    return reply.endpos is not None and reply.endpos < _FRAME_SAMPLES
