"""A real Asterisk with our media dialplan, and a caller; each file says what its media server is configured with.

A file's own ``server`` fixture is the one that the caller's calls go to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from socket import SOCK_STREAM

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.ports import free_port
from tests.harness.media_dialplan import start_with_dialplan
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.servers.media_server import MediaServer
from tests.harness.waiting import wait_no_channels
from tests.useragent import UserAgent

# What ``[media]`` holds, by key.
StartServer = Callable[..., MediaServer]


@pytest.fixture(scope="module")
def asterisk(module_version: int, start_module_asterisk: StartAsterisk) -> PrivateAsterisk:
    return start_with_dialplan(start_module_asterisk, module_version, free_port(SOCK_STREAM))


@pytest.fixture(scope="module")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """``start_server(digits_prompt="prompt")``; stopped after the last test of the file."""
    with ExitStack() as stack:

        def start(**media: object) -> MediaServer:
            server = MediaServer(tmp_path_factory.mktemp("server"))
            stack.callback(server.stop)
            server.configure(**media)
            return server.start()

        yield start


@pytest.fixture
def caller(asterisk: PrivateAsterisk, server: MediaServer) -> Iterator[UserAgent]:
    asterisk.cli(f"dialplan set global GVMA_AGI agi://127.0.0.1:{server.port}")
    with UserAgent(("127.0.0.1", asterisk.sip_port)) as agent:
        yield agent
    wait_no_channels(asterisk)
