"""The SOAP client against servers that do everything wrong over a real socket."""

from __future__ import annotations

import gzip
import socket
import threading
from base64 import b64encode

import pytest

from gvma.configserver.client import ConfigurationServer
from gvma.configserver.reading.reader import read_answer
from gvma.errors import (
    ConfigServerFault,
    ConfigServerHostile,
    ConfigServerMalformed,
    ConfigServerTimeout,
    ConfigServerTooLarge,
    ConfigServerTruncated,
    ConfigServerUnreachable,
    ConfigServerWrongRoot,
    CredentialsError,
    GvmaError,
)
from tests.fakes.answers import BOMB, FAULT_11
from tests.fakes.deaf import deaf_port
from tests.fakes.soap import Play, dripping, http, sending, server
from tests.unit.configserver.asking import ANSWER, DNS, PASSWORD, chunked, refused, settings

BASIC = b64encode(f"gvma:{PASSWORD}".encode()).decode()


def test_nobody_who_listens_is_unreachable() -> None:
    with deaf_port() as port:
        raised = refused(f"http://127.0.0.1:{port}/", ConfigServerUnreachable)
    assert "refused" in raised.message


def test_a_connection_that_the_server_ends_after_its_answer_costs_no_query() -> None:
    def play(connection: socket.socket, _leaving: threading.Event) -> None:
        connection.sendall(http(ANSWER))
        connection.recv(65536)  # the next query is on its way, and the server has had enough of this connection

    with server(play) as heard, ConfigurationServer(settings(heard.url)) as configuration_server:
        answers = [configuration_server.query(DNS) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2] != []


def test_a_server_that_answers_nothing_on_a_new_connection_is_asked_once() -> None:
    with server(sending(b"")) as heard:
        refused(heard.url, ConfigServerUnreachable)
    assert len(heard.requests) == 1


def test_an_answer_that_was_not_read_to_its_end_is_not_taken_for_the_next_one() -> None:
    with server(sending(http(b"no" * 100_000, "403 Forbidden"))) as heard:
        with ConfigurationServer(settings(heard.url)) as configuration_server:
            for _ in range(2):
                with pytest.raises(CredentialsError):
                    configuration_server.query(DNS)
    assert len(heard.requests) == 2


def test_an_unknown_host_is_unreachable() -> None:
    for host in ("no-such-host.invalid", f"{'long' * 20}.invalid"):
        raised = refused(f"http://{host}:8080/", ConfigServerUnreachable)
        assert "name is not known" in raised.message


@pytest.mark.parametrize(
    ("wire", "error"),
    [
        (http(ANSWER[:-40]), ConfigServerTruncated),
        (http(ANSWER, length=len(ANSWER) + 10), ConfigServerTruncated),
        (http(ANSWER[:100], length=len(ANSWER)), ConfigServerTruncated),
        (http(b""), ConfigServerTruncated),
        (chunked(ANSWER), ConfigServerTruncated),
        (chunked(ANSWER[:60]) + b"ffff\r\nCfg", ConfigServerTruncated),
        (chunked(ANSWER[:60]) + b"0\r\n\r\n", ConfigServerTruncated),
        (chunked(ANSWER[:60]) + b"-5\r\n", ConfigServerMalformed),
        (chunked(ANSWER[:60]) + b"five\r\n", ConfigServerTruncated),
        (http(ANSWER, "200 OK", "Content-Length: 5"), ConfigServerUnreachable),
        (b"HTTP/1.0 200 OK\r\n\r\n" + ANSWER[:60], ConfigServerTruncated),
        (http(gzip.compress(ANSWER)[:-12], "200 OK", "Content-Encoding: gzip"), ConfigServerTruncated),
        (http(b"\x1f\x8b garbage" * 9, "200 OK", "Content-Encoding: gzip"), ConfigServerMalformed),
        (http(ANSWER, "200 OK", "Content-Encoding: br"), ConfigServerMalformed),
        (http(b"<html><body>Login</body></html>"), ConfigServerWrongRoot),
        (http(b"hello"), ConfigServerMalformed),
        (http(ANSWER + b"more"), ConfigServerMalformed),
        (http(f"{BOMB}]><CfgData>&j;</CfgData>".encode()), ConfigServerHostile),
        (http(b"<CfgData><CfgDN a='" + b"x" * (11 * 1024 * 1024) + b"'/></CfgData>"), ConfigServerHostile),
        (http(FAULT_11.encode()), ConfigServerFault),
        (http(FAULT_11.encode(), "500 Internal Server Error"), ConfigServerFault),
        (http(b"<html>oops</html>", "500 Internal Server Error"), ConfigServerFault),
        (http(b"", "404 Not Found"), ConfigServerFault),
        (http(b"", "204 No Content"), ConfigServerFault),
        (http(b"", "403 Forbidden"), CredentialsError),
        (b"", ConfigServerUnreachable),
        (b"220 smtp.example.com ESMTP\r\n", ConfigServerUnreachable),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", ConfigServerUnreachable),
    ],
)
def test_each_broken_answer_is_its_own_error(wire: bytes, error: type[GvmaError]) -> None:
    with server(sending(wire)) as heard:
        refused(heard.url, error)


