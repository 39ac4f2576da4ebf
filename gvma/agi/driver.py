"""Drives one call flow: bytes in, bytes out. Pure: no socket, no clock, no log.

Whoever has the connection (the server, the stdin runner, a test) passes received bytes to ``receive`` and
writes what it returns. When the caller has hung up, CallerGone is raised once in the call flow, at the command
that it waits for. Commands that the flow yields after that (clean-up that Asterisk allows on a dead channel)
are still sent as long as Asterisk listens.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from gvma.agi.protocol import SIMPLE_REPLY_BYTES, AgiConversation, Hangup, simple_reply
from gvma.agi.quoting import RefusedCommandError, command_line
from gvma.treatments.commands import Call, CallerGone, CallFlow, Failure, Note, Reply

# How many more commands a flow may yield after the connection is lost.
_CLEAN_UP_COMMANDS = 20
CALLER_GONE = "caller-gone"


class UnknownRouteError(LookupError):
    """The dialplan asked for a route that does not exist; args[0] is its name."""


class CallDriver:
    """One call from its preamble to its outcome.

    begin_flow: returns the call flow for a preamble; raises UnknownRouteError.
    log_note: called with the call and each Note that its flow yields.
    """

    __slots__ = (
        "_begin_flow", "_channel_gone", "_conversation", "_flow", "_flow_knows", "_log_note",
        "blocking", "call", "error", "failure", "outcome",
    )  # fmt: skip

    def __init__(self, begin_flow: Callable[[Call], CallFlow], log_note: Callable[[Call, Note], None]) -> None:
        self._begin_flow = begin_flow
        self._log_note = log_note
        self._conversation = AgiConversation()
        self._flow: CallFlow | None = None
        self._channel_gone = False  # Asterisk has said that the caller hung up
        self._flow_knows = False  # CallerGone was raised in the flow
        self.call: Call | None = None  # None while the preamble is incomplete
        self.blocking = False  # the outstanding command may take as long as the call lasts
        self.outcome: str | None = None  # None while the call goes on
        self.error: Exception | None = None  # what ended the call, where it did not end by itself
        self.failure: Failure | None = None  # why the flow did not serve the call

    def receive(self, received: bytes) -> bytes:
        """The bytes to write next. received: empty when the peer has closed.

        Once ``outcome`` is not None the call has ended: write what is returned, then close.
        Raises AgiProtocolError where the peer does not speak AGI.
        """
        conversation = self._conversation
        if conversation.awaits_reply:
            if len(received) <= SIMPLE_REPLY_BYTES and (reply := simple_reply(received)) is not None:
                return self._resume(reply)
        elif self._flow is None and (call := conversation.whole_call(received)) is not None:
            return self._begun(call)
        conversation.receive(received)
        out = b""
        while self.outcome is None and (event := conversation.next_event()) is not None:
            if isinstance(event, Reply):
                out += self._replied(event)
                conversation.sent()
            elif isinstance(event, Call):
                out += self._begun(event)
            elif isinstance(event, Hangup):
                self._channel_gone = True
                self.blocking = False  # Asterisk ends the application now, and its reply follows
            else:
                self._peer_closed()
        return out

    def stop(self, outcome: str, error: Exception | None = None) -> bytes:
        """End the flow where it stands. Returns the line that makes AGISTATUS FAILURE."""
        if self.outcome is None:
            self.outcome = outcome
            self.error = error
        if self._flow is not None:
            with suppress(RuntimeError):  # Python's answer to a flow that yields again while it is closed
                self._flow.close()
        return failure_line(outcome)

    def _begun(self, call: Call) -> bytes:
        self.call = call
        try:
            self._flow = self._begin_flow(call)
        except UnknownRouteError as error:
            self.outcome = "unknown-route"
            return failure_line(f"unknown route {error.args[0]!r}")
        line = self._resume(None)
        self._conversation.sent()
        return line

    def _replied(self, reply: Reply) -> bytes:
        if reply.code == 511:
            self._channel_gone = True
        if self._channel_gone and not self._flow_knows:
            self._flow_knows = True
            return self._resume(None, CallerGone())
        return self._resume(reply)

    def _peer_closed(self) -> None:
        """Let the flow finish; its commands are not written, since nobody reads them."""
        if self._flow is None:
            self.outcome = "no-preamble"
            return
        for _ in range(_CLEAN_UP_COMMANDS):
            self._resume(None, CallerGone())
            if self.outcome is not None:
                return
        self.stop(CALLER_GONE)

    def _resume(self, reply: Reply | None, thrown: Exception | None = None) -> bytes:
        """Run the flow up to its next command. Returns the line of that command."""
        flow = self._flow
        assert flow is not None
        try:
            step = flow.send(reply) if thrown is None else flow.throw(thrown)
            while True:
                while isinstance(step, Note):
                    assert self.call is not None
                    self._log_note(self.call, step)
                    self.failure = step.failure or self.failure
                    step = flow.send(None)
                verb, arguments, blocking = step
                try:
                    line = command_line(verb, arguments)
                    break
                except RefusedCommandError as refused:
                    step = flow.throw(refused)
        except StopIteration as end:
            self.outcome = end.value or "done"
            return b""
        except CallerGone:
            self.outcome = CALLER_GONE
            return b""
        except Exception as error:  # an internal error in a flow ends this call and no other
            self.outcome = "error"
            self.error = error
            return failure_line("error")
        self.blocking = blocking and not self._channel_gone
        return line


def failure_line(reason: str) -> bytes:
    """The line that makes AGISTATUS FAILURE. Source: res_agi.c, run_agi."""
    return f"failure: {reason}\n".encode("ascii", "replace")
