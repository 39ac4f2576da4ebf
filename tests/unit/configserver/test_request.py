"""What goes out to Configuration Server: the request of the contract, another WSDL, other credentials, odd URLs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gvma.configserver.simulator.server import Simulator
from gvma.errors import (
    ConfigServerFault,
    ConfigServerTlsError,
    ConfigServerUnreachable,
    ConfigServerWrongRoot,
    GvmaError,
    SettingsError,
)
from tests.fakes.answers import SHAPE_A, in_envelope
from tests.fakes.soap import http, sending, server
from tests.unit.configserver.asking import ANSWER, DNS, PASSWORD, ask, refused


def envelope_sent(request: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(request.partition(b"\r\n\r\n")[2])


def test_the_request_is_the_contracts() -> None:
    with server(sending(http(ANSWER))) as heard:
        ask(heard.url)
    head, _, _ = heard.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    lines = [line.lower() for line in head.split(b"\r\n")]
    assert b'soapaction: "urn:gvma:confserv-soap:1#query"' in lines
    assert b"authorization: basic " + b"Z3ZtYTpwYXNzLXMzY3IzdC13b3Jk".lower() in lines
    body = envelope_sent(heard.requests[0]).find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
    assert body is not None
    assert body.findtext("{urn:gvma:confserv-soap:1}Query/{urn:gvma:confserv-soap:1}xpath") == DNS


def test_auth_header_is_a_username_token_and_no_basic(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with server(sending(http(ANSWER))) as heard:
        ask(heard.url, auth="header")
    wsse = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
    token = envelope_sent(heard.requests[0]).find(f".//{wsse}UsernameToken")
    assert token is not None
    assert token.findtext(f"{wsse}Username") == "gvma"
    assert token.findtext(f"{wsse}Password") == PASSWORD
    assert b"authorization" not in heard.requests[0].lower()
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("where", ["file", "server"])
def test_another_wsdl_names_its_binding_operation_and_parameter(where: str, tmp_path: Path) -> None:
    packaged = Path(Simulator.__module__.replace(".", "/")).parents[1] / "soap" / "configserver.wsdl"
    text = (Path(__file__).parents[3] / packaged).read_text()
    other = (
        text.replace("urn:gvma:confserv-soap:1", "urn:other")
        .replace('"Query"', '"Ask"')
        .replace('tns:Query"', 'tns:Ask"')
    )
    other = (
        other.replace('"xpath"', '"path"')
        .replace("ConfigurationServerSoap", "OtherSoap")
        .replace("QueryResponse", "AskResponse")
    )
    (tmp_path / "other.wsdl").write_text(other)
    answer = ANSWER.replace(b"QueryResponse", b"AskResponse")
    with server(sending(http(answer))) as heard, server(sending(http(other.encode()))) as wsdl_server:
        ask(
            heard.url,
            wsdl=str(tmp_path / "other.wsdl") if where == "file" else wsdl_server.url + "?wsdl",
            binding="{urn:other}OtherSoap",
            operation="Ask",
            query_parameter="path",
        )
    assert envelope_sent(heard.requests[0]).findtext(".//{urn:other}Ask/{urn:other}path") == DNS
    if where == "server":  # another host and port: the credentials are not for it
        assert b"authorization" not in wsdl_server.requests[0].lower()


def _missing(_folder: Path) -> dict[str, object]:
    return {"wsdl": "/nowhere/at/all.wsdl"}


def _no_wsdl(folder: Path) -> dict[str, object]:
    (folder / "no.wsdl").write_text("<html/>")
    return {"wsdl": str(folder / "no.wsdl")}


def _no_xml(folder: Path) -> dict[str, object]:
    (folder / "no.wsdl").write_text("[general]")
    return {"wsdl": str(folder / "no.wsdl")}


@pytest.mark.parametrize(
    "make",
    [
        _missing,
        _no_wsdl,
        _no_xml,
        lambda _folder: {"binding": "{urn:x}None"},
        lambda _folder: {"binding": "no-qname"},
        lambda _folder: {"operation": "NoSuch"},
        lambda _folder: {"query_parameter": "nope"},
        lambda _folder: {"ca_file": Path("/nowhere/ca.pem")},
        lambda folder: {"ca_file": folder / ("x" * 300)},
        lambda folder: {"ca_file": folder},
    ],
)
def test_settings_that_do_not_fit_the_wsdl_are_settings_errors(
    make: Callable[[Path], dict[str, object]], tmp_path: Path
) -> None:
    with server(sending(http(ANSWER))) as heard:
        assert refused(heard.url, SettingsError, **make(tmp_path)).exit_status == 78
    assert heard.requests == []


@pytest.mark.parametrize(
    ("wire", "error", "says"),
    [
        (http(b"", "404 Not Found"), ConfigServerFault, "status 404"),
        (b"", ConfigServerUnreachable, "without an answer"),
    ],
)
def test_a_wsdl_that_cannot_be_fetched_is_named_and_not_the_server_that_is_asked(
    wire: bytes, error: type[GvmaError], says: str
) -> None:
    with server(sending(http(ANSWER))) as heard, server(sending(wire)) as elsewhere:
        raised = refused(heard.url, error, wsdl=f"{elsewhere.url}?wsdl")
    assert says in raised.message
    assert raised.where.startswith(elsewhere.url)
    assert "Check wsdl" in raised.hint
    assert heard.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://h/",
        "localhost:8080/",
        "http://",
        "http://[::1/",
        "http://h:99999/",
        f"h://gvma:{PASSWORD}@h/",
        "//h",
        "http://h:0/",
    ],
)
def test_a_url_that_is_none_is_a_settings_error(url: str) -> None:
    refused(url, SettingsError)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("", b"POST / HTTP/1.1"),
        ("?a=b", b"POST /?a=b HTTP/1.1"),
        ("soap service/Ö%20?a=b c#d", b"POST /soap%20service/%C3%96%20?a=b%20c HTTP/1.1"),
    ],
)
def test_what_cannot_stand_in_a_request_line_is_quoted(path: str, line: bytes) -> None:
    with server(sending(http(ANSWER))) as heard:
        ask(heard.url.removesuffix("/") + (f"/{path}" if path[:1] not in {"", "?"} else path))
    assert heard.requests[0].partition(b"\r\n")[0] == line


def test_a_redirect_to_nonsense_is_a_fault() -> None:
    with server(sending(http(b"", "302 Found", "Location: http://[x"))) as heard:
        refused(heard.url, ConfigServerFault)


def test_a_text_answer_is_read_with_result_string() -> None:
    text = in_envelope(f"<![CDATA[{SHAPE_A}]]>").encode()
    with server(sending(http(text))) as heard:
        assert [dn.number for dn in ask(heard.url, result="string")] == ["10001"]
        assert "result = string" in refused(heard.url, ConfigServerWrongRoot).hint


def test_http_where_https_is_meant_is_a_tls_error() -> None:
    with server(sending(http(ANSWER)), listens=False) as heard:
        refused(heard.url.replace("http:", "https:"), ConfigServerTlsError)
