"""Which service a call asks for: the Request-URI says it, and where it says nothing the To header. Pure.

This file only reads; refusing a call is not its work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gvma.netann.parser import parse
from gvma.netann.request import REFUSALS, REQUEST_URI, TO_HEADER, Kind, ServiceRequest
from gvma.treatments.commands import Call, Note
from gvma.treatments.pjsip_uri import as_sent
from gvma.treatments.steps import Steps, full_variable


@dataclass(frozen=True, slots=True)
class _Expressions:
    """The expressions by which a channel driver gives the Request-URI and the To header.

    On a channel of the other driver they are empty. longest_to: the longest To header in bytes with which the
    driver can answer a call; the value of request_uri then begins with To's length. 0: no limit, no length.
    half_decoded: see gvma.treatments.pjsip_uri.
    """

    request_uri: str
    to: str
    longest_to: int = 0
    half_decoded: bool = False


# chan_sip adds its tag to To in a buffer of 256 bytes. If the tag is cut off, chan_sip does not recognise the
# caller's ACK, and the caller hears nothing. Source: chan_sip.c, respprep (newto); tried on 16.
_BY_CHANNEL_TYPE = {
    "PJSIP": _Expressions("${CHANNEL(pjsip,request_uri)}", "${PJSIP_HEADER(read,To)}", half_decoded=True),
    "SIP": _Expressions("${LEN(${SIP_HEADER(To)})} ${CHANNEL(ruri)}", "${SIP_HEADER(To)}", longest_to=240),
}
_LONGEST_FROM_ASTERISK = 4090  # Asterisk gives 4,095 characters, and To's length may be among them
_ANNC_PARAM = re.compile(";(play|repeat|delay|duration|locale|content-type|record|param[1-9])(=|;|$)", re.IGNORECASE)


def requested_service(call: Call) -> Steps[tuple[ServiceRequest, str]]:
    """The service that the call asks for, and the text that it was read from.

    A channel that is not SIP asks for nothing: service ``none``.
    Source: RFC 4240 section 5, by which the Request-URI describes the service.
    """
    expressions = _BY_CHANNEL_TYPE.get(call.variables.get("type", ""))
    if expressions is None:
        return ServiceRequest(), ""
    uri = yield from full_variable(expressions.request_uri)
    if expressions.longest_to:
        size, _, uri = uri.partition(" ")
        if size.isdecimal() and (len(size) > 4 or int(size) > expressions.longest_to):
            note = "To header of %s characters: chan_sip cannot answer one of more than %s"
            yield Note(note, (size, str(expressions.longest_to)), warning=True)
            return _too_long(), uri
    request = _parsed(uri, REQUEST_URI, expressions)
    if uri and _is_complete(request, uri):
        return request, uri
    header = yield from full_variable(expressions.to)
    in_to = _parsed(header, TO_HEADER, expressions)
    if not uri or _completes(in_to, request):
        return in_to, header
    return request, uri


def _parsed(text: str, kind: Kind, expressions: _Expressions) -> ServiceRequest:
    """As ``parse``, and too-long for a text that Asterisk cannot pass on: of more than 4,095 characters 16 gives
    the first 4,095, and 22 gives none.
    """
    if not text or len(text) >= _LONGEST_FROM_ASTERISK:
        return _too_long()
    return parse(as_sent(text) if expressions.half_decoded else text, kind)


def _too_long() -> ServiceRequest:
    return ServiceRequest(error="too-long", sip_status=REFUSALS["too-long"].status)


def _is_complete(request: ServiceRequest, uri: str) -> bool:
    """Whether the Request-URI has service parameters, or is wrong in itself, so that To is not read."""
    if request.service == "annc":
        return request.error != "missing-play" or _ANNC_PARAM.search(uri) is not None
    if request.service == "conf":
        return request.error is not None or request.record is not None
    return request.service == "dialog" or request.error is not None


def _completes(in_to: ServiceRequest, request: ServiceRequest) -> bool:
    """Whether To may replace a Request-URI without parameters; never with another conference."""
    if request.service == "none":
        return in_to.service != "none"
    if request.service == "conf":
        return in_to.service == "conf" and in_to.conf_id == request.conf_id
    return in_to.service == request.service
