"""The FastAGI server over real sockets, on the standard library's loop and on uvloop."""

from __future__ import annotations

import socket

import pytest

from gvma.agi.server import Server
from gvma.errors import SettingsError
from tests.unit.agi.conftest import ROUTES
from tests.unit.agi.health import HEALTH_ANSWER, HEALTH_PREAMBLE
from tests.unit.agi.running import MEDIA, PREAMBLE, SECONDS, Peer, Running, Start


def whole_call(running: Running) -> None:
    with Peer(running) as peer:
        assert peer.begin() == b"ANSWER\n"
        peer.write(b"200 result=0\n")
        assert peer.line() == b'STREAM FILE "welcome" ""\n'
        peer.write(b"200 result=0 endpos=8000\n")
        assert peer.line() == b""


def is_refused(running: Running) -> bool:
    with socket.socket() as peer:
        return peer.connect_ex(running.address) != 0


def test_a_call_is_answered_and_counted(start: Start) -> None:
    running = start()
    whole_call(running)
    whole_call(running)
    running.stop()
    assert dict(running.server.counters) == {("play", "played"): 2}


def test_peers_that_are_no_asterisk_keep_nobody_from_calling(start: Start) -> None:
    running = start()
    junk, half, trickle, gone, reset = (Peer(running) for _ in range(5))
    junk.write(b"\x00\xff" * 32768)
    half.write(b"agi_network: yes\nagi_cha")
    gone.close()
    reset.reset()
    for byte in PREAMBLE % b"play":
        trickle.write(bytes([byte]))
        if byte == ord("\n"):
            whole_call(running)
    assert trickle.line() == b"ANSWER\n"
    assert junk.is_dropped()
    for peer in (junk, half, trickle):
        peer.close()
    whole_call(running)


def test_a_thousand_connects_that_close_at_once_leave_a_server_that_serves(start: Start) -> None:
    running = start()
    for _ in range(1000):
        Peer(running).close()
    whole_call(running)
    running.stop()
    assert running.server.counters["-", "no-preamble"] == 1000


@pytest.mark.parametrize("sent", [b"", b"agi_network: yes\n", b"agi_"])
def test_a_preamble_that_does_not_end_meets_its_deadline(start: Start, sent: bytes) -> None:
    running = start()
    with Peer(running) as peer:
        peer.write(sent)
        running.server.preamble_seconds = 0.05  # not before the peer has written: the server may be quicker
        assert peer.line().startswith(b"failure")
        assert peer.is_dropped()
    running.stop()
    assert dict(running.server.counters) == {("-", "preamble-timeout"): 1}


def test_a_short_command_meets_its_deadline(start: Start) -> None:
    running = start(command_seconds=0.05)
    with Peer(running) as peer:
        assert peer.begin() == b"ANSWER\n"
        assert peer.line().startswith(b"failure")
    running.stop()
    assert dict(running.server.counters) == {("play", "command-timeout"): 1}


def test_a_blocking_command_has_none(start: Start) -> None:
    running = start(command_seconds=0.05)
    with Peer(running) as blocked:
        assert blocked.begin(b"music") == b'STREAM FILE "music" ""\n'
        with Peer(running) as short:  # a deadline begun later has passed
            short.begin()
            assert short.line().startswith(b"failure")
        blocked.write(b"200 result=0 endpos=8000\n")
        assert blocked.line() == b""
    running.stop()
    assert running.server.counters["music", "played"] == 1


@pytest.mark.parametrize(("route", "outcome"), [(b"nothing", ("-", "unknown-route")), (b"broken", ("broken", "error"))])
def test_what_cannot_be_served_is_a_failure_to_asterisk(start: Start, route: bytes, outcome: tuple[str, str]) -> None:
    running = start()
    with Peer(running) as peer:
        line = peer.begin(route)
        if line == b"ANSWER\n":
            peer.write(b"200 result=0\n")
            line = peer.line()
        assert line.startswith(b"failure")
        assert peer.line() == b""
    running.stop()
    assert dict(running.server.counters) == {outcome: 1}


