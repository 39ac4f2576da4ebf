"""One site on each Asterisk for all tests of a file; after each test it is synced and well again."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from socket import SOCK_DGRAM

import pytest

from gvma.demo.ports import free_port
from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site

VOICEMAIL = "[general]\nformat=wav\n[MY_COMPANY]\n5001 => 4711,Reception,,,\n"
DIALPLAN = "[general]\n[default]\ninclude => GVMA\n"
FIRST_PIN = "86420"


def layer(sip_port: int) -> Layer:
    return Layer(
        dns={
            "1000": {"gvm_password": FIRST_PIN, "gvm_name": "Ann Lee"},
            "1001": {"gvm_mailbox": "5001", "gvm_mailbox_context": "MY_COMPANY"},
            "1002": {},
        },
        agents={"7001": {"gvm_mailbox": "2222"}, "7002": {}},
        groups={"Sales": {"gvm_mailbox": "3333"}},
        application={
            "mwi-mode": "SUBSCRIBE",
            "mwi-domain": "127.0.0.1",
            "mwi-host": "127.0.0.1",
            "mwi-port": str(sip_port),
            "mwi-extension-enable": "true",
            "mwi-agent-enable": "true",
            "mwi-group-enable": "true",
        },
    )


@pytest.fixture(scope="module")
def synced(module_version: int, start_module_asterisk: StartAsterisk) -> Iterator[Site]:
    asterisk = start_module_asterisk(module_version, {"voicemail.conf": VOICEMAIL, "extensions.conf": DIALPLAN})
    site = Site(asterisk.folder, layer(asterisk.sip_port), asterisk=asterisk)
    site.settings |= {"siptserver_host": "127.0.0.1", "siptserver_port": free_port(SOCK_DGRAM)}
    with site.served():
        site.sync()
        yield site


@pytest.fixture
def site(synced: Site) -> Iterator[Site]:
    cfgserver, settings, objects = dict(synced.cfgserver), dict(synced.settings), deepcopy(synced.layer)
    yield synced
    synced.cfgserver, synced.settings, synced.layer = cfgserver, settings, objects
    synced.simulator.fail = None
    synced.lay_out(again=True)
    synced.sync("--force")
