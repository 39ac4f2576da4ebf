"""What the caller asks for: the Request-URI first, the To header only where that says nothing.

This module reads and never refuses.
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
class _Functions:
    """Where a channel driver keeps the two. A driver's functions are empty on the other's channels.

    longest_to: bytes of the longest To header of a call that the driver can answer; 0 for any, and then the
    request_uri comes alone, without the length of To in front.
    half_decoded: see gvma.treatments.pjsip_uri.
    """

    request_uri: str
    to: str
    longest_to: int = 0
    half_decoded: bool = False


# chan_sip adds its tag to To in a buffer of 256 bytes. Where that is cut, no ACK fits the call, and its caller
# hears nothing. Source: chan_sip.c, respprep (newto); tried on 16.
_BY_CHANNEL_TYPE = {
    "PJSIP": _Functions("${CHANNEL(pjsip,request_uri)}", "${PJSIP_HEADER(read,To)}", half_decoded=True),
    "SIP": _Functions("${LEN(${SIP_HEADER(To)})} ${CHANNEL(ruri)}", "${SIP_HEADER(To)}", longest_to=240),
}
_LONGEST_FROM_ASTERISK = 4090  # 4,095 characters, some of them To's length
_ANNC_PARAM = re.compile(";(play|repeat|delay|duration|locale|content-type|record|param[1-9])(=|;|$)", re.IGNORECASE)


def asked_for(call: Call) -> Steps[tuple[ServiceRequest, str]]:
    """The service that the caller asks for, and the text that it was read from.

    A channel that is no SIP call asks for nothing: service ``none``.
    Source: RFC 4240 section 5, by which the Request-URI describes the service.
    """
    functions = _BY_CHANNEL_TYPE.get(call.variables.get("type", ""))
    if functions is None:
        return ServiceRequest(), ""
    uri = yield from full_variable(functions.request_uri)
    if functions.longest_to:
        size, _, uri = uri.partition(" ")
        if size.isdecimal() and (len(size) > 4 or int(size) > functions.longest_to):
            longest = functions.longest_to
            yield Note(
                f"To header of {size} characters: chan_sip cannot answer one of more than {longest}", warning=True
            )
            return _too_long(), uri
    request = _parsed(uri, REQUEST_URI, functions)
    if uri and _is_complete(request, uri):
        return request, uri
    header = yield from full_variable(functions.to)
    in_to = _parsed(header, TO_HEADER, functions)
    if not uri or _completes(in_to, request):
        return in_to, header
    return request, uri


def _parsed(text: str, kind: Kind, functions: _Functions) -> ServiceRequest:
    """As ``parse``, but for what Asterisk cannot hand over: of more than 4,095 characters 16 gives the first
    4,095, and 22 gives none.
    """
    if not text or len(text) >= _LONGEST_FROM_ASTERISK:
        return _too_long()
    return parse(as_sent(text) if functions.half_decoded else text, kind)


def _too_long() -> ServiceRequest:
    return ServiceRequest(error="too-long", sip_status=REFUSALS["too-long"].status)


def _is_complete(request: ServiceRequest, uri: str) -> bool:
    """Whether the Request-URI carries service parameters, or is wrong in itself."""
    if request.service == "annc":
        return request.error != "missing-play" or _ANNC_PARAM.search(uri) is not None
    if request.service == "conf":
        return request.error is not None or request.record is not None
    return request.service == "dialog" or request.error is not None


def _completes(in_to: ServiceRequest, request: ServiceRequest) -> bool:
    """Whether To adds to a Request-URI without parameters; it never leads into another conference."""
    if request.service == "none":
        return in_to.service != "none"
    if request.service == "conf":
        return in_to.service == "conf" and in_to.conf_id == request.conf_id
    return in_to.service == request.service
