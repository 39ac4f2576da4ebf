"""What a NETANN URI asks for, and why one is refused, as values. Parsing is not done here. Pure.

The names of the fields are those of RFC 4240 and of the Genesys dialect; ``None``: the URI does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

Kind = Literal["request-uri", "to-header"]
Service = Literal["annc", "conf", "dialog", "none"]
Treatment = Literal["collect", "silence", "record", "play", "none"]

REQUEST_URI: Kind = "request-uri"
TO_HEADER: Kind = "to-header"
FOREVER: Literal["forever"] = "forever"


class Refusal(NamedTuple):
    """The SIP response to a refused URI. explanation: one sentence for an administrator."""

    status: int
    reason: str
    explanation: str


REFUSALS: Mapping[str, Refusal] = MappingProxyType(
    {
        "bad-uri": Refusal(400, "Bad Request", "This is not a SIP URI as RFC 3261 writes it."),
        "bad-scheme": Refusal(416, "Unsupported URI Scheme", "Only sip: and sips: URIs name a service."),
        "too-long": Refusal(414, "Request-URI Too Long", "The URI is too long: over 4096 characters, or for Asterisk."),
        "duplicate-param": Refusal(400, "Duplicate URI parameter", "A URI parameter stands twice."),
        "missing-play": Refusal(400, "Mandatory play parameter missing", "There is no play= parameter."),
        "bad-play": Refusal(400, "Bad Request", "play= is neither a sound's name nor a URL."),
        "unsafe-path": Refusal(
            404, "Announcement content not found", "play= leads out of the sounds folder, or is not a file name."
        ),
        "bad-repeat": Refusal(400, "Bad Request", "repeat= is neither a number nor forever."),
        "bad-delay": Refusal(400, "Bad Request", "delay= is not a number of milliseconds."),
        "bad-duration": Refusal(400, "Bad Request", "duration= is not a number of milliseconds."),
        "bad-locale": Refusal(400, "Bad Request", "locale= is not a language tag such as en_CA."),
        "bad-param": Refusal(400, "Bad Request", "param1= to param9= hold letters and digits only."),
        "bad-record": Refusal(400, "Bad Request", "record= cannot be part of a file name."),
        "missing-conf-id": Refusal(404, "Not Found", "There is no conference id after conf=."),
        "bad-conf-id": Refusal(400, "Bad Request", "The conference id has characters that are not allowed."),
        "missing-voicexml": Refusal(400, "Bad Request", "There is no voicexml= parameter."),
        "bad-voicexml": Refusal(400, "Bad Request", "voicexml= cannot be read."),
        "missing-vxml-value": Refusal(400, "Missing VXML Value", "A VoiceXML parameter has no value."),
        "bad-vxml-param": Refusal(400, "Bad Request", "A VoiceXML parameter has a value that is not allowed."),
    }
)
NOT_FOUND = REFUSALS["unsafe-path"]
NOT_A_SERVICE = Refusal(488, "Not Acceptable Here", "The user part names none of annc, conf and dialog.")

HANGUP_CAUSES: Mapping[int, str] = MappingProxyType({404: "1", 488: "58", 500: "38"})
"""The causes for which Asterisk sends these SIP statuses on an unanswered call; measured on chan_sip of Asterisk 16 and
PJSIP of 22. No cause gives 400, 414 or 416; 484 is sent in place of them."""


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """One parsed URI.

    service: ``annc``, ``conf``, ``dialog``, or ``none`` where the URI names no service.
    scheme, user, host, port: of the URI; user decoded and without its password, host in lower case.
    play: as decoded once. repeat: total number of plays, or ``forever``. delay_ms, duration_ms: milliseconds.
    locale, content_type, conf_id (lower case), voicexml, record: the values of their parameters.
    params: every other URI parameter, names in lower case, None where there is no ``=``.
    genesys: which treatment of the manual's macro this is.
    error: a key of REFUSALS, or None. sip_status: what a server answers because of the URI alone.
    """

    service: Service = "none"
    scheme: str | None = None
    user: str | None = None
    host: str | None = None
    port: int | None = None
    play: str | None = None
    repeat: int | Literal["forever"] | None = None
    delay_ms: int | None = None
    duration_ms: int | None = None
    locale: str | None = None
    params: Mapping[str, str | None] = field(default_factory=dict)
    content_type: str | None = None
    conf_id: str | None = None
    voicexml: str | None = None
    record: str | None = None
    genesys: Treatment = "none"
    error: str | None = None
    sip_status: int | None = None

    @property
    def refusal(self) -> Refusal | None:
        """Why the URI alone is refused; None where it is not refused."""
        if self.error is not None:
            return REFUSALS[self.error]
        return NOT_A_SERVICE if self.service == "none" else None

    @property
    def sends_digits(self) -> bool:
        """Whether the keys that the caller presses are sent, and nothing is played but a prompt."""
        return self.genesys == "collect" or self.play == "music/silence"

    def as_json(self) -> dict[str, object]:
        """The fields in order, as ``gvma netann parse`` prints them."""
        fields: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        fields["params"] = dict(self.params)
        return fields
