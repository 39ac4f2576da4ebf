"""One query to a Configuration Server, and one that it must refuse, by its own class and without the password."""

from __future__ import annotations

from typing import Any

import pytest

from gvma.configserver.client import ConfigurationServer
from gvma.configserver.objects import ConfigObject
from gvma.errors import GvmaError
from gvma.settings.model import ConfigServerSettings, Secret
from tests.fakes.answers import SHAPE_A, in_envelope

DNS = "CfgTenant[@name='Environment']/switches/CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='1']"
PASSWORD = "pass-s3cr3t-word"
ANSWER = in_envelope(SHAPE_A).encode()
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def settings(url: str, **others: object) -> ConfigServerSettings:
    given: dict[str, object] = {"url": url, "username": "gvma", "password": Secret(PASSWORD), "timeout": 60.0}
    return ConfigServerSettings(**{**given, **others})  # type: ignore[arg-type]


def ask(url: str, query: str = DNS, **others: Any) -> list[ConfigObject]:
    with ConfigurationServer(settings(url, **others)) as configuration_server:
        return configuration_server.query(query)


def refused(url: str, error: type[GvmaError], **others: Any) -> GvmaError:
    with pytest.raises(error) as caught:
        ask(url, **others)
    raised = caught.value
    assert type(raised) is error
    assert PASSWORD not in f"{raised!r} {raised} {raised.hint} {raised.as_json()}"
    assert raised.__suppress_context__ or raised.__context__ is None
    assert raised.hint.startswith("Nothing was written.")
    return raised


def chunked(*pieces: bytes) -> bytes:
    """An answer that comes in these pieces."""
    return CHUNKED + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