def test_above_max_calls_connects_are_refused_and_below_it_accepted_again(start: Start) -> None:
    running = start(MEDIA._replace(max_calls=3))
    for accepted in range(1, 4):
        peers = [Peer(running) for _ in range(3)]
        assert [peer.begin() for peer in peers] == [b"ANSWER\n"] * 3
        assert is_refused(running)
        peers[0].close()
        running.on_loop(lambda: None)
        while is_refused(running):  # until the server has read the end of that call
            running.on_loop(lambda: None)
        for peer in peers[1:]:
            peer.close()
        # The connection that was accepted is a call too, and may be the last to end.
        while running.server.open_calls or running.server.counters["-", "no-preamble"] < accepted:
            running.on_loop(lambda: None)
    whole_call(running)


def test_a_network_that_is_not_allowed_is_turned_away_unread(start: Start) -> None:
    running = start(MEDIA._replace(allow=("192.0.2.0/24", "2001:db8::/32")))
    with Peer(running) as peer:
        assert peer.line().startswith(b"failure")
        assert peer.is_dropped()
    running.stop()
    assert dict(running.server.counters) == {("-", "not-allowed"): 1}


def test_a_drain_turns_new_calls_away_and_lets_running_ones_end(start: Start) -> None:
    running = start()
    with Peer(running) as peer:
        peer.begin()
        running.drain()
        assert is_refused(running)
        peer.write(b"200 result=0\n")
        assert peer.line() == b'STREAM FILE "welcome" ""\n'
        peer.write(b"200 result=0\n")
        assert peer.line() == b""
    running.thread.join(SECONDS)
    assert not running.thread.is_alive()
    assert dict(running.server.counters) == {("play", "played"): 1}


def test_a_drain_has_an_end(start: Start) -> None:
    running = start(MEDIA._replace(drain_seconds=0.05))
    with Peer(running) as peer:
        peer.begin()
        running.drain()
        assert peer.line().startswith(b"failure")
    running.thread.join(SECONDS)
    assert not running.thread.is_alive()
    assert dict(running.server.counters) == {("play", "stopped"): 1}


def test_health_answers_one_line_to_asterisk_and_to_a_probe_that_only_reads(start: Start) -> None:
    running = start()
    with Peer(running) as asterisk:
        asterisk.write(HEALTH_PREAMBLE)
        assert asterisk.line() == HEALTH_ANSWER
        asterisk.write(b"200 result=1\n")
        assert asterisk.line() == b""
    with Peer(running) as probe:
        probe.write(HEALTH_PREAMBLE)
        assert probe.line() == HEALTH_ANSWER
    running.stop()
    assert dict(running.server.counters) == {("health", "ok"): 2}


def test_a_reply_of_100_kib_arrives_whole(start: Start) -> None:
    running = start()
    with Peer(running) as peer:
        peer.begin()
        peer.write(b"200 result=1 (" + b"v" * 102400 + b")\n")
        assert peer.line() == b'STREAM FILE "welcome" ""\n'


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "a" * 300])
def test_a_host_that_is_not_ours_is_an_error_that_says_so(host: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Server(MEDIA, ROUTES, host=host, port=0).open()
    assert host in str(refused.value)
    assert refused.value.hint


def test_a_port_that_is_taken_is_an_error_that_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as refused:
            Server(MEDIA, ROUTES, host="127.0.0.1", port=port).open()
    assert str(port) in str(refused.value)


def test_a_network_that_is_none_is_an_error_that_says_so() -> None:
    with pytest.raises(SettingsError) as refused:
        Server(MEDIA._replace(allow=("10.0.0.0/33",)), ROUTES, host="127.0.0.1", port=0)
    assert "10.0.0.0/33" in str(refused.value)
