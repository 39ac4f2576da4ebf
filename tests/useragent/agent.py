"""A UserAgent: one UDP socket, one reader thread, everything that came kept in order.

Requests that belong to no call are answered 200 (``statuses`` says otherwise); an INVITE becomes a Call that
the test answers, or is answered at once with ``auto_answer``; it rings meanwhile, unless ``auto_ring`` is off.
"""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from gvma.errors import SipError
from gvma.sip.message import Header, SipMessage, address_uri, build_request, parse, response_to
from gvma.sip.subscriber import ACCEPT
from tests.useragent.audio import PATIENCE
from tests.useragent.call import Call

ALLOW = "INVITE, ACK, CANCEL, BYE, MESSAGE, INFO, NOTIFY, OPTIONS"


@dataclass
class Subscribed:
    """A subscription: the final response, and the NOTIFYs so far (``agent.wait_notify`` waits for more)."""

    response: SipMessage
    call_id: str


class UserAgent:
    """server: Asterisk's SIP address. user: of our Contact and, unless said otherwise, of From.

    host: the loopback address to be at; 127.0.0.2 and up are other hosts. statuses: answers to requests by
    method, 200 by default.
    """

    def __init__(self, server: tuple[str, int], user: str = "gsip", *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.server, self.user, self.host = server, user, host
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, port))
        self.port = int(self._socket.getsockname()[1])
        self.received: list[SipMessage] = []
        self.calls: list[Call] = []
        self.statuses: dict[str, int] = {}
        self.auto_answer = False
        self.auto_ring = True
        self.offer_headers: list[Header] = [("Allow", ALLOW)]
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._read, name=f"sip {self.port}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up what still talks, and close."""
        for call in self.calls:
            if call.final is not None and call.final.status < 300 and not call.ended:
                call._send("BYE", cseq=999, uri=call._target)
            call.audio.close()
        self._closed.set()
        # A datagram to ourselves wakes the reader.
        self._socket.sendto(b"", (self.host, self.port))
        self._thread.join()
        self._socket.close()

    # Waiting

    def wait_until(self, condition: Callable[[], bool], timeout: float, story: Callable[[], str] | None = None) -> None:
        """Wait until a condition holds, looked at whenever a message came."""
        with self._changed:
            assert self._changed.wait_for(condition, timeout), f"not in {timeout} s; {(story or self._story)()}"

    def wait_for(
        self, wanted: Callable[[SipMessage], bool], timeout: float = PATIENCE, *, after: int = 0
    ) -> SipMessage:
        """The first message that is wanted. after: ``len(agent.received)`` of the moment to look from."""
        found: list[SipMessage] = []

        def look() -> bool:
            found[:] = filter(wanted, self.received[after:])
            return bool(found)

        self.wait_until(look, timeout)
        return found[0]

    def wait_response(self, call_id: str, cseq: int, method: str, timeout: float = PATIENCE) -> SipMessage:
        """The final response to a request of ours."""
        return self.wait_for(
            lambda message: message.status >= 200 and (message.call_id, message.cseq) == (call_id, cseq), timeout
        )

    def wait_notify(
        self, text: str = "", subscribed: Subscribed | None = None, timeout: float = PATIENCE, *, after: int = 0
    ) -> SipMessage:
        """A NOTIFY whose body holds a text; of one subscription, or of any, or of none."""
        return self.wait_for(
            lambda message: (
                message.method == "NOTIFY"
                and not message.is_response
                and text in message.text
                and (subscribed is None or message.call_id == subscribed.call_id)
            ),
            timeout,
            after=after,
        )

    def wait_call(self, timeout: float = PATIENCE, number: int = 1) -> Call:
        """The first (or number-th) call that came in."""

        def taken() -> list[Call]:
            return [call for call in self.calls if call.invite is not None]

        self.wait_until(lambda: len(taken()) >= number, timeout)
        return taken()[number - 1]

    # Doing

    def call(
        self, user: str, *, parameters: str = "", to: str = "", from_user: str = "alice", headers: Sequence[Header] = ()
    ) -> Call:
        """Send an INVITE and return at once.

        user, parameters: of the Request-URI ``sip:USER@SERVER PARAMETERS``, such as ``annc`` and ``;play=x``.
        to: the whole To value, by default the Request-URI in brackets. headers: beside the usual ones.
        """
        uri = f"sip:{user}@{self._server}{parameters}"
        call = Call(self, uri, to or f"<{uri}>", f"<sip:{from_user}@{self._server}>")
        self.calls.append(call)
        call.start(headers)
        return call

    def subscribe(
        self,
        user: str,
        event: str = "message-summary",
        *,
        from_user: str = "",
        expires: int = 600,
        contact: str = "",
        accept: str = "",
        headers: Sequence[Header] = (),
    ) -> Subscribed:
        """Send a SUBSCRIBE. contact: the whole value, by default as SIP Server sends it for this box.

        headers: beside the usual ones.
        """
        box = user.rpartition("-")[2]
        call_id = f"{secrets.token_hex(12)}@{self.host}"
        response = self.ask(
            "SUBSCRIBE",
            user,
            from_user=from_user or user,
            call_id=call_id,
            contact=contact or f"<sip:gsipmwi@{self.host}:{self.port};mb={box};dn={box};tp=1>",
            headers=[("Event", event), ("Accept", accept or ACCEPT[event]), ("Expires", str(expires)), *headers],
        )
        return Subscribed(response, call_id)

    def register(self, user: str, expires: int = 300) -> SipMessage:
        """Send a REGISTER for a user at our address; its final response."""
        return self.ask(
            "REGISTER",
            "",
            from_user=user,
            to=f"<sip:{user}@{self._server}>",
            contact=f"<sip:{user}@{self.host}:{self.port}>",
            headers=[("Expires", str(expires))],
        )

    def ask(
        self,
        method: str,
        user: str,
        *,
        from_user: str = "",
        to: str = "",
        call_id: str = "",
        contact: str = "",
        body: bytes = b"",
        content_type: str = "",
        headers: Sequence[Header] = (),
    ) -> SipMessage:
        """Send a request outside of any call; its final response. user: of the Request-URI, may be empty."""
        uri = f"sip:{user}@{self._server}" if user else f"sip:{self._server}"
        call_id = call_id or f"{secrets.token_hex(12)}@{self.host}"
        self.send_request(
            method,
            uri,
            from_=f"<sip:{from_user or self.user}@{self._server}>;tag={secrets.token_hex(6)}",
            to=to or f"<{uri}>",
            call_id=call_id,
            cseq=1,
            contact=contact,
            body=body,
            content_type=content_type,
            headers=headers,
        )
        return self.wait_response(call_id, 1, method)

    # For calls

    def new_branch(self) -> str:
        return f"z9hG4bK{secrets.token_hex(8)}"

    def send_request(
        self,
        method: str,
        uri: str,
        *,
        from_: str,
        to: str,
        call_id: str,
        cseq: int,
        branch: str = "",
        contact: str = "",
        body: bytes = b"",
        content_type: str = "",
        headers: Sequence[Header] = (),
    ) -> None:
        """Send one request, once: on loopback nothing is lost."""
        lines: list[Header] = [
            ("Via", f"SIP/2.0/UDP {self.host}:{self.port};branch={branch or self.new_branch()}"),
            ("Max-Forwards", "70"),
            ("From", from_),
            ("To", to),
            ("Call-ID", call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", contact or f"<sip:{self.user}@{self.host}:{self.port}>"),
            *(self.offer_headers if method == "INVITE" else []),
            *([("Content-Type", content_type)] if content_type else []),
            *headers,
        ]
        self._socket.sendto(build_request(method, uri, lines, body), self.server)

    def respond(
        self, asked: SipMessage, status: int, reason: str, tag: str, body: bytes = b"", content_type: str = ""
    ) -> None:
        """Send one response."""
        headers = [("Contact", f"<sip:{self.user}@{self.host}:{self.port}>")]
        headers += [("Content-Type", content_type)] if content_type else []
        self._socket.sendto(response_to(asked, status, reason, tag=tag, headers=headers, body=body), self.server)

    @property
    def _server(self) -> str:
        return f"{self.server[0]}:{self.server[1]}"

    def _story(self) -> str:
        return ", ".join(f"{message.status or ''} {message.method}".strip() for message in self.received)

    def _read(self) -> None:
        while not self._closed.is_set():
            try:
                message = parse(self._socket.recv(65_535))
            except (OSError, SipError):
                continue
            with self._changed:
                # Kept before it is answered: who hears of the answer may look for what was answered.
                self.received.append(message)
                self._dispatch(message)
                self._changed.notify_all()

    def _dispatch(self, message: SipMessage) -> None:
        for call in self.calls:
            if call.call_id == message.call_id:
                call.take(message)
                return
        if message.is_response:
            return
        if message.method == "INVITE":
            remote, local = (f"<{address_uri(message.header(name))}>" for name in ("From", "To"))
            call = Call(self, message.uri, remote, local, message)
            self.calls.append(call)
            if self.auto_answer:
                call.answer()
            elif self.auto_ring:
                call.ring()
        elif message.method != "ACK":
            self.respond(message, self.statuses.get(message.method, 200), "OK", secrets.token_hex(6))
