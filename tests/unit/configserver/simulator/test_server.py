"""The simulator keeps the packaged contract: zeep alone, with nothing of ours, can talk to it."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import urllib.error
import urllib.request
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import requests
import zeep
import zeep.exceptions

from gvma.configserver.client import ConfigurationServer
from gvma.configserver.simulator.choices import FAILURES, SHAPES
from gvma.configserver.simulator.server import SAMPLE, Simulator
from gvma.errors import ExportFileError
from gvma.settings.model import ConfigServerSettings

DNS = "CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='1']"


def of_zeep(url: str, username: str = "", password: str = "") -> zeep.Client:
    session = requests.Session()
    session.trust_env = False
    session.auth = (username, password)
    return zeep.Client(f"{url}?wsdl", transport=zeep.Transport(session=session))  # type: ignore[no-untyped-call]


def posted(url: str, body: bytes) -> tuple[int, bytes]:
    request = urllib.request.Request(url, body, {"Content-Type": "text/xml"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_zeep_reads_its_wsdl_and_its_answer() -> None:
    with Simulator(username="gvma", password="p").serve() as url:
        client = of_zeep(url, "gvma", "p")
        result = client.service.Query("CfgDN[@type=4]")
        (tree,) = result
        client.transport.session.close()
    assert [element.get("name") for element in tree.iter("CfgDN")] == ["2400", "2401"]


def test_zeep_reads_an_empty_result_as_none_and_a_fault_as_fault() -> None:
    with Simulator().serve() as url:
        client = of_zeep(url)
        assert client.service.Query("CfgDN[@type=99]") is None
        with pytest.raises(zeep.exceptions.Fault, match="not understood") as caught:
            client.service.Query("//CfgDN")
        client.transport.session.close()
    assert caught.value.detail[0].find("{urn:gvma:confserv-soap:1}errorType") is not None


def test_wrong_credentials_get_401() -> None:
    with Simulator(username="gvma", password="p").serve() as url:
        assert posted(url, b"<x/>")[0] == 401


@pytest.mark.parametrize("body", [b"", b"no xml", b"<x/>", b"<!DOCTYPE x><x/>", b"\xff\xfe"])
def test_what_is_no_request_gets_a_fault(body: bytes) -> None:
    with Simulator().serve() as url:
        status, answer = posted(url, body)
    assert status == 500
    assert b"faultstring" in answer


def test_a_get_without_wsdl_is_not_found_and_an_oversized_post_is_refused() -> None:
    with Simulator().serve() as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        assert response.status == 404
        connection.request("POST", "/", headers={"Content-Length": str(10**9)})
        assert connection.getresponse().status == 413
        connection.close()


def test_shape_a_has_attributes_numbers_or_ids_and_shape_b_has_children() -> None:
    answers = {}
    for shape in SHAPES:
        simulator = Simulator(shape=shape)
        request = b'<a><xpath xmlns="urn:gvma:confserv-soap:1">CfgAgentGroup[@name="Support"]</xpath></a>'
        status, body = simulator.answer_to(request)
        assert status == 200
        answers[shape] = ElementTree.fromstring(body)
    assert answers["a"].find(".//CfgAgentGroup[@DBID='101'][@tenantDBID='1']") is not None
    assert answers["a-ids"].find(".//CfgAgentGroup[@id='CfgAgentGroup101'][@tenantDBID='CfgTenant1']") is not None
    assert answers["b"].find(".//{*}CfgAgentGroup/{*}CfgGroup/{*}DBID[@value='101']") is not None
    assert answers["b"].find(".//{*}CfgAgentGroup/{*}CfgGroup/{*}tenantDBID[@value='1']") is not None


def test_a_switch_is_answered_without_the_objects_in_its_lists() -> None:
    with Simulator().serve() as url, ConfigurationServer(ConfigServerSettings(url=url)) as server:
        (switch,) = server.query("CfgSwitch")
    _, body = Simulator().answer_to(b'<a><xpath xmlns="urn:gvma:confserv-soap:1">CfgSwitch</xpath></a>')
    assert switch.number == "SIP_Switch"
    assert b"CfgDN" not in body


def test_the_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "objects.xml"
    path.write_text('<CfgData><CfgDN DBID="101" name="1000" type="1"/></CfgData>')
    with Simulator(path).serve() as url, ConfigurationServer(ConfigServerSettings(url=url)) as server:
        assert [dn.number for dn in server.query("CfgDN")] == ["1000"]
        new = tmp_path / "new.xml"
        new.write_text('<CfgData><CfgDN DBID="101" name="1000" type="1"/><CfgDN DBID="102" name="1001"/></CfgData>')
        os.replace(new, path)
        assert [dn.number for dn in server.query("CfgDN")] == ["1000", "1001"]


def test_a_flat_export_of_ones_own_can_be_served(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text(
        '<CfgData><CfgDN><DBID value="7"/><switchDBID value="101"/><number value="1000"/><type value="1"/></CfgDN>'
        '<CfgSwitch DBID="101" name="SIP_Switch"/></CfgData>'
    )
    with Simulator(path).serve() as url, ConfigurationServer(ConfigServerSettings(url=url)) as server:
        assert [(dn.number, dn.owner_dbid) for dn in server.query(DNS)] == [("1000", 101)]


@pytest.mark.parametrize(
    "content",
    [
        None,
        "[general]",
        "<CfgData>",
        '<?xml version="1.0" encoding="none-such"?><CfgData/>',
        '<?xml version="1.0" encoding="shift_jis"?><CfgData/>',
        "<CfgData>" * 5_000 + "</CfgData>" * 5_000,
    ],
    ids=["missing", "no XML", "cut short", "unknown encoding", "encoding of two bytes", "nested"],
)
def test_a_file_that_cannot_be_served_is_refused_at_the_start(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "objects.xml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ExportFileError) as caught, Simulator(path).serve():
        pass
    assert caught.value.where == str(path)


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "objects.xml")
    with pytest.raises(ExportFileError, match="not a regular file"), Simulator(tmp_path / "objects.xml").serve():
        pass


def test_a_file_that_breaks_while_serving_gives_a_fault_and_then_serves_again(tmp_path: Path) -> None:
    path = tmp_path / "objects.xml"
    path.write_text("<CfgData/>")
    request = b'<a><xpath xmlns="urn:gvma:confserv-soap:1">CfgDN</xpath></a>'
    with Simulator(path).serve() as url:
        path.write_text("<CfgData")
        assert posted(url, request)[0] == 500
        path.write_text('<CfgData><CfgDN DBID="1"/></CfgData>')
        assert posted(url, request)[0] == 200


def sockets() -> set[str]:
    """Those that this process has open; other tests' may be closed at any time."""
    found = set()
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            found.add(os.readlink(f"/proc/self/fd/{name}"))
    return {name for name in found if name.startswith("socket:")}


