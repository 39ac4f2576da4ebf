"""One Asterisk for each version, with peers that gvma writes and with peers of the site's, for a whole file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from socket import SOCK_DGRAM

import pytest

from gvma.demo.defaults import PJSIP_TRANSPORT
from gvma.demo.ports import free_port
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site
from tests.integration.routing import (
    DESK,
    DIALPLAN,
    GATEWAY,
    LAYER,
    OTHER_DESK,
    PJSIP_OWN,
    SIP_GENERAL,
    SIP_OWN,
    SIP_SERVER,
    Routed,
    World,
)
from tests.useragent import UserAgent


def _params() -> list[object]:
    return [
        pytest.param((version, written), id=f"{version}-{'written' if written else 'own'}", marks=pytest.mark.asterisk)
        for version in (16, 22)
        for written in (True, False)
    ]


@pytest.fixture(scope="module", params=_params())
def routed(request: pytest.FixtureRequest, start_module_asterisk: StartAsterisk) -> Iterator[Routed]:
    version, written = request.param
    ports = free_port(SOCK_DGRAM), free_port(SOCK_DGRAM)
    places = {
        "sip_server": SIP_SERVER,
        "gateway": GATEWAY,
        "sip_server_port": ports[0],
        "gateway_port": ports[1],
    }
    general, own = (SIP_GENERAL, SIP_OWN) if version == 16 else (PJSIP_TRANSPORT, PJSIP_OWN)
    name = "sip.conf" if version == 16 else "pjsip.conf"
    text = general if written else general + _filled(own, places)
    asterisk = start_module_asterisk(version, {name: text, "extensions.conf": DIALPLAN})
    with ExitStack() as stack:
        installation = Site(asterisk.folder, LAYER, asterisk=asterisk)
        stack.enter_context(installation.served())
        installation.settings |= {
            "siptserver_host": SIP_SERVER,
            "siptserver_port": places["sip_server_port"],
            "routing": "yes",
            "routing_endpoints": "yes" if written else "no",
            "routing_service_seconds": 1,
            "routing_gateway_host": GATEWAY,
            "routing_gateway_port": places["gateway_port"],
        }
        said = installation.sync().stderr
        yield Routed(installation, *ports, said)


def _filled(text: str, places: Mapping[str, object]) -> str:
    for word, value in places.items():
        text = text.replace(f"{{{word}}}", str(value))
    return text


@pytest.fixture
def world(routed: Routed) -> Iterator[World]:
    server = ("127.0.0.1", routed.asterisk.sip_port)
    with ExitStack() as stack:

        def agent(user: str, host: str, port: int = 0) -> UserAgent:
            return stack.enter_context(UserAgent(server, user, host=host, port=port))

        yield World(
            routed.asterisk,
            agent("gsip", SIP_SERVER, routed.sip_server_port),
            agent("gwsim", GATEWAY, routed.gateway_port),
            agent("2001", DESK),
            agent("2002", OTHER_DESK),
        )
