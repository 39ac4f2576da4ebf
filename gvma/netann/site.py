"""What a request means at one site: the dialect, the default and the limits of ``[media]``. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvma.netann.request import FOREVER

if TYPE_CHECKING:
    from gvma.netann.request import ServiceRequest
    from gvma.settings.model import MediaSettings

_GENESYS = "genesys"


def plays_default_file(request: ServiceRequest, media: MediaSettings) -> bool:
    """Whether it is ``default_file`` that is played, as by the manual's macro where ``play=`` is absent."""
    return request.error == "missing-play" and media.dialect == _GENESYS and bool(media.default_file)


def number_of_plays(request: ServiceRequest, media: MediaSettings) -> int | None:
    """How often the sound is played; None: until hang-up."""
    repeat = request.repeat
    if repeat is None:
        repeat = FOREVER if media.dialect == _GENESYS else 1
    return None if repeat == FOREVER else max(1, repeat)


def longest_play_ms(request: ServiceRequest, media: MediaSettings) -> int:
    """After so many milliseconds playing ends; 0: there is no limit."""
    longest = media.max_play_seconds * 1000
    return min(request.duration_ms or longest, longest) if longest else request.duration_ms or 0