def test_a_port_that_speaks_something_else_is_said_to() -> None:
    with server(sending(b"220 smtp.example.com ESMTP\r\n")) as heard:
        assert "does not speak HTTP" in refused(heard.url, ConfigServerUnreachable).message


def test_two_lengths_of_one_answer_are_said_to_be_no_http() -> None:
    with server(sending(http(ANSWER, "200 OK", "Content-Length: 5"))) as heard:
        assert "its HTTP cannot be read" in refused(heard.url, ConfigServerUnreachable).message


@pytest.mark.parametrize("status", ["500 Internal Server Error", "200 OK"])
def test_a_faults_text_is_shown_whatever_the_http_status(status: str) -> None:
    with server(sending(http(FAULT_11.encode(), status))) as heard:
        raised = refused(heard.url, ConfigServerFault)
    assert "Query refused: NoPermission: tenant 7" in raised.message


def test_a_password_that_the_server_echoes_in_its_fault_is_masked() -> None:
    echo = FAULT_11.replace("Query refused", f"no such user gvma/{PASSWORD}")
    with server(sending(http(echo.encode(), "500 Internal Server Error"))) as heard:
        assert "gvma/****" in refused(heard.url, ConfigServerFault).message


@pytest.mark.parametrize(
    "echo",
    [
        f"bad header Authorization: Basic {BASIC}",
        f"bad header {BASIC}",
        f"{'x' * 490} {PASSWORD}",
        f"bad header Authorization: Basic {b64encode(b'other:hunter2').decode()}",
    ],
    ids=["header", "its value", "at the end of what is shown", "of somebody else"],
)
def test_credentials_that_the_server_echoes_in_its_fault_are_masked(echo: str) -> None:
    with server(sending(http(FAULT_11.replace("Query refused", echo).encode(), "200 OK"))) as heard:
        message = refused(heard.url, ConfigServerFault).message
    assert "****" in message
    assert not any(part in message for part in (PASSWORD[:4], BASIC[:8], "b3RoZXI6"))
    assert len(message) < 2000


def test_a_password_in_the_place_that_a_server_redirects_to_is_masked() -> None:
    place = f"Location: https://elsewhere.example.com/{PASSWORD}"
    with server(sending(http(b"", "302 Found", place))) as heard:
        assert PASSWORD not in refused(heard.url, ConfigServerFault).message


@pytest.mark.parametrize(
    "play",
    [
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n<CfgData>", b" ", 0.02),
        dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.02),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.05),
        dripping(b"", b"H", 0.02),
    ],
    ids=["body", "chunks", "headers", "status line"],
)
def test_an_answer_in_drops_ends_with_the_deadline(play: Play) -> None:
    with server(play) as heard:
        refused(heard.url, ConfigServerTimeout, timeout=0.1)


def test_a_server_that_falls_silent_within_the_answer_is_a_timeout() -> None:
    def play(connection: socket.socket, leaving: threading.Event) -> None:
        connection.sendall(http(ANSWER)[:-50])
        leaving.wait()

    with server(play) as heard:
        refused(heard.url, ConfigServerTimeout, timeout=0.2)


@pytest.mark.parametrize("compressed", [False, True])
def test_an_endless_answer_is_refused_by_its_size(compressed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_answer.__kwdefaults__ is not None
    monkeypatch.setitem(read_answer.__kwdefaults__, "max_bytes", 10**6)
    body = b"<CfgData>" + b"<x/>" * 10**6

    def play(connection: socket.socket, leaving: threading.Event) -> None:
        wire = gzip.compress(body) if compressed else body
        encoding = b"Content-Encoding: gzip\r\n" if compressed else b""
        connection.sendall(b"HTTP/1.0 200 OK\r\n" + encoding + b"\r\n" + wire)

    with server(play) as heard:
        refused(heard.url, ConfigServerTooLarge)
