"""A subscription to message counts or presence over UDP, as SIP Server makes it (RFC 6665, RFC 3842).

It subscribes, answers every NOTIFY, and unsubscribes. Like SIP Server it cannot answer a challenge. It does not
refresh a subscription and does not read the body of a NOTIFY.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from gvma.errors import SipError
from gvma.settings.model import Address
from gvma.sip.message import Header, SipMessage, build_request, parse, response_to

ACCEPT = {
    "message-summary": "application/simple-message-summary",
    "presence": "application/pidf+xml",
    "dialog": "application/dialog-info+xml",
}
# RFC 3261 section 17.1.2.1: retransmit after T1, then after twice the time before, up to T2.
_T1, _T2 = 0.5, 4.0
_LARGEST_DATAGRAM = 65_535


@dataclass(frozen=True, slots=True)
class SubscribeResult:
    """The result of a SUBSCRIBE. status, reason: of the final response.

    notify: the first NOTIFY; None where the subscription was refused or no NOTIFY came in time.
    """

    status: int
    reason: str
    notify: SipMessage | None


def subscribe_once(  # noqa: PLR0913 - what follows the port has a name in the call
    user: str,
    host: str,
    port: int,
    *,
    event: str = "message-summary",
    from_user: str = "",
    local: tuple[str, int] | None = None,
    timeout: float = 3.0,
) -> SubscribeResult:
    """Subscribe, wait for the first NOTIFY, and unsubscribe. Parameters as of ``Subscriber``.

    timeout: seconds to wait for the response, and again for the NOTIFY. Raises SipError where no final response
    comes.
    """
    with Subscriber(user, host, port, event=event, from_user=from_user, local=local) as subscriber:
        response = subscriber.subscribe(timeout)
        notify = subscriber.next_notify(timeout) if response.status < 300 else None
        return SubscribeResult(response.status, response.reason, notify)


class Subscriber:
    """One subscription on a UDP socket of its own; a context manager that unsubscribes.

    user: the user of the Request-URI, such as ``gvm-1000``. host, port: Asterisk's SIP address.
    event: ``message-summary``, ``presence`` or ``dialog``. from_user: the user of From, by default ``user``;
    chan_sip finds the mailbox by From, PJSIP by the Request-URI. local: the address to send from, by default the
    one that the system chooses. expires: seconds.
    """

    def __init__(  # noqa: PLR0913 - what follows the port has a name in the call
        self,
        user: str,
        host: str,
        port: int,
        *,
        event: str = "message-summary",
        from_user: str = "",
        local: tuple[str, int] | None = None,
        expires: int = 600,
    ) -> None:
        self._where = str(Address(host, port))
        self._socket = _connected(host, port, local)
        self._here = str(Address(*self._socket.getsockname()[:2]))
        self._uri = f"sip:{user}@{self._where}"
        self._event = event
        self._expires = expires
        self._contact = f"<sip:gsipmwi@{self._here}>"
        self._from = f"<sip:{from_user or user}@{self._where}>;tag={secrets.token_hex(6)}"
        self._to = f"<{self._uri}>"
        self._call_id = f"{secrets.token_hex(12)}@{self._here}"
        self._tag = secrets.token_hex(6)
        self._cseq = 0
        self._subscribed = False
        self._notifies: list[SipMessage] = []
        self._seen: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def subscribe(self, timeout: float = 3.0) -> SipMessage:
        """The final response to the SUBSCRIBE. Raises SipError where none comes in time (seconds)."""
        response = self._transact(self._expires, timeout)
        if response.status < 300:
            self._subscribed = True
            self._to = response.header("To")
            self._uri = response.contact() or self._uri
        return response

    def next_notify(self, timeout: float = 3.0) -> SipMessage | None:
        """The next NOTIFY that was not returned yet; None where none comes in time (seconds)."""
        deadline = time.monotonic() + timeout
        while not self._notifies and self._receive(deadline) is not None:
            pass
        return self._notifies.pop(0) if self._notifies else None

    def close(self) -> None:
        """Unsubscribe and close the socket; a last NOTIFY is answered. Raises nothing."""
        try:
            with suppress(SipError):
                self._unsubscribe()
        finally:
            self._socket.close()

    def _unsubscribe(self) -> None:
        if self._subscribed:
            self._subscribed = False
            self._notifies.clear()
            self._transact(0, _T1)
            self.next_notify(_T1)

    def _transact(self, expires: int, timeout: float) -> SipMessage:
        """Send a SUBSCRIBE, retransmit it until its final response comes, and return that."""
        self._cseq += 1
        datagram = self._subscription(expires)
        deadline = time.monotonic() + timeout
        interval = _T1
        while True:
            self._send(datagram)
            response = self._wait(self._is_final_response, min(deadline, time.monotonic() + interval))
            if response is not None:
                return response
            if time.monotonic() >= deadline:
                raise SipError(
                    f"no answer to SUBSCRIBE within {timeout:g} s",
                    where=self._where,
                    hint="Check that Asterisk listens for SIP over UDP on this address and port.",
                )
            interval = min(2 * interval, _T2)

    def _wait(self, wanted: Callable[[SipMessage], bool], deadline: float) -> SipMessage | None:
        while True:
            message = self._receive(deadline)
            if message is None or wanted(message):
                return message

    def _is_final_response(self, message: SipMessage) -> bool:
        return message.status >= 200 and message.cseq == self._cseq

    def _receive(self, deadline: float) -> SipMessage | None:
        """The next message of this dialog; a NOTIFY is answered and kept. None where none comes in time."""
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                message = parse(self._socket.recv(_LARGEST_DATAGRAM))
            except TimeoutError:
                return None
            except SipError:
                continue
            except OSError as error:
                raise SipError(f"SIP over UDP: {error.strerror or error}", where=self._where) from error
            if message.call_id != self._call_id:
                continue
            if message.method == "NOTIFY" and not message.is_response:
                self._answer_notify(message)
            return message
        return None

    def _answer_notify(self, notify: SipMessage) -> None:
        self._send(response_to(notify, 200, "OK", tag=self._tag, headers=[("Contact", self._contact)]))
        # The same number again is a retransmission of the same NOTIFY.
        if notify.cseq not in self._seen:
            self._seen.add(notify.cseq)
            self._notifies.append(notify)

    def _subscription(self, expires: int) -> bytes:
        headers: list[Header] = [
            ("Via", f"SIP/2.0/UDP {self._here};rport;branch=z9hG4bK{secrets.token_hex(8)}"),
            ("Max-Forwards", "70"),
            ("From", self._from),
            ("To", self._to),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._cseq} SUBSCRIBE"),
            ("Contact", self._contact),
            ("Event", self._event),
            ("Accept", ACCEPT[self._event]),
            ("Expires", str(expires)),
        ]
        return build_request("SUBSCRIBE", self._uri, headers)

    def _send(self, datagram: bytes) -> None:
        try:
            self._socket.send(datagram)
        except OSError as error:
            raise SipError(f"SIP over UDP: {error.strerror or error}", where=self._where) from error


def _connected(host: str, port: int, local: tuple[str, int] | None) -> socket.socket:
    """A UDP socket connected to this address, so that the system reports when nobody listens there."""
    where = str(Address(host, port))
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        sock = socket.socket(family, socket.SOCK_DGRAM)
    except OSError as error:
        raise SipError(f"SIP over UDP: {error.strerror or error}", where=where) from error
    try:
        if local is not None:
            sock.bind(local)
        sock.connect(address)
    except OSError as error:
        sock.close()
        raise SipError(f"SIP over UDP: {error.strerror or error}", where=where) from error
    return sock
