"""``gvma sync`` and servers that fail, at once or later: every file stays as it was."""

from __future__ import annotations

import socket
import ssl
import threading

import pytest
import trustme

from gvma.configserver.simulator.server import Simulator
from tests.fakes.deaf import deaf_port
from tests.fakes.soap import Play, http, sending, server
from tests.harness.site import PASSWORD, USER, Site
from tests.unit.cli.commands.sync import BY_NAME, refused

NAMESPACE = "urn:gvma:confserv-soap:1"


@pytest.fixture
def site(site: Site) -> Site:
    """Its queries are those of the packaged objects."""
    site.cfgserver.update(BY_NAME)
    return site


def answer(result: str) -> bytes:
    """A SOAP answer with this in its ``result``."""
    return (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        f'<q:QueryResponse xmlns:q="{NAMESPACE}"><q:result>{result}</q:result></q:QueryResponse></e:Body></e:Envelope>'
    ).encode()


def silent(connection: socket.socket, leaving: threading.Event) -> None:
    leaving.wait()


DNS = "<CfgData><CfgDN DBID='5' ownerDBID='101' name='61001' type='1' state='1'/></CfgData>"
FAULT = (
    b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:Server</faultcode>'
    b"<faultstring>the database sleeps</faultstring></e:Fault></e:Body></e:Envelope>"
)
BOMB = b'<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><e>&b;</e>'
BAD_ANSWERS: list[tuple[Play, int, str]] = [
    (silent, 10, "no answer for 1 s"),
    (sending(b""), 10, "closed the connection without an answer"),
    (sending(http(b"", "401 Unauthorized")), 12, "refused"),
    (sending(http(b"", "403 Forbidden")), 12, "refused"),
    (sending(http(FAULT, "500 Internal Server Error")), 10, "the database sleeps"),
    (sending(http(FAULT)), 10, "the database sleeps"),
    (sending(http(b"<html>oops</html>", "500 Internal Server Error")), 10, "500"),
    (sending(http(b"gone", "404 Not Found")), 10, "404"),
    (sending(http(answer(DNS).replace(b"</CfgData>", b"</CfgDate>"))), 10, "not well-formed"),
    (sending(http(answer(DNS)[:-40])), 10, "before it is complete"),
    (sending(http(answer(DNS), length=5000)), 10, "before the answer was complete"),
    (sending(http(b"<html><body>Welcome</body></html>")), 10, "html"),
    (sending(http(b"")), 10, "before it is complete"),
    (sending(http(b"plain text")), 10, "not well-formed"),
    (sending(http(BOMB)), 10, "DTD"),
    (sending(b"SSH-2.0-OpenSSH_9.2\r\n"), 10, "does not speak HTTP"),
    (sending(http(answer("").replace(b"QueryResponse", b"PingResponse"))), 10, "of another operation: <PingResponse>"),
]


@pytest.mark.parametrize(("play", "status", "what"), BAD_ANSWERS)
def test_a_server_that_fails_leaves_every_file_alone(site: Site, play: Play, status: int, what: str) -> None:
    with server(play) as heard:
        site.cfgserver.update(url=heard.url, timeout=1 if play is silent else 60)
        done = refused(site, status, what, heard.url.split("//")[1].strip("/"), ".", "--no-reload")
    assert PASSWORD not in done.stderr


def test_nobody_listens_and_no_such_host(site: Site) -> None:
    with deaf_port() as port:
        place = f"127.0.0.1:{port}"
        site.cfgserver.update(url=f"http://{place}/")
        refused(site, 10, "refused", place, ".", "--no-reload")
    site.cfgserver.update(url="http://no-such-host.invalid:8080/")
    refused(site, 10, "name is not known", "no-such-host.invalid:8080", ".", "--no-reload")


def test_a_certificate_that_nobody_signed_is_refused_and_one_that_the_ca_file_knows_is_not(site: Site) -> None:
    authority = trustme.CA()
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    ca_file = site.folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    with server(sending(http(answer(DNS))), theirs) as heard:
        site.cfgserver.update(url=heard.url)
        refused(site, 10, "certificate", heard.url.split("//")[1].strip("/"), ".", "--no-reload")
        site.cfgserver.update(url=heard.url, ca_file=ca_file, agentquery="", agentgroupquery="")
        done = site.gvma("sync", "--no-reload")
    assert done.status == 0, done.stderr
    assert b"\n61001 => 61001,61001,,,\n" in (site.etc / "voicemail.conf").read_bytes()


def test_a_server_that_fails_at_the_last_of_three_queries_leaves_every_file_alone(site: Site) -> None:
    asked = []

    def play(connection: socket.socket, leaving: threading.Event) -> None:
        asked.append(1)
        body = answer(DNS) if len(asked) < 3 else answer(DNS)[:-1]
        connection.sendall(http(body, "200 OK", "Connection: close"))

    with server(play) as heard:
        site.cfgserver.update(url=heard.url)
        refused(site, 10, "before it is complete", heard.url.split("//")[1].strip("/"), ".", "--no-reload")
    assert len(asked) == 3


@pytest.mark.parametrize(("fail", "status"), [("401", 12), ("empty", 13), ("truncate", 10), ("fault", 10)])
def test_a_server_that_fails_later_leaves_what_an_earlier_sync_wrote(site: Site, fail: str, status: int) -> None:
    simulator = Simulator(username=USER, password=PASSWORD)
    with simulator.serve() as url:
        site.cfgserver.update(url=url)
        assert site.gvma("sync", "--no-reload").status == 0
        before = site.everything(site.etc), _records(site)
        simulator.fail = fail
        done = site.gvma("sync", "--no-reload")
        assert done.status == status, done.stderr
        assert (site.everything(site.etc), _records(site)) == before
        simulator.fail = None
        assert site.gvma("sync", "--no-reload").stdout == ""


def _records(site: Site) -> dict[str, tuple[object, ...]]:
    """What a sync leaves for the next one; what cron was sent last, and the history, are no part of it."""
    state = site.everything(site.backup_path / "state")
    for name in ("said-failure.json", "history.jsonl"):
        state.pop(f"backup/state/{name}", None)
    return state
