"""One healthy installation for all tests of a file; after each test it is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from copy import deepcopy
from socket import SOCK_DGRAM, SOCK_STREAM

import pytest

from gvma.demo.ports import free_port
from tests.harness.media_dialplan import DIALPLAN
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.servers.media_server import MediaServer
from tests.harness.site import Site
from tests.harness.sounds import write_burst
from tests.integration.check import (
    AMI_SECRET,
    EXTENSIONS,
    PJSIP,
    SIP,
    SIP_SERVER,
    VOICEMAIL,
    healthy_layer,
)


@pytest.fixture(scope="module")
def synced(module_version: int, start_module_asterisk: StartAsterisk) -> Iterator[Site]:
    """A healthy installation with voicemail, routing and media, all of it in use."""
    agi_port = free_port(SOCK_STREAM)
    dialplan = DIALPLAN / f"gvma-media-{'sip' if module_version == 16 else 'pjsip'}.conf"
    files = {
        "voicemail.conf": VOICEMAIL,
        "extensions.conf": EXTENSIONS.format(agi_port=agi_port, dialplan=dialplan),
        "sip.conf" if module_version == 16 else "pjsip.conf": SIP if module_version == 16 else PJSIP,
    }
    asterisk = start_module_asterisk(module_version, files, ami_secret=AMI_SECRET)
    write_burst(asterisk.sounds / "en/calm.wav")
    with ExitStack() as stack:
        installation = Site(asterisk.folder, healthy_layer(asterisk.sip_port), asterisk=asterisk)
        stack.enter_context(installation.served())
        installation.settings |= {
            "siptserver_host": SIP_SERVER,
            "siptserver_port": free_port(SOCK_DGRAM),
            "switch_profile": "asterisk",
            "routing": "yes",
            "routing_endpoints": "yes",
            "routing_gateway_host": "127.0.0.2",
        }
        installation.media = {"agi_port": agi_port, "sounds_path": asterisk.sounds, "default_file": "calm"}
        installation.sync()
        folder = asterisk.folder / "media"
        folder.mkdir()
        server = MediaServer(folder, agi_port)
        server.configure()
        server.start()
        stack.callback(server.stop)
        yield installation


@pytest.fixture
def installation(synced: Site) -> Iterator[Site]:
    """The healthy installation; files, settings and objects are put back after the test."""
    kept = {path: path.read_bytes() for path in synced.etc.glob("*.conf")}
    cfgserver, settings, media = dict(synced.cfgserver), dict(synced.settings), dict(synced.media)
    layer = deepcopy(synced.layer)
    yield synced
    synced.cfgserver, synced.settings, synced.media, synced.layer = cfgserver, settings, media, layer
    synced.simulator.fail = None
    for path in synced.etc.glob("*.conf"):
        if path not in kept:
            path.unlink()
    for path, content in kept.items():
        if path.read_bytes() != content:
            path.write_bytes(content)
    synced.config.unlink(missing_ok=True)
    synced.lay_out(again=True)
