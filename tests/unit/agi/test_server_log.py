"""What the FastAGI server logs of its peers."""

from __future__ import annotations

import logging
import re

import pytest

from tests.unit.agi.running import MEDIA, Peer, Start


def test_a_route_that_is_not_there_is_named_in_the_log_with_those_that_are(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    with Peer(start()) as peer:
        peer.begin(b"treatmnt")
    assert "no route 'treatmnt'; the routes are " in caplog.text
    assert "music" in caplog.text


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "junk after .* s: the peer does not speak AGI: no agi_ line at the start"),
        (b"agi_network: yes\n", "preamble-timeout after "),
    ],
)
def test_a_connection_that_is_no_call_is_logged_with_its_peer(
    start: Start, caplog: pytest.LogCaptureFixture, sent: bytes, reason: str
) -> None:
    caplog.set_level(logging.INFO, "gvma.agi")
    running = start()
    with Peer(running) as peer:
        peer.write(sent)
        running.server.preamble_seconds = 0.05
        assert peer.is_dropped()
        running.stop()
        where = "{} port {}".format(*peer.address)
    (line,) = [record.getMessage() for record in caplog.records if "after" in record.getMessage()]
    assert re.match(f"no call from {re.escape(where)}: {reason}", line)


def test_a_connection_that_is_turned_away_is_logged_with_its_peer(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    with Peer(start(MEDIA._replace(allow=("192.0.2.0/24",)))) as peer:
        assert peer.is_dropped()
    assert "127.0.0.1 is not in `allow` of [media]" in caplog.text


def test_notes_of_a_flow_are_of_one_kind_whatever_the_caller_wrote(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    with Peer(start()) as peer:
        peer.begin(b"noting")
    (record,) = [record for record in caplog.records if "cannot be played" in record.getMessage()]
    assert record.getMessage() == "noting PJSIP/1-1 1.1: '100% %s' cannot be played"
    assert record.msg == "%s: %r cannot be played"
