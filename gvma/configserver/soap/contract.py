"""The request of the packaged contract (``configserver.soap.wsdl``), byte for byte as zeep builds it from that file.

Nearly every run speaks this contract, and zeep takes a tenth of a second to read it: zeep is for other WSDLs and for
WS-Security (gvma.configserver.soap.wsdl). Nothing here opens anything.
"""

from __future__ import annotations

import re

from gvma.configserver.reading.reader import AnswerName
from gvma.settings.model import ConfigServerSettings

HEADERS = {"SOAPAction": '"urn:gvma:confserv-soap:1#Query"', "Content-Type": "text/xml; charset=utf-8"}
ANSWER = AnswerName("QueryResponse")

_ENVELOPE = (
    "<?xml version='1.0' encoding='utf-8'?>\n"
    '<soap-env:Envelope xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/"><soap-env:Body>'
    '<ns0:Query xmlns:ns0="urn:gvma:confserv-soap:1"><ns0:xpath>{}</ns0:xpath></ns0:Query>'
    "</soap-env:Body></soap-env:Envelope>"
)
# Not saxutils.escape, which imports urllib.request.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_OWN_KEYS = ("wsdl", "binding", "operation", "query_parameter")


def is_spoken(settings: ConfigServerSettings) -> bool:
    """Whether these settings ask for the packaged contract as it stands, without WS-Security."""
    usual = ConfigServerSettings()
    return settings.auth != "header" and all(getattr(settings, key) == getattr(usual, key) for key in _OWN_KEYS)


def envelope(xpath: str) -> bytes:
    """The body of the request. Raises ValueError where ``xpath`` has a character that is not allowed in XML."""
    # All that XML 1.0, 2.2, does not allow. Its own list, negated, takes 20 times as long to compile as this one.
    if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", xpath):
        raise ValueError("not allowed in XML")
    return _ENVELOPE.format(xpath.translate(_ESCAPES)).encode()