def test_no_thread_and_no_socket_outlives_the_simulator() -> None:
    before = set(threading.enumerate())
    files = sockets()
    for fail in (None, "truncate", "refuse", "delay"):
        simulator = Simulator(fail=fail)
        with ExitStack() as later:
            with simulator.serve() as url:
                connection = later.enter_context(closing(http.client.HTTPConnection(urlsplit(url).netloc)))
                with suppress(OSError):  # a refusal may be there before the request is
                    connection.request("POST", "/", b"<x/>")  # and never asks for the answer
    assert set(threading.enumerate()) <= before
    assert sockets() <= files


def test_every_failure_can_be_switched_on_and_off_while_serving() -> None:
    simulator = Simulator(delay=0.0)
    request = b'<a><xpath xmlns="urn:gvma:confserv-soap:1">CfgDN</xpath></a>'
    with simulator.serve() as url:
        whole = posted(url, request)[1]
        for fail in FAILURES:
            simulator.fail = fail
            try:
                status, body = posted(url, request)
            except (OSError, http.client.HTTPException):
                assert fail in {"refuse", "truncate"}
            else:
                assert (status, body) != (200, whole) or fail == "delay"
            simulator.fail = None
            assert posted(url, request) == (200, whole)


def test_the_sample_has_what_the_demo_and_the_rules_need() -> None:
    text = SAMPLE.read_text("utf-8")
    root = ElementTree.fromstring(text)
    types = [dn.get("type") for dn in root.iter("CfgDN")]
    assert {"1", "4", "14", "29"} == set(types)
    values = {
        (pair.get("key"), pair.get("value")) for section in root.iter("list_pair") for pair in section.iter("str_pair")
    }
    services = {("service-type", service) for service in ("treatment", "music", "mcu", "recorder")}
    prefixes = {("prefix", prefix) for prefix in ("37", "38", "39")}
    foreign = {("gvm_mailbox", "5001"), ("gvm_mailbox_context", "MY_COMPANY"), ("gvm_group_mailbox", "3333")}
    assert values >= services | prefixes | foreign
    assert {element.get("state") for element in root.iter()} >= {"1", "2", "3"}
    for kind in ("CfgDN", "CfgAgentLogin", "CfgAgentGroup", "CfgApplication"):
        dbids = [element.get("DBID") for element in root.iter(kind)]
        assert dbids == [str(number) for number in range(101, 101 + len(dbids))]


def test_a_connection_for_which_there_is_no_thread_is_closed_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_more(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Simulator().serve() as url, closing(ConfigurationServer(ConfigServerSettings(url=url))) as source:
        assert len(source.query(DNS)) == 9
        with monkeypatch.context() as limited:
            limited.setattr(threading.Thread, "start", no_more)
            with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)) as peer:
                assert peer.recv(1) == b""
