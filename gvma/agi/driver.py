"""Drives one call flow: bytes in, bytes out. No socket, no clock, no log of its own.

Whoever holds the connection (the server, the stdin runner, a test) gives ``receive`` what came and writes
what it returns. A call flow hears of a lost caller once, as CallerGone at the command that it waits for;
what it yields after that (clean-up that is legal on a dead channel) is still asked where Asterisk listens.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from gvma.agi.protocol import SIMPLE_REPLY_BYTES, Conversation, Hangup, simple_reply
from gvma.agi.quoting import RefusedCommandError, command_line
from gvma.treatments.commands import Call, CallerGone, CallFlow, Note, Reply

# After the caller has gone a flow has so many commands to put its house in order.
_CLEAN_UP_COMMANDS = 20


class UnknownRouteError(LookupError):
    """No call flow has the name that the dialplan asked for; args[0] is that name."""


class CallDriver:
    """One call from its preamble to its outcome.

    begin: the call flow for a preamble; raises UnknownRouteError.
    note: called with the call and each Note that its flow yields.
    """

    __slots__ = (
        "_begin", "_channel_gone", "_conversation", "_flow", "_note", "_told",
        "blocking", "call", "defect", "outcome",
    )  # fmt: skip

    def __init__(self, begin: Callable[[Call], CallFlow], note: Callable[[Call, Note], None]) -> None:
        self._begin = begin
        self._note = note
        self._conversation = Conversation()
        self._flow: CallFlow | None = None
        self._channel_gone = False  # Asterisk has said so
        self._told = False  # and the flow was told
        self.call: Call | None = None  # None while the preamble is incomplete
        self.blocking = False  # the outstanding command may take as long as the call
        self.outcome: str | None = None
        self.defect: Exception | None = None

    def receive(self, received: bytes) -> bytes:
        """What to write next; no bytes received mean that the peer has closed.

        Once ``outcome`` is not None the call is over: write what is returned, then close.
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
                self._closed()
        return out

    def stop(self, outcome: str, defect: Exception | None = None) -> bytes:
        """Ends the flow where it stands, and returns the line that makes AGISTATUS FAILURE."""
        if self.outcome is None:
            self.outcome = outcome
            self.defect = defect
        if self._flow is not None:
            with suppress(RuntimeError):  # a flow that yields once more when it is closed
                self._flow.close()
        return failure_line(outcome)

    def _begun(self, call: Call) -> bytes:
        self.call = call
        try:
            self._flow = self._begin(call)
        except UnknownRouteError as error:
            self.outcome = "unknown-route"
            return failure_line(f"unknown route {error.args[0]!r}")
        line = self._resume(None)
        self._conversation.sent()
        return line

    def _replied(self, reply: Reply) -> bytes:
        if reply.code == 511:
            self._channel_gone = True
        if self._channel_gone and not self._told:
            self._told = True
            return self._resume(None, CallerGone())
        return self._resume(reply)

    def _closed(self) -> None:
        """Nobody listens any more: the flow may finish, but nothing that it asks for is written."""
        if self._flow is None:
            self.outcome = "no-preamble"
            return
        for _ in range(_CLEAN_UP_COMMANDS):
            self._resume(None, CallerGone())
            if self.outcome is not None:
                return
        self.stop("caller-gone")

    def _resume(self, reply: Reply | None, thrown: Exception | None = None) -> bytes:
        """Lets the flow go on to its next command, and returns that command's line."""
        flow = self._flow
        assert flow is not None
        try:
            step = flow.send(reply) if thrown is None else flow.throw(thrown)
            while True:
                while isinstance(step, Note):
                    assert self.call is not None
                    self._note(self.call, step)
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
            self.outcome = "caller-gone"
            return b""
        except Exception as error:  # a defect of a flow ends this call, and no other
            self.outcome = "error"
            self.defect = error
            return failure_line("error")
        self.blocking = blocking and not self._channel_gone
        return line


def failure_line(reason: str) -> bytes:
    """The line that makes AGISTATUS FAILURE. Source: res_agi.c, run_agi."""
    return f"failure: {reason}\n".encode("ascii", "replace")
