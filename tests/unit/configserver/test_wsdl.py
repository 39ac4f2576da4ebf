"""A WSDL is input like any other: limits of size, number and place; and what it says that an answer is called."""

from __future__ import annotations

import gzip
import os
import socket
import threading
from pathlib import Path

import pytest

from gvma.configserver.soap import wsdl
from gvma.errors import (
    ConfigServerFault,
    ConfigServerHostile,
    ConfigServerTimeout,
    ConfigServerTooLarge,
    ConfigServerWrongRoot,
    GvmaError,
)
from tests.fakes.answers import SHAPE_A, SOAP
from tests.fakes.soap import Play, dripping, http, sending, server
from tests.unit.configserver.asking import ANSWER, ask, refused

PACKAGED = (Path(wsdl.__file__).with_name("configserver.wsdl")).read_text("utf-8")


def importing(*places: str) -> str:
    """The packaged WSDL, with imports of further schemas."""
    imports = "".join(f'<xsd:import namespace="urn:x{at}" schemaLocation="{it}"/>' for at, it in enumerate(places))
    begin, schema, rest = PACKAGED.partition('elementFormDefault="qualified">')
    return begin + schema + imports + rest


def refused_wsdl(place: str | Path, error: type[GvmaError], **others: object) -> GvmaError:
    """The error of a query with this WSDL; nothing was asked of Configuration Server."""
    with server(sending(http(ANSWER))) as heard:
        raised = refused(heard.url, error, wsdl=str(place), **others)
    assert heard.requests == []
    assert raised.exit_status == 10
    assert raised.where == str(place)
    assert "Check wsdl" in raised.hint
    return raised


def endless(head: bytes) -> Play:
    def play(connection: socket.socket, leaving: threading.Event) -> None:
        connection.sendall(head)
        while not leaving.is_set():
            connection.sendall(b" " * 100_000)

    return play


@pytest.mark.parametrize("device", ["/dev/zero", "pipe", "folder"])
@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_an_import_that_is_no_file_is_refused_and_not_read(tmp_path: Path, device: str, form: str) -> None:
    place = tmp_path / device
    if device == "pipe":
        os.mkfifo(place)
    elif device == "folder":
        place.mkdir()
    (tmp_path / "x.wsdl").write_text(importing(form.format(place)))
    assert "is not a file" in refused_wsdl(tmp_path / "x.wsdl", ConfigServerHostile).message


def test_an_import_that_is_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "more.xsd").write_text(
        '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x0"/>'
    )
    (tmp_path / "x.wsdl").write_text(importing("more.xsd"))
    with server(sending(http(ANSWER))) as heard:
        assert ask(heard.url, wsdl=str(tmp_path / "x.wsdl"))


def test_a_wsdl_of_another_server_may_not_read_files_of_this_host(tmp_path: Path) -> None:
    (tmp_path / "secret.xsd").write_text("<xsd/>")
    with server(sending(http(importing((tmp_path / "secret.xsd").as_uri()).encode()))) as elsewhere:
        raised = refused_wsdl(elsewhere.url, ConfigServerHostile)
    assert "imports a file of this host" in raised.message


@pytest.mark.parametrize(
    "play",
    [
        endless(b"HTTP/1.1 200 OK\r\n\r\n<definitions>"),
        sending(http(gzip.compress(b" " * 300_000_000, 1), "200 OK", "Content-Encoding: gzip")),
    ],
    ids=["endless", "compressed"],
)
def test_a_wsdl_that_is_too_large_is_refused_as_soon_as_that_is_known(play: Play) -> None:
    with server(play) as elsewhere:
        raised = refused_wsdl(elsewhere.url, ConfigServerTooLarge)
    assert raised.message == "the WSDL and what it imports are larger than 4 MB"


def test_a_large_file_is_refused_too(tmp_path: Path) -> None:
    with (tmp_path / "x.wsdl").open("wb") as sparse:
        sparse.truncate(20_000_000_000)
    refused_wsdl(tmp_path / "x.wsdl", ConfigServerTooLarge)


def test_a_wsdl_that_imports_without_an_end_is_refused(tmp_path: Path) -> None:
    schema = '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x{}">{}</xsd:schema>'
    for number in range(200):
        more = f'<xsd:import namespace="urn:x{number + 1}" schemaLocation="{number + 1}.xsd"/>'
        (tmp_path / f"{number}.xsd").write_text(schema.format(number, more))
    (tmp_path / "x.wsdl").write_text(importing("0.xsd"))
    assert "more than 100 documents" in refused_wsdl(tmp_path / "x.wsdl", ConfigServerTooLarge).message


def test_a_wsdl_in_drops_ends_with_the_deadline() -> None:
    with server(dripping(b"HTTP/1.1 200 OK\r\n\r\n<definitions>", b" ", 0.02)) as elsewhere:
        with server(sending(http(ANSWER))) as heard:
            raised = refused(heard.url, ConfigServerTimeout, wsdl=elsewhere.url, timeout=0.1)
    assert raised.where == elsewhere.url
    assert heard.requests == []


def test_a_redirect_of_the_wsdl_is_not_followed() -> None:
    with server(sending(http(b"", "302 Found", "Location: http://127.0.0.1:1/"))) as elsewhere:
        assert "status 302" in refused_wsdl(elsewhere.url, ConfigServerFault).message


def body(inner: str) -> bytes:
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{inner}</s:Body></s:Envelope>'.encode()


@pytest.mark.parametrize(
    "inner",
    [
        "<GetVersionResponse/>",
        '<q:Response xmlns:q="urn:gvma:confserv-soap:1"/>',
        f"<GetObjectResponse><result>{SHAPE_A}</result></GetObjectResponse>",
        "<queryresponse><result/></queryresponse>",
    ],
)
@pytest.mark.parametrize("result", ["xml", "string"])
def test_the_answer_of_another_operation_is_no_answer_without_objects(inner: str, result: str) -> None:
    with server(sending(http(body(inner)))) as heard:
        raised = refused(heard.url, ConfigServerWrongRoot, result=result)
    assert "instead of <QueryResponse>" in raised.message
    assert raised.exit_status == 10


def test_the_answer_that_the_wsdl_names_may_be_empty() -> None:
    with server(sending(http(body('<q:QueryResponse xmlns:q="urn:any"><result/></q:QueryResponse>')))) as heard:
        assert ask(heard.url) == []


RPC = (
    PACKAGED.replace('style="document"', 'style="rpc"')
    .replace('name="parameters" element="tns:Query"', 'name="xpath" type="xsd:string"')
    .replace('name="parameters" element="tns:QueryResponse"', 'name="result" type="xsd:anyType"')
    .replace('use="literal"', 'use="literal" namespace="urn:gvma:confserv-soap:1"')
)


def test_in_rpc_style_another_name_counts_only_with_objects(tmp_path: Path) -> None:
    (tmp_path / "rpc.wsdl").write_text(RPC)
    with server(sending(http(body(f"<other><result>{SHAPE_A}</result></other>")))) as heard:
        assert ask(heard.url, wsdl=str(tmp_path / "rpc.wsdl"))
    with server(sending(http(body("<other/>")))) as heard:
        refused(heard.url, ConfigServerWrongRoot, wsdl=str(tmp_path / "rpc.wsdl"))
    with server(sending(http(body("<QueryResponse/>")))) as heard:
        assert ask(heard.url, wsdl=str(tmp_path / "rpc.wsdl")) == []
