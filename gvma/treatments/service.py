"""Decides by the URI which call flow answers; refuses before answering what cannot be done."""

from __future__ import annotations

from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallFlow


def any_service(call: Call, media: MediaSettings) -> CallFlow:
    """Whatever the Request-URI asks for: annc, conf, or 488."""
    raise NotImplementedError


def treatment(call: Call, media: MediaSettings) -> CallFlow:
    """The manual's macro treatment: annc only."""
    raise NotImplementedError


def conf(call: Call, media: MediaSettings) -> CallFlow:
    """The manual's macro conf: conf only."""
    raise NotImplementedError


def get_digits(call: Call, media: MediaSettings) -> CallFlow:
    """The manual's macro get-digits: digits until hang-up, whatever the URI says."""
    raise NotImplementedError


def dialog(call: Call, media: MediaSettings) -> CallFlow:
    """VoiceXML: 488, always."""
    raise NotImplementedError
