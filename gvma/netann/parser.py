"""What a NETANN URI asks for: RFC 4240, and the Genesys dialect of the manual's lines 3009-3107. Pure.

``parse`` returns a ServiceRequest for every text; a refused one has its error. It raises nothing and applies no
default: what the URI does not say stays None.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from gvma.netann.request import FOREVER, NOT_A_SERVICE, REFUSALS, TO_HEADER, Kind, ServiceRequest, Treatment
from gvma.netann.toheader import uri_of
from gvma.netann.uri import LONGEST, SAFE_PATH, SCHEME, RefusedUriError, SipUri, decode, split_uri

LARGEST_NUMBER = 2**31 - 1

_ANNC_FIELDS = frozenset({"play", "repeat", "delay", "duration", "locale", "content-type", "record"})
_NUMBER = re.compile("[0-9]+")
_TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
_ALPHANUMERIC = re.compile("[A-Za-z0-9]+")
_PLAY_URL = re.compile(r'[^\x00-\x20\x7f-\U0010ffff"<>`{}|^]+')
_PROVISIONED = re.compile("/provisioned/", re.IGNORECASE)
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_FILE_SEPARATOR = re.compile(r"[/\\]")
_RECORD = re.compile("[A-Za-z0-9_+@~-][A-Za-z0-9._+@~-]{0,127}")
_CONF_ID = re.compile(r"[A-Za-z0-9\-.!*_+'~]{1,79}")
_SILENCE = re.compile("silence/1?[0-9]")
_VALUELESS_IN_DIALOG = frozenset({"lr", "ob", "gr", "isfocus"})


@lru_cache(maxsize=512)  # all calls of a queue ask for the same music
def parse(text: str, kind: Kind = "request-uri") -> ServiceRequest:
    """What ``text`` asks for.

    kind: ``request-uri`` is read strictly; ``to-header`` is the value of To, read as leniently as the manual's
    macros read it.

    >>> parse("sip:annc@ms.example.net;play=music/in_queue;repeat=3").repeat
    3
    """
    if len(text) > LONGEST:
        return _refused(ServiceRequest(), "too-long")
    try:
        if kind == TO_HEADER:
            uri, in_brackets = uri_of(text)
            parts = split_uri(uri, without_param="" if in_brackets else "tag")
        else:
            parts = split_uri(text)
    except RefusedUriError as refused:
        return _refused(ServiceRequest(), refused.error)
    return _request(parts)


def _refused(request: ServiceRequest, error: str) -> ServiceRequest:
    return replace(request, error=error, sip_status=REFUSALS[error].status)


def _request(parts: SipUri) -> ServiceRequest:
    user = None if parts.user is None else _decoded_or_raw(parts.user)
    request = ServiceRequest("none", parts.scheme, user, parts.host, parts.port)
    indicator, equals, instance = (parts.user or "").partition("=")
    service = (decode(indicator) or "").lower()
    params = _Params(parts)
    try:
        if service == "conf":
            request = replace(request, service="conf")
            return _conf(request, params, instance)
        if service == "annc" and not equals:
            request = replace(request, service="annc")
            return _annc(request, params)
        if service == "dialog" and not equals:
            request = replace(request, service="dialog")
            return _dialog(request, params)
    except RefusedUriError as refused:
        return _refused(request, refused.error)
    return replace(request, params=params.other_than(frozenset()), sip_status=NOT_A_SERVICE.status)


def _decoded_or_raw(escaped: str) -> str:
    decoded = decode(escaped)
    return escaped if decoded is None else decoded


@dataclass(slots=True, init=False)
class _Params:
    """The URI parameters by decoded name in lower case, their values still escaped.

    repeated: whether a name stands twice; the first value counts."""

    escaped: dict[str, str | None]
    repeated: bool

    def __init__(self, parts: SipUri) -> None:
        self.escaped = {}
        self.repeated = False
        for name, value in parts.params:
            key = _decoded_or_raw(name).lower()
            if key in self.escaped:
                self.repeated = True
            else:
                self.escaped[key] = value

    def refuse_repeated(self) -> None:
        if self.repeated:
            raise RefusedUriError("duplicate-param")

    def text(self, name: str) -> str:
        """The decoded value, or the raw one where it cannot be decoded; empty where there is none."""
        return _decoded_or_raw(self.escaped.get(name) or "")

    def strictly(self, name: str, error: str) -> str:
        """The decoded value, empty where there is none. Raises RefusedUriError where it cannot be decoded."""
        decoded = decode(self.escaped.get(name) or "")
        if decoded is None:
            raise RefusedUriError(error)
        return decoded

    def matching(self, name: str, form: re.Pattern[str], error: str) -> str | None:
        """The value, None where the parameter is absent. Raises RefusedUriError where it has another form."""
        if name not in self.escaped:
            return None
        value = self.text(name)
        if not form.fullmatch(value):
            raise RefusedUriError(error)
        return value

    def number(self, name: str, error: str) -> int | None:
        digits = self.matching(name, _NUMBER, error)
        return None if digits is None else min(int(digits), LARGEST_NUMBER)

    def other_than(self, fields: frozenset[str]) -> Mapping[str, str | None]:
        return MappingProxyType(
            {
                name: None if value is None else _decoded_or_raw(value)
                for name, value in self.escaped.items()
                if name not in fields
            }
        )


def _annc(request: ServiceRequest, params: _Params) -> ServiceRequest:
    params.refuse_repeated()
    record = _record(params)
    play = _play(params.strictly("play", "bad-play"), needed=record is None)
    repeat = _repeat(params)
    delay = params.number("delay", "bad-delay")
    duration = params.number("duration", "bad-duration")
    locale = params.matching("locale", _TOKEN, "bad-locale")
    for number in range(1, 10):
        params.matching(f"param{number}", _ALPHANUMERIC, "bad-param")
    return replace(
        request,
        play=play,
        repeat=repeat,
        delay_ms=delay,
        duration_ms=duration,
        locale=locale,
        params=params.other_than(_ANNC_FIELDS),
        content_type=params.text("content-type") or None,
        record=record,
        genesys=_treatment(play, record),
    )


def _record(params: _Params) -> str | None:
    record = params.strictly("record", "bad-record")
    if record and not _RECORD.fullmatch(record):
        raise RefusedUriError("bad-record")
    return record or None


def _repeat(params: _Params) -> int | Literal["forever"] | None:
    if params.text("repeat").lower() == FOREVER:
        return FOREVER
    return params.number("repeat", "bad-repeat")


def _play(play: str, *, needed: bool) -> str | None:
    if not play:
        if needed:
            raise RefusedUriError("missing-play")
        return None
    scheme = SCHEME.match(play)
    provisioned = _PROVISIONED.match(play)
    if scheme is not None:
        _check_play_url(scheme[1].lower(), play)
    elif provisioned is not None:
        if not _ALPHANUMERIC.fullmatch(play, provisioned.end()):
            raise RefusedUriError("bad-play")
    elif not SAFE_PATH.fullmatch(play) or play.startswith("/") or ".." in play.split("/"):
        raise RefusedUriError("unsafe-path")
    return play


def _check_play_url(scheme: str, url: str) -> None:
    if not _PLAY_URL.fullmatch(url):
        raise RefusedUriError("bad-play")
    if scheme == "file":
        path = url.partition(":")[2]
        # Decoded once more, in case a server decodes twice: %252e%252e arrives here as %2e%2e.
        decoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), path)
        if any(".." in _FILE_SEPARATOR.split(form) for form in (path, decoded)):
            raise RefusedUriError("unsafe-path")


def _treatment(play: str | None, record: str | None) -> Treatment:
    """The treatment that the manual's macro chooses; the order of the cases is the macro's."""
    if play == "music/collect":
        return "collect"
    if play == "music/silence":
        return "silence"
    if record is not None:
        return "record"
    return "silence" if _SILENCE.fullmatch(play or "") else "play"


def _conf(request: ServiceRequest, params: _Params, instance: str) -> ServiceRequest:
    params.refuse_repeated()
    if not instance:
        raise RefusedUriError("missing-conf-id")
    conf_id = decode(instance)
    if conf_id is None or not _CONF_ID.fullmatch(conf_id):
        raise RefusedUriError("bad-conf-id")
    record = _record(params)
    return replace(request, conf_id=conf_id.lower(), record=record, params=params.other_than(frozenset({"record"})))


def _dialog(request: ServiceRequest, params: _Params) -> ServiceRequest:
    params.refuse_repeated()
    voicexml = params.strictly("voicexml", "bad-voicexml")
    if not voicexml:
        raise RefusedUriError("missing-voicexml")
    for name in params.escaped:
        if name != "voicexml":
            _check_vxml_param(name, params)
    return replace(request, voicexml=voicexml, params=params.other_than(frozenset({"voicexml"})))


def _check_vxml_param(name: str, params: _Params) -> None:
    value = params.text(name)
    if not value:
        if name in _VALUELESS_IN_DIALOG:
            return
        raise RefusedUriError("missing-vxml-value")
    allowed = True
    if name in ("maxage", "maxstale"):
        allowed = _NUMBER.fullmatch(value) is not None
    elif name == "method":
        allowed = value.lower() in ("get", "post")
    elif name in ("aai", "ccxml"):
        allowed = _is_json(value)
    if not allowed:
        raise RefusedUriError("bad-vxml-param")


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return True


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
