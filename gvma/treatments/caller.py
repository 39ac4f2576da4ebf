"""What the caller asks for: the Request-URI first, the To header only where that says nothing.

This module reads and never refuses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gvma.netann.parser import parse
from gvma.netann.request import REFUSALS, REQUEST_URI, TO_HEADER, Kind, ServiceRequest
from gvma.treatments.commands import Call
from gvma.treatments.steps import Steps, full_variable


@dataclass(frozen=True, slots=True)
class _Functions:
    """Where a channel driver keeps the two. A driver's functions are empty on the other's channels."""

    request_uri: str
    to: str


_BY_CHANNEL_TYPE = {
    "PJSIP": _Functions("${CHANNEL(pjsip,request_uri)}", "${PJSIP_HEADER(read,To)}"),
    "SIP": _Functions("${CHANNEL(ruri)}", "${SIP_HEADER(To)}"),
}
_LONGEST_FROM_ASTERISK = 4095
_ANNC_PARAM = re.compile(";(play|repeat|delay|duration|locale|content-type|record|param[1-9])(=|;|$)", re.IGNORECASE)


def asked_for(call: Call) -> Steps[tuple[ServiceRequest, str]]:
    """The service that the caller asks for, and the text that it was read from.

    A channel that is no SIP call asks for nothing: service ``none``. Source: netann-rules R28.
    """
    functions = _BY_CHANNEL_TYPE.get(call.variables.get("type", ""))
    if functions is None:
        return ServiceRequest(), ""
    uri = yield from full_variable(functions.request_uri)
    request = _parsed(uri, REQUEST_URI)
    if uri and _is_complete(request, uri):
        return request, uri
    header = yield from full_variable(functions.to)
    in_to = _parsed(header, TO_HEADER)
    if not uri or _completes(in_to, request):
        return in_to, header
    return request, uri


def _parsed(text: str, kind: Kind) -> ServiceRequest:
    """As ``parse``, but for what Asterisk cannot hand over: of more than 4,095 characters 16 gives the first
    4,095, and 22 gives none.
    """
    if not text or len(text) >= _LONGEST_FROM_ASTERISK:
        return ServiceRequest(error="too-long", sip_status=REFUSALS["too-long"].status)
    return parse(text, kind)


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
