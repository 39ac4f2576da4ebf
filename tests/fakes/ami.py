"""A manager interface over a real socket that answers as a test says: also wrongly, late or not at all.

The answers were written from asterisk.org's description of the actions and from what Asterisk 16 and 22 send.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import md5
from types import TracebackType
from typing import Self

from gvma.settings.model import GvmaSettings, Secret

SECRET = "open-sesame-4711"
CHALLENGE = "840415273"


@dataclass(frozen=True)
class Reply:
    """What is sent for one action, and whether the connection is closed then.

    text: LF as line end. raw: bytes as they are. endless: bytes that follow again and again until the client
    closes; ``written`` is called with the size of each. In all three ``{id}`` stands for the ActionID.
    """

    text: str = ""
    raw: bytes = b""
    close: bool = False
    endless: bytes = b""
    written: Callable[[int], object] = lambda size: size

    def wire(self, action_id: str) -> bytes:
        return self.raw.replace(b"{id}", action_id.encode()) or packets(self.text.replace("{id}", action_id))


def packets(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def success(*lines: str) -> Reply:
    return Reply("\n".join(["Response: Success", "ActionID: {id}", *lines]) + "\n\n")


def error(message: str) -> Reply:
    return Reply(f"Response: Error\nActionID: {{id}}\nMessage: {message}\n\n")


def events(*entries: str, complete: str = "") -> str:
    """A list: its start, entries, and its end where one is named."""
    start = "Response: Success\nActionID: {id}\nEventList: start\nMessage: a list will follow\n\n"
    middle = "".join(f"Event: {entry}\n\n".replace("\n", "\nActionID: {id}\n", 1) for entry in entries)
    end = f"Event: {complete}\nActionID: {{id}}\nEventList: Complete\nListItems: {len(entries)}\n\n"
    return start + middle + (end if complete else "")


SILENCE = Reply()
HANG_UP = Reply(close=True)
ORDINARY: Mapping[str, Reply] = {
    "Challenge": success(f"Challenge: {CHALLENGE}"),
    "Command": success("Message: Command output follows", "Output: Asterisk has fully booted."),
    "CoreSettings": success("AMIversion: 11.0.0", "AsteriskVersion: 22.1.0"),
    "Ping": success("Ping: Pong"),
    "Command pjsip show identifiers": success("Output: Identifier Names:", "Output: ip", "Output: username"),
    "PJSIPShowEndpoint": error("Unable to retrieve endpoint."),
    "PJSIPShowEndpoints": error("No endpoints found"),
    "Logoff": Reply("Response: Goodbye\nActionID: {id}\nMessage: Thanks for all the fish.\n\n", close=True),
}


Answer = Reply | list[Reply] | Callable[[dict[str, str]], Reply]


class ScriptedManager:
    """replies: by action name; a list of replies is used up, one for each time, and its last one stays; a function
    is called with the action. One for a single command of the console is named ``Command core show settings``.

    banner: what is said first; None is silence. segment: bytes per TCP segment, 0 for whole answers.
    received: the actions that came, as dicts, in order.
    """

    def __init__(
        self,
        replies: Mapping[str, Answer] | None = None,
        *,
        banner: bytes | None = b"Asterisk Call Manager/11.0.0\r\n",
        segment: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.replies: dict[str, Answer] = {**ORDINARY, **(replies or {})}
        self.received: list[dict[str, str]] = []
        self._banner, self._segment, self._tls = banner, segment, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def settings(self, **changes: object) -> GvmaSettings:
        """Settings that lead here, with a minute for each answer."""
        fields: dict[str, object] = {
            "asterisk_cm_port": self.port,
            "asterisk_cm_secret": Secret(SECRET),
            "asterisk_cm_timeout": 60.0,
        }
        return GvmaSettings(**(fields | changes))  # type: ignore[arg-type]

    def actions(self) -> list[str]:
        """The names of the actions that came."""
        return [action["Action"] for action in self.received]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        # What the client does to the connection is the client's affair.
        with suppress(OSError), connection:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        if self._banner is not None:
            connection.sendall(self._banner)
        action: dict[str, str] = {}
        with connection.makefile("rb") as lines:
            for line in lines:
                name, colon, value = line.decode("latin-1").rstrip("\r\n").partition(": ")
                if colon:
                    action[name] = value
                    continue
                if "Action" not in action:
                    return
                self.received.append(action)
                reply = self._reply(action)
                action_id = action.get("ActionID", "")
                self._send(connection, reply.wire(action_id))
                while reply.endless:
                    piece = reply.endless.replace(b"{id}", action_id.encode())
                    connection.sendall(piece)
                    reply.written(len(piece))
                if reply.close:
                    return
                action = {}

    def _reply(self, action: dict[str, str]) -> Reply:
        name = action["Action"]
        if name == "Login" and name not in self.replies:
            key = md5(f"{CHALLENGE}{SECRET}".encode(), usedforsecurity=False).hexdigest()
            good = action.get("Key") == key if action.get("AuthType") == "MD5" else action.get("Secret") == SECRET
            return success("Message: Authentication accepted") if good else error("Authentication failed")
        named = f"{name} {action['Command']}" if name == "Command" else name
        reply = self.replies.get(named) or self.replies.get(name, error(f"Invalid/unknown command: {name}."))
        if callable(reply):
            return reply(action)
        if isinstance(reply, list):
            return reply.pop(0) if len(reply) > 1 else reply[0]
        return reply

    def _send(self, connection: socket.socket, answer: bytes) -> None:
        step = self._segment or len(answer) or 1
        for start in range(0, len(answer), step):
            connection.sendall(answer[start : start + step])
