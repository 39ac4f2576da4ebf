"""A FastAGI server in a thread of its own, and Asterisk's end of a connection to it."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable

from gvma.agi.server import Server
from gvma.settings.model import MediaSettings

PREAMBLE = b"agi_network: yes\nagi_network_script: %s?x=1\nagi_channel: PJSIP/1-1\nagi_uniqueid: 1.1\n\n"
SECONDS = 60  # for what takes none where all is well
MEDIA = MediaSettings(preamble_seconds=600, drain_seconds=600)
COMMAND_SECONDS = 600.0


class Running:
    """A server in a thread of its own. ``on_loop`` runs a function there."""

    def __init__(self, server: Server, loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self.server = server
        server.open()
        self.address = server.addresses[0]
        self._begun = threading.Event()
        self._factory = loop_factory
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self._begun.wait(SECONDS)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._factory) as runner:
            self._loop = runner.get_loop()
            self._loop.call_soon(self._begun.set)
            runner.run(self.server.serve())

    def on_loop(self, function: Callable[[], object]) -> None:
        done = threading.Event()
        self._loop.call_soon_threadsafe(function)
        self._loop.call_soon_threadsafe(done.set)
        assert done.wait(SECONDS)

    def drain(self) -> None:
        self.on_loop(self.server.drain)

    def _end(self) -> None:
        self.server.drain()
        self.server.drain()

    def stop(self) -> None:
        if self.thread.is_alive():
            self._loop.call_soon_threadsafe(self._end)
            self.thread.join(SECONDS)
        assert not self.thread.is_alive()


Start = Callable[..., Running]


class Peer:
    """Asterisk's end of one connection."""

    def __init__(self, running: Running) -> None:
        self._socket = socket.create_connection(running.address, SECONDS)
        self._lines = self._socket.makefile("rb")
        self.address = self._socket.getsockname()[:2]

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, *written: bytes) -> None:
        for one in written:
            self._socket.sendall(one)

    def line(self) -> bytes:
        """The next line; nothing where the server has closed."""
        return self._lines.readline()

    def begin(self, route: bytes = b"play") -> bytes:
        self.write(PREAMBLE % route)
        return self.line()

    def is_dropped(self) -> bool:
        """Whether the server closes; waits for it."""
        try:
            while self._socket.recv(4096):
                pass
        except ConnectionResetError:
            pass
        return True

    def reset(self) -> None:
        """Gone without a goodbye."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        self._lines.close()
        self._socket.close()
