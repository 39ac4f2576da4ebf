"""One call, made or taken by a UserAgent: its states, its messages, its sound.

The agent's thread hands every message of the call to ``take``; the test waits with ``wait_for``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gvma.sip.message import Header, SipMessage
from tests.useragent.audio import PATIENCE, Audio

if TYPE_CHECKING:
    from tests.useragent.agent import UserAgent

_CONNECTION = re.compile(r"^c=IN IP4 (\S+)", re.MULTILINE)
_AUDIO = re.compile(r"^m=audio (\d+) ", re.MULTILINE)


class Call:
    """provisional: 1xx responses in order. final: the final response to our INVITE, None before it.

    requests: what the peer sent within the call (INFO, MESSAGE, BYE, re-INVITE...), in order.
    invite: the INVITE that was taken, None in a call that we made. ended: by BYE, CANCEL or a refusal.
    """

    def __init__(self, agent: UserAgent, uri: str, to: str, from_: str, invite: SipMessage | None = None) -> None:
        self.agent = agent
        self.audio = Audio(agent.host)
        self.invite = invite
        self.provisional: list[SipMessage] = []
        self.final: SipMessage | None = None
        self.requests: list[SipMessage] = []
        self.ended = False
        self.call_id = invite.call_id if invite else f"{secrets.token_hex(12)}@{agent.host}"
        self.local_tag = secrets.token_hex(6)
        self.remote_tag = invite.tag("From") if invite else ""
        self._uri, self._to, self._from = uri, to, from_
        self._target = invite.contact() if invite else uri
        self._cseq = 0
        self._branch = ""
        if invite is not None:
            self._read_sdp(invite)

    # What a test does

    def wait_for(self, condition: Callable[[Call], bool], timeout: float = PATIENCE) -> None:
        """Wait until a condition on this call holds; AssertionError, with the call's story, if it does not."""
        self.agent.wait_until(lambda: condition(self), timeout, lambda: str(self))

    def wait_final(self, timeout: float = PATIENCE) -> SipMessage:
        """The final response to our INVITE."""
        self.wait_for(lambda call: call.final is not None, timeout)
        assert self.final is not None
        return self.final

    def wait_ended(self, timeout: float = PATIENCE) -> None:
        """Wait until the call is over, whoever ended it."""
        self.wait_for(lambda call: call.ended, timeout)

    def wait_request(self, method: str, timeout: float = PATIENCE, number: int = 1) -> SipMessage:
        """The first (or number-th) request of this method that the peer sent within the call."""
        self.wait_for(lambda call: len(call.requested(method)) >= number, timeout)
        return self.requested(method)[number - 1]

    def requested(self, method: str) -> list[SipMessage]:
        """The requests of this method that the peer sent so far."""
        return [request for request in self.requests if request.method == method]

    def hang_up(self) -> None:
        """Send BYE and wait for its answer; nothing where the call is over."""
        if not self.ended:
            self.request("BYE")
            self.ended = True
        self.audio.close()

    def cancel(self) -> None:
        """Take the INVITE back; the final response (487) follows."""
        self._send("CANCEL", cseq=self._cseq, branch=self._branch, uri=self._uri)

    def request(
        self, method: str, body: bytes = b"", content_type: str = "", headers: Sequence[Header] = ()
    ) -> SipMessage:
        """Send a request within the call; its final response."""
        self._cseq += 1
        number = self._cseq
        self._send(method, cseq=number, uri=self._target, body=body, content_type=content_type, headers=headers)
        return self.agent.wait_response(self.call_id, number, method)

    def send_info_digit(self, digit: str, milliseconds: int = 160) -> SipMessage:
        """A digit as ``application/dtmf-relay``, as SIP Server sends it."""
        body = f"Signal={digit}\r\nDuration={milliseconds}\r\n".encode()
        return self.request("INFO", body, "application/dtmf-relay")

    def ring(self) -> None:
        """Answer the taken INVITE with 180."""
        self._respond(180, "Ringing")

    def answer(self) -> None:
        """Answer the taken INVITE with 200 and our SDP."""
        self._respond(200, "OK", self.sdp())

    def reject(self, status: int, reason: str = "Refused") -> None:
        """Answer the taken INVITE with a final refusal."""
        self._respond(status, reason)
        self.ended = True
        self.audio.close()

    def sdp(self) -> bytes:
        """Our offer or answer: PCMU and telephone-event 101."""
        host, port = self.audio.host, self.audio.port
        return (
            f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n"
            "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n"
            "a=sendrecv\r\n"
        ).encode()

    def __str__(self) -> str:
        story = [str(message.status) for message in (*self.provisional, *filter(None, [self.final]))]
        story += [request.method for request in self.requests]
        return f"Call({self._uri}: {' '.join(story) or 'no answer'}, {self.audio!r})"

    # What the agent does

    def start(self, headers: Sequence[Header]) -> None:
        """Send the INVITE."""
        self._cseq = 1
        self._branch = self.agent.new_branch()
        self._send(
            "INVITE",
            cseq=1,
            branch=self._branch,
            uri=self._uri,
            body=self.sdp(),
            content_type="application/sdp",
            headers=headers,
        )

    def take(self, message: SipMessage) -> None:
        """A message of this call, on the agent's thread."""
        if not message.is_response:
            self._take_request(message)
        elif message.method == "INVITE":
            self._take_answer(message)

    def _take_answer(self, response: SipMessage) -> None:
        self._read_sdp(response)
        if response.status < 200:
            self.provisional.append(response)
            return
        self.remote_tag = response.tag("To")
        accepted = response.status < 300
        if accepted:
            self._target = response.contact() or self._target
        self._send(
            "ACK",
            cseq=response.cseq,
            uri=self._target if accepted else self._uri,
            branch="" if accepted else self._branch,
        )
        self.final = response
        self.ended = self.ended or not accepted

    def _take_request(self, request: SipMessage) -> None:
        if self.invite is not None and request.method == "INVITE" and request.cseq == self.invite.cseq:
            # Sent again, since the test thinks before it answers.
            return
        self.requests.append(request)
        if request.method == "INVITE":
            self._read_sdp(request)
            self.agent.respond(request, 200, "OK", self.local_tag, self.sdp(), "application/sdp")
        elif request.method == "CANCEL":
            self.agent.respond(request, 200, "OK", self.local_tag)
            self._respond(487, "Request Terminated")
            self.ended = True
        elif request.method == "BYE":
            self.agent.respond(request, 200, "OK", self.local_tag)
            self.ended = True
        elif request.method != "ACK":
            self.agent.respond(request, self.agent.statuses.get(request.method, 200), "OK", self.local_tag)

    def _respond(self, status: int, reason: str, body: bytes = b"") -> None:
        assert self.invite is not None, "only a taken call is answered"
        content_type = "application/sdp" if body else ""
        self.agent.respond(self.invite, status, reason, self.local_tag, body, content_type)

    def _send(
        self,
        method: str,
        *,
        cseq: int,
        uri: str,
        branch: str = "",
        body: bytes = b"",
        content_type: str = "",
        headers: Sequence[Header] = (),
    ) -> None:
        tagged = f"{self._to};tag={self.remote_tag}" if self.remote_tag else self._to
        self.agent.send_request(
            method,
            uri,
            from_=f"{self._from};tag={self.local_tag}",
            to=tagged,
            call_id=self.call_id,
            cseq=cseq,
            branch=branch,
            body=body,
            content_type=content_type,
            headers=headers,
        )

    def _read_sdp(self, message: SipMessage) -> None:
        host, port = _CONNECTION.search(message.text), _AUDIO.search(message.text)
        if host and port:
            self.audio.peer = (host.group(1), int(port.group(1)))
