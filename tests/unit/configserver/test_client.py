"""The SOAP client against our simulator, and against servers that do everything wrong over a real socket."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from gvma.configserver.client import ConfigurationServer
from gvma.configserver.objects import ConfigObject
from gvma.configserver.simulator import Simulator
from gvma.errors import (
    ConfigServerError,
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
    SettingsError,
)
from gvma.settings.model import ConfigServerSettings, Secret
from tests.fakes.answers import BOMB, FAULT_11, SHAPE_A, in_envelope
from tests.fakes.deaf import deaf_port
from tests.fakes.soap import Play, dripping, http, sending, server

DNS = "CfgTenant[@name='Environment']/switches/CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='1']"
PASSWORD = "pass-s3cr3t-word"
ANSWER = in_envelope(SHAPE_A).encode()


def settings(url: str, **others: object) -> ConfigServerSettings:
    given: dict[str, object] = {"url": url, "username": "gvma", "password": Secret(PASSWORD), "timeout": 60.0}
    return ConfigServerSettings(**{**given, **others})  # type: ignore[arg-type]


def ask(url: str, query: str = DNS, **others: Any) -> list[ConfigObject]:
    with ConfigurationServer(settings(url, **others)) as configuration_server:
        return configuration_server.query(query)


def refused(url: str, error: type[GvmaError], **others: Any) -> GvmaError:
    with pytest.raises(error) as caught:
        ask(url, **others)
    raised = caught.value
    assert type(raised) is error
    assert PASSWORD not in f"{raised!r} {raised} {raised.hint} {raised.as_json()}"
    assert raised.__suppress_context__ or raised.__context__ is None
    assert raised.hint.startswith("Nothing was written.")
    return raised


# Against the simulator.


@pytest.mark.parametrize("shape", ["a", "a-ids", "b"])
def test_the_sample_reads_the_same_in_every_shape(shape: str) -> None:
    with Simulator(username="gvma", password=PASSWORD, shape=shape).serve() as url:
        dns = ask(url)
    assert [dn.number for dn in dns] == ["1000", "1001", "1002", "1003", "1004", "1005", "1007", "1008", "1009"]
    assert {(dn.owner_dbid, dn.type) for dn in dns} == {(101, 1)}
    assert dns[2].options["gvm_email"] == "anne.smith@example.com"


def test_many_queries_share_one_connection_and_disabled_objects_are_dropped_on_demand() -> None:
    simulator = Simulator(username="gvma", password=PASSWORD)
    with (
        simulator.serve() as url,
        ConfigurationServer(settings(url, include_disabled=False)) as configuration_server,
    ):
        assert "1005" not in [dn.number for dn in configuration_server.query(DNS)]
        assert [one.number for one in configuration_server.query("CfgAgentGroup[@tenantDBID=1]")] == [
            "Support", "Sales", "Back_Office"
        ]  # fmt: skip
        assert configuration_server.query("CfgDN[@type=77]") == []


@pytest.mark.parametrize(
    "query",
    [DNS, 'CfgDN[@name="O\'Neil"]', "CfgDN[@name='a<b&c>d']", "CfgDN[@name='Zoë \U0001f600']", "CfgDN[ @type = 1 ]  "],
)
def test_the_query_goes_out_byte_for_byte(query: str) -> None:
    simulator = Simulator()
    with simulator.serve() as url:
        ask(url, query)
    assert simulator.received == [query]


def test_a_query_that_xml_cannot_carry_is_a_mistake_in_the_settings() -> None:
    with Simulator().serve() as url, pytest.raises(SettingsError):
        ask(url, "CfgDN[@name='\x00']")


def test_wrong_credentials_are_refused_with_their_own_exit_status() -> None:
    with Simulator(username="gvma", password="another").serve() as url:
        assert refused(url, CredentialsError).exit_status == 12


def test_a_password_beyond_latin_1_is_sent_as_utf_8() -> None:
    with Simulator(username="gvma", password="пароль").serve() as url:
        assert ask(url, password=Secret("пароль"))


@pytest.mark.parametrize(
    ("fail", "error"),
    [
        ("refuse", ConfigServerUnreachable),
        ("fault", ConfigServerFault),
        ("truncate", ConfigServerTruncated),
        ("malformed", ConfigServerMalformed),
        ("500", ConfigServerFault),
    ],
)
def test_each_failure_of_the_simulator_is_its_own_error(fail: str, error: type[ConfigServerError]) -> None:
    with Simulator(fail=fail).serve() as url:
        raised = refused(url, error)
    assert raised.exit_status == 10
    assert url in raised.where


def test_a_query_outside_the_grammar_comes_back_as_the_servers_fault() -> None:
    with Simulator().serve() as url:
        with pytest.raises(ConfigServerFault, match="not understood at character 7"):
            ask(url, "CfgDN[")


def test_a_server_that_does_not_answer_is_a_timeout() -> None:
    with Simulator(fail="delay").serve() as url:
        assert "0.2 s" in refused(url, ConfigServerTimeout, timeout=0.2).message


def test_an_empty_answer_is_no_error() -> None:
    with Simulator(fail="empty").serve() as url:
        assert ask(url) == []


# Against a socket.


def test_nobody_who_listens_is_unreachable() -> None:
    with deaf_port() as port:
        raised = refused(f"http://127.0.0.1:{port}/", ConfigServerUnreachable)
    assert "refused" in raised.message


def test_an_unknown_host_is_unreachable() -> None:
    raised = refused("http://no-such-host.invalid:8080/", ConfigServerUnreachable)
    assert "name is not known" in raised.message


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunked(*pieces: bytes) -> bytes:
    return CHUNKED + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


@pytest.mark.parametrize(
    "wire",
    [
        http(ANSWER),
        http(ANSWER, "200 OK", "Connection: close"),
        chunked(ANSWER[:50], ANSWER[50:]) + b"0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n" + ANSWER,
        http(gzip.compress(ANSWER), "200 OK", "Content-Encoding: gzip"),
        http("﻿".encode() + ANSWER),
        http('<?xml version="1.0" encoding="UTF-16"?>'.encode("utf-16") + ANSWER.decode().encode("utf-16")[2:]),
    ],
    ids=["length", "close", "chunked", "HTTP/1.0", "gzip", "BOM", "UTF-16"],
)
def test_an_answer_is_read_however_it_is_carried(wire: bytes) -> None:
    with server(sending(wire)) as heard:
        assert [dn.number for dn in ask(heard.url)] == ["10001"]


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


@pytest.mark.parametrize("status", ["500 Internal Server Error", "200 OK"])
def test_a_faults_text_is_told_whatever_the_http_status(status: str) -> None:
    with server(sending(http(FAULT_11.encode(), status))) as heard:
        raised = refused(heard.url, ConfigServerFault)
    assert "Query refused: NoPermission: tenant 7" in raised.message


def test_a_password_that_the_server_echoes_in_its_fault_is_masked() -> None:
    echo = FAULT_11.replace("Query refused", f"no such user gvma/{PASSWORD}")
    with server(sending(http(echo.encode(), "500 Internal Server Error"))) as heard:
        assert "gvma/****" in refused(heard.url, ConfigServerFault).message


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
    monkeypatch.setattr("gvma.configserver.reader.read_answer.__kwdefaults__", {"escaped": False, "max_bytes": 10**6})
    body = b"<CfgData>" + b"<x/>" * 10**6

    def play(connection: socket.socket, leaving: threading.Event) -> None:
        wire = gzip.compress(body) if compressed else body
        encoding = b"Content-Encoding: gzip\r\n" if compressed else b""
        connection.sendall(b"HTTP/1.0 200 OK\r\n" + encoding + b"\r\n" + wire)

    with server(play) as heard:
        refused(heard.url, ConfigServerTooLarge)


def test_a_redirect_is_not_followed_and_takes_no_credentials_along() -> None:
    with server(sending(http(ANSWER))) as other:
        location = f"Location: {other.url.replace('//', f'//gvma:{PASSWORD}@')}"
        for status in ("302 Found", "307 Temporary Redirect", "308 Permanent Redirect"):
            with server(sending(http(b"", status, location))) as heard:
                assert other.url in refused(heard.url, ConfigServerFault).message
    assert other.requests == []


def test_the_environments_proxy_and_netrc_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with server(sending(http(b"<proxy/>"))) as proxy, server(sending(http(ANSWER))) as heard:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
        (tmp_path / "netrc").chmod(0o600)
        assert ask(heard.url, auth="none")
    assert proxy.requests == []
    assert b"authorization" not in heard.requests[0].lower()


def test_credentials_in_the_url_are_used_and_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Simulator(username="gvma", password=PASSWORD).serve() as url:
        inside = url.replace("//", f"//gvma:{PASSWORD}@")
        assert ask(inside, username="", password=Secret(""))
    refused(inside, ConfigServerUnreachable, username="", password=Secret(""))
    assert PASSWORD not in caplog.text
