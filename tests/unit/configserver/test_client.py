"""The SOAP client against our simulator, and how it carries queries, answers and credentials."""

from __future__ import annotations

import gzip
import logging
import sys
from pathlib import Path

import pytest

from gvma.configserver.client import ConfigurationServer
from gvma.configserver.simulator.server import Simulator
from gvma.errors import (
    ConfigServerError,
    ConfigServerFault,
    ConfigServerMalformed,
    ConfigServerTimeout,
    ConfigServerTruncated,
    ConfigServerUnreachable,
    CredentialsError,
    SettingsError,
)
from gvma.garbage import without_garbage_collection
from gvma.settings.model import Secret
from tests.fakes.soap import http, sending, server
from tests.unit.configserver.asking import ANSWER, DNS, PASSWORD, ask, chunked, refused, settings


@pytest.mark.parametrize("shape", ["a", "a-ids", "b"])
def test_the_sample_reads_the_same_in_every_shape(shape: str) -> None:
    with Simulator(username="gvma", password=PASSWORD, shape=shape).serve() as url:
        dns = ask(url)
    assert [dn.number for dn in dns] == ["1000", "1001", "1002", "1003", "1004", "1005", "1007", "1008", "1009"]
    assert {(dn.owner_dbid, dn.type) for dn in dns} == {(101, 1)}
    assert dns[2].options["gvm_email"] == "anne.smith@example.com"


def test_objects_end_with_their_list_and_wait_for_no_garbage_collection() -> None:
    with Simulator(username="gvma", password=PASSWORD).serve() as url, without_garbage_collection():
        dns = ask(url)
        first = dns[0]
        references = sys.getrefcount(first)
        del dns
        assert sys.getrefcount(first) == references - 1


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


def test_a_redirect_is_not_followed_and_takes_no_credentials_along() -> None:
    with server(sending(http(ANSWER))) as other:
        location = f"Location: {other.url.replace('//', f'//gvma:{PASSWORD}@')}"
        for status in ("302 Found", "307 Temporary Redirect", "308 Permanent Redirect"):
            with server(sending(http(b"", status, location))) as heard:
                assert other.url in refused(heard.url, ConfigServerFault).message
    assert other.requests == []


def test_the_environments_proxy_and_netrc_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with server(sending(http(b"<proxy/>"))) as proxy, server(sending(http(ANSWER))) as heard:
        monkeypatch.delenv("no_proxy", raising=False)
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
