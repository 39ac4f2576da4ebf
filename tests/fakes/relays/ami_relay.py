"""Stands between gvma and Asterisk's AMI, so that a connection can end at any action."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from tests.fakes.relays.relay import Relay, end


@dataclass
class AmiRelay(Relay):
    """Hands bytes on between gvma and Asterisk until gvma sends ``at``; then does what ``then`` says.

    then: ``close`` (before Asterisk hears it), ``cut`` (in the middle of the answer), ``silence``.
    times: on how many connections. seen: the actions that gvma sent.
    """

    at: bytes = b""
    then: str = "close"
    times: int = 1000
    seen: list[bytes] = field(default_factory=list)

    def to_server(self, near: socket.socket, far: socket.socket, cut: threading.Event) -> None:
        heard = b""
        with suppress(OSError):
            while piece := near.recv(65536):
                heard += piece
                *actions, heard = heard.split(b"\r\n\r\n")
                self.seen.extend(actions)
                if self.at and self.times and any(self.at in action for action in actions):
                    self.times -= 1
                    if self.then == "close":
                        break
                    if self.then == "silence":
                        continue
                    cut.set()
                far.sendall(b"".join(action + b"\r\n\r\n" for action in actions))
        end(near, far)

    def to_gvma(self, near: socket.socket, far: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError):
            while piece := far.recv(65536):
                if cut.is_set():
                    near.sendall(piece[:25])
                    break
                near.sendall(piece)
        end(near, far)
