"""A subscription against a peer on a real UDP socket that answers as a test says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gvma.errors import SipError
from gvma.sip import subscriber
from gvma.sip.message import SipMessage, build_request, parse, response_to
from gvma.sip.subscriber import Subscriber, subscribe_once

Answers = Callable[[SipMessage], list[bytes]]
SUMMARY = b"Messages-Waiting: yes\r\nVoice-Message: 1/0 (0/0)\r\n"


def ok(asked: SipMessage, expires: str = "600") -> bytes:
    headers = [("Contact", f"<{asked.uri}>"), ("Expires", expires)]
    return response_to(asked, 200, "OK", tag="peer", headers=headers)


def notify(asked: SipMessage, number: int = 1, body: bytes = SUMMARY) -> bytes:
    headers = [
        ("Via", "SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKn"),
        ("From", f"{asked.header('To')};tag=peer"),
        ("To", asked.header("From")),
        ("Call-ID", asked.call_id),
        ("CSeq", f"{number} NOTIFY"),
        ("Event", "message-summary"),
        ("Content-Type", "application/simple-message-summary"),
    ]
    return build_request("NOTIFY", asked.contact(), headers, body)


@contextmanager
def peer(answers: Answers) -> Iterator[tuple[int, list[SipMessage]]]:
    """A port, and what came there; each SUBSCRIBE is answered by ``answers``.

    One that is sent again, since this peer was slow, is the same one: it is answered again and stands there once.
    """
    received: list[SipMessage] = []
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def serve() -> None:
        while datagram := sock.recvfrom(65_535):
            if not datagram[0]:
                return
            message = parse(datagram[0])
            if message.method != "SUBSCRIBE" or message.header("Via") not in [one.header("Via") for one in received]:
                received.append(message)
            if message.method == "SUBSCRIBE":
                for answer in answers(message):
                    sock.sendto(answer, datagram[1])

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield sock.getsockname()[1], received
    finally:
        sock.sendto(b"", sock.getsockname())
        thread.join()
        sock.close()


def test_it_subscribes_takes_the_notify_and_unsubscribes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriber, "_T1", 60.0)  # also the time for the end of a subscription
    with peer(lambda asked: [ok(asked), notify(asked, asked.cseq)]) as (port, received):
        answer = subscribe_once("gvm-1000", "127.0.0.1", port, timeout=60)
    assert (answer.status, answer.reason) == (200, "OK")
    assert answer.notify is not None
    assert answer.notify.body == SUMMARY
    subscribes = [message for message in received if message.method == "SUBSCRIBE"]
    assert [message.header("Expires") for message in subscribes] == ["600", "0"]
    assert subscribes[0].uri == f"sip:gvm-1000@127.0.0.1:{port}"
    assert subscribes[0].header("Event") == "message-summary"
    assert subscribes[0].header("Accept") == "application/simple-message-summary"
    assert subscribes[1].tag("To") == "peer"
    assert [message.status for message in received if message.method == "NOTIFY"] == [200, 200]


def test_a_notify_before_the_response_is_taken() -> None:
    with peer(lambda asked: [notify(asked, asked.cseq), ok(asked)]) as (port, _):
        answer = subscribe_once("gvm-1000", "127.0.0.1", port, timeout=60)
    assert answer.notify is not None


def test_a_refusal_is_an_answer_and_nothing_more_is_sent() -> None:
    with peer(lambda asked: [response_to(asked, 404, "Not Found", tag="peer")]) as (port, received):
        answer = subscribe_once("gvm-9", "127.0.0.1", port, timeout=60)
    assert (answer.status, answer.reason, answer.notify) == (404, "Not Found", None)
    assert len(received) == 1


def test_the_from_user_may_be_another() -> None:
    with peer(lambda asked: [response_to(asked, 404, "Not Found", tag="peer")]) as (port, received):
        subscribe_once("gvm-1000", "127.0.0.1", port, from_user="gvm-a-2222", timeout=60)
    assert received[0].header("From").startswith(f"<sip:gvm-a-2222@127.0.0.1:{port}>")


def test_a_subscription_without_a_notify_says_so() -> None:
    with peer(lambda asked: [ok(asked)]) as (port, _):
        with Subscriber("gvm-1000", "127.0.0.1", port) as one:
            assert one.subscribe(60).status == 200
            assert one.next_notify(0.1) is None


def test_a_notify_sent_again_is_answered_again_and_handed_out_once() -> None:
    with peer(lambda asked: [ok(asked), notify(asked, 1), notify(asked, 1), notify(asked, 2)]) as (port, received):
        with Subscriber("gvm-1000", "127.0.0.1", port) as one:
            one.subscribe(60)
            numbers = [one.next_notify(60), one.next_notify(60), one.next_notify(0.1)]
    assert [message.cseq if message else None for message in numbers] == [1, 2, None]
    assert [message.cseq for message in received if message.method == "NOTIFY"][:3] == [1, 1, 2]


def test_a_lost_subscribe_is_sent_again() -> None:
    seen: list[tuple[int, str]] = []

    def second_time(asked: SipMessage) -> list[bytes]:
        seen.append((asked.cseq, asked.header("Via")))
        return [ok(asked), notify(asked)] if len(seen) > 1 else []

    with peer(second_time) as (port, _):
        with Subscriber("gvm-1000", "127.0.0.1", port) as one:
            assert one.subscribe(60).status == 200
    assert seen[0] == seen[1]
    assert seen[0][0] == 1


def test_silence_is_an_error_when_the_time_is_over() -> None:
    with peer(lambda asked: []) as (port, _), pytest.raises(SipError, match="no answer to SUBSCRIBE within 0.2 s"):
        subscribe_once("gvm-1000", "127.0.0.1", port, timeout=0.2)


def test_a_port_where_nobody_listens_is_an_error() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        unused.connect(("127.0.0.1", 9))  # it takes nothing from anybody else, and nobody else gets its port
        port = unused.getsockname()[1]
        with pytest.raises(SipError, match="refused"):
            subscribe_once("gvm-1000", "127.0.0.1", port, timeout=60)


def test_what_belongs_to_another_dialog_is_not_taken() -> None:
    def foreign(asked: SipMessage) -> list[bytes]:
        other = parse(notify(asked).replace(asked.call_id.encode(), b"other"))
        return [b"garbage", build_request("NOTIFY", other.uri, [("Call-ID", "other"), ("CSeq", "1 NOTIFY")]), ok(asked)]

    with peer(foreign) as (port, received):
        with Subscriber("gvm-1000", "127.0.0.1", port) as one:
            assert one.subscribe(60).status == 200
            assert one.next_notify(0.1) is None
    assert [message.method for message in received] == ["SUBSCRIBE", "SUBSCRIBE"]
