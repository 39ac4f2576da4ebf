"""A call flow driven over bytes: what it receives, what is written for it, and how a call ends."""

from __future__ import annotations

from collections.abc import Callable

from gvma.agi.driver import CallDriver, UnknownRouteError
from gvma.treatments.commands import Call, CallerGone, CallFlow, Command, Note, Reply

PREAMBLE = b"agi_network: yes\nagi_channel: PJSIP/1-1\n\n"


class Drive:
    """A driver with what its flow noted."""

    def __init__(self, flow: Callable[[Call], CallFlow]) -> None:
        self.notes: list[str] = []
        self.driver = CallDriver(flow, lambda call, note: self.notes.append(note.message))

    def receive(self, *received: bytes) -> list[bytes]:
        return [self.driver.receive(one) for one in received]


def two_commands(call: Call) -> CallFlow:
    first = yield Command("ANSWER")
    yield Note(f"answered {first.number if first else None}")
    second = yield Command("GET VARIABLE", ("X",))
    return second.text or "unset" if second else "nothing"


def test_a_flow_sends_commands_gets_replies_and_ends_with_its_outcome() -> None:
    drive = Drive(two_commands)
    assert drive.receive(PREAMBLE) == [b"ANSWER\n"]
    assert drive.receive(b"200 result=0\n") == [b'GET VARIABLE "X"\n']
    assert drive.receive(b"200 result=1 (played)\n") == [b""]
    assert drive.driver.outcome == "played"
    assert drive.notes == ["answered 0"]


def test_a_call_is_the_same_byte_by_byte() -> None:
    drive = Drive(two_commands)
    wire = PREAMBLE + b"200 result=0\n" + b"200 result=1 (played)\n"
    out = b"".join(drive.driver.receive(bytes([byte])) for byte in wire)
    assert out == b'ANSWER\nGET VARIABLE "X"\n'
    assert drive.driver.outcome == "played"


def test_a_hangup_is_raised_once_in_the_flow_and_its_clean_up_commands_are_still_sent() -> None:
    events: list[object] = []

    def flow(call: Call) -> CallFlow:
        try:
            yield Command("STREAM FILE", ("welcome", ""), blocking=True)
        except CallerGone:
            events.append("gone")
        events.append((yield Command("SET VARIABLE", ("X", "1"))))
        events.append((yield Command("STREAM FILE", ("bye", ""), blocking=True)))
        return "left"

    drive = Drive(flow)
    drive.receive(PREAMBLE)
    assert drive.driver.blocking
    assert drive.receive(b"HANGUP\n") == [b""]
    assert not drive.driver.blocking
    assert drive.receive(b"200 result=-1 endpos=160\n") == [b'SET VARIABLE "X" "1"\n']
    assert drive.receive(b"200 result=1\n") == [b'STREAM FILE "bye" ""\n']
    assert not drive.driver.blocking
    drive.receive(b"511 Command Not Permitted on a dead channel\n")
    assert events[:2] == ["gone", Reply(200, "1")]
    assert drive.driver.outcome == "left"


def test_a_dead_channel_is_a_caller_who_is_gone() -> None:
    drive = Drive(two_commands)
    drive.receive(PREAMBLE, b"511 Command Not Permitted on a dead channel or intercept routine\n")
    assert drive.driver.outcome == "caller-gone"


def test_a_lost_connection_is_a_caller_who_is_gone_and_nothing_is_written() -> None:
    drive = Drive(two_commands)
    drive.receive(PREAMBLE)
    assert drive.receive(b"200 resu", b"") == [b"", b""]
    assert drive.driver.outcome == "caller-gone"


def test_a_flow_that_goes_on_after_the_hangup_is_closed() -> None:
    closed: list[bool] = []

    def stubborn(call: Call) -> CallFlow:
        try:
            while True:
                try:
                    yield Command("NOOP")
                except CallerGone:
                    yield Note("still here")
        finally:
            closed.append(True)

    drive = Drive(stubborn)
    drive.receive(PREAMBLE, b"")
    assert drive.driver.outcome == "caller-gone"
    assert closed == [True]


def test_a_peer_that_leaves_in_its_preamble_starts_no_flow() -> None:
    drive = Drive(two_commands)
    drive.receive(PREAMBLE[:-1], b"")
    assert drive.driver.outcome == "no-preamble"
    assert drive.driver.call is None


def test_an_internal_error_in_a_flow_is_a_failure_to_asterisk() -> None:
    def broken(call: Call) -> CallFlow:
        yield Command("ANSWER")
        raise ValueError("4711")

    drive = Drive(broken)
    drive.receive(PREAMBLE)
    (out,) = drive.receive(b"200 result=0\n")
    assert out.startswith(b"failure")
    assert out.count(b"\n") == 1
    assert b"4711" not in out
    assert drive.driver.outcome == "error"
    assert isinstance(drive.driver.error, ValueError)


def test_an_unknown_route_is_a_failure_to_asterisk() -> None:
    def no_such(call: Call) -> CallFlow:
        raise UnknownRouteError("no\nsuch")

    drive = Drive(no_such)
    (out,) = drive.receive(PREAMBLE)
    assert out.startswith(b"failure")
    assert out.count(b"\n") == 1
    assert drive.driver.outcome == "unknown-route"


def test_a_command_that_asterisk_would_misread_is_never_written() -> None:
    def flow(call: Call) -> CallFlow:
        yield Command("SET VARIABLE", ("X", "1\nHANGUP"))
        return "never"

    drive = Drive(flow)
    (out,) = drive.receive(PREAMBLE)
    assert out.startswith(b"failure")
    assert b"HANGUP" not in out
    assert drive.driver.outcome == "error"


def test_a_stopped_call_ends_its_flow_and_is_a_failure() -> None:
    ended: list[bool] = []

    def flow(call: Call) -> CallFlow:
        try:
            yield Command("EXEC", ("ConfBridge", "1"), blocking=True)
        finally:
            ended.append(True)
        return "never"

    drive = Drive(flow)
    drive.receive(PREAMBLE)
    assert drive.driver.stop("stopped").startswith(b"failure")
    assert drive.driver.outcome == "stopped"
    assert ended == [True]
