"""Which call flow answers, by the URI. What cannot be served is refused before the call is answered. Pure."""

from __future__ import annotations

from gvma.netann.request import NOT_A_SERVICE, Service, ServiceRequest
from gvma.netann.site import plays_default_file
from gvma.settings.model import MediaSettings
from gvma.treatments.announcement import announcement, default_music
from gvma.treatments.caller import requested_service
from gvma.treatments.commands import Call, CallFlow
from gvma.treatments.conference import conference
from gvma.treatments.digits import digits
from gvma.treatments.recording import recording
from gvma.treatments.steps import refuse

_SHOWN = 300


def any_service(call: Call, media: MediaSettings) -> CallFlow:
    """Whatever the Request-URI asks for: annc, conf, or 488."""
    return _serve(call, media, ("annc", "conf"))


def treatment(call: Call, media: MediaSettings) -> CallFlow:
    """The manual's macro treatment: annc with all its treatments; 488 to other services."""
    return _serve(call, media, ("annc",))


def conf(call: Call, media: MediaSettings) -> CallFlow:
    """The manual's macro conf: conf only; 488 to other services."""
    return _serve(call, media, ("conf",))


def get_digits(call: Call, media: MediaSettings) -> CallFlow:
    """The manual's macro get-digits: keys until hang-up, whatever the URI says.

    It has the macro's argument: ``music/silence`` means no prompt.
    """
    return digits(call, media, prompted="music/silence" not in call.arguments)


def dialog(call: Call, media: MediaSettings) -> CallFlow:
    """VoiceXML: always 488."""
    del media
    return refuse(call, NOT_A_SERVICE, "VoiceXML dialogs are not offered here.")


def _serve(call: Call, media: MediaSettings, offered: tuple[Service, ...]) -> CallFlow:
    request, text = yield from requested_service(call)
    call = call._replace(uri=text)
    shown = repr(text[:_SHOWN])
    if request.service == "dialog":
        return (yield from refuse(call, NOT_A_SERVICE, f"VoiceXML dialogs are not offered here: {shown}"))
    if "annc" in offered and plays_default_file(request, media):
        return (yield from default_music(call, media, request))
    if request.refusal is not None:
        return (yield from refuse(call, request.refusal, f"{request.refusal.explanation} {shown}"))
    if request.service not in offered:
        return (yield from refuse(call, NOT_A_SERVICE, f"{request.service} is not offered on this route: {shown}"))
    return (yield from _flow(call, media, request))


def _flow(call: Call, media: MediaSettings, request: ServiceRequest) -> CallFlow:
    """The call flow for the request; the order of the cases is that of the manual's macros."""
    if request.service == "conf":
        return conference(call, media, request)
    if request.sends_digits:
        return digits(call, media, prompted=request.genesys == "collect")
    if request.genesys == "record":
        return recording(call, media, request)
    return announcement(call, media, request)
