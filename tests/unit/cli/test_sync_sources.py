"""``gvma sync`` and where its objects come from: servers that fail, exports in every shape, odd objects."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from gvma.configserver.simulator import SAMPLE, Simulator
from tests.fakes.command import Commands
from tests.fakes.soap import Play, http, sending, server
from tests.fakes.sync_site import Site, refused
from tests.integration.installation import EXTENSION, PASSWORD, USER, Layer

NAMESPACE = "urn:gvma:confserv-soap:1"
BY_NAME = {
    "dnquery": "CfgTenant[@name='Environment']/switches/CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='1']",
    "agentquery": "CfgSwitch[@name='SIP_Switch']/agentLogins/CfgAgentLogin",
    "agentgroupquery": "CfgTenant[@name='Environment']/agentGroups/CfgAgentGroup",
}
BY_DBID = {
    "dnquery": "CfgDN[(@ownerDBID=101) and (@type=1)]",
    "agentquery": "CfgAgentLogin[@ownerDBID=101]",
    "agentgroupquery": "CfgAgentGroup[@tenantDBID=1]",
}
MIXED = {
    "dnquery": BY_NAME["dnquery"],
    "agentquery": "CfgTenant[@name='Environment']/switches/CfgSwitch[@name='SIP_Switch']/agentLogins/CfgAgentLogin",
    "agentgroupquery": BY_DBID["agentgroupquery"],
}


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    with Commands(tmp_path_factory.mktemp("commands")) as commands:
        yield commands


@pytest.fixture
def site(tmp_path: Path, commands: Commands) -> Site:
    """Nothing is at its server's address but what a test puts there."""
    site = Site(tmp_path / "site", commands)
    site.cfgserver.update(BY_NAME, timeout=1)
    return site


def asks(site: Site, url: str, **changes: object) -> Site:
    site.cfgserver.update(url=url, **changes)
    site.write_settings()
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
    (silent, 10, "nothing came for 1 s"),
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
    (sending(b"SSH-2.0-OpenSSH_9.2\r\n"), 10, "the connection failed"),
]


@pytest.mark.parametrize(("play", "status", "what"), BAD_ANSWERS)
def test_a_server_that_fails_leaves_every_file_alone(site: Site, play: Play, status: int, what: str) -> None:
    with server(play) as heard:
        asks(site, heard.url)
        done = refused(site, status, what, heard.url.split("//")[1].strip("/"), ".", "--no-reload")
    assert PASSWORD not in done.stderr


def test_nobody_listens_and_no_such_host(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    asks(site, f"http://127.0.0.1:{port}/")
    refused(site, 10, "refused", f"127.0.0.1:{port}", ".", "--no-reload")
    asks(site, "http://no-such-host.invalid:8080/")
    refused(site, 10, "name is not known", "no-such-host.invalid:8080", ".", "--no-reload")


def test_a_certificate_that_nobody_signed_is_refused_and_one_that_the_ca_file_knows_is_not(site: Site) -> None:
    authority = trustme.CA()
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    ca_file = site.root / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    with server(sending(http(answer(DNS))), theirs) as heard:
        asks(site, heard.url)
        refused(site, 10, "certificate", heard.url.split("//")[1].strip("/"), ".", "--no-reload")
        asks(site, heard.url, ca_file=ca_file, agentquery="", agentgroupquery="")
        done = site.gvma("sync", "--no-reload")
    assert done.returncode == 0, done.stderr
    assert b"\n61001 => 61001,61001,,,\n" in (site.etc / "voicemail.conf").read_bytes()


def test_a_server_that_fails_at_the_last_of_three_queries_leaves_every_file_alone(site: Site) -> None:
    asked = []

    def play(connection: socket.socket, leaving: threading.Event) -> None:
        asked.append(1)
        body = answer(DNS) if len(asked) < 3 else answer(DNS)[:-1]
        connection.sendall(http(body, "200 OK", "Connection: close"))

    with server(play) as heard:
        asks(site, heard.url)
        refused(site, 10, "before it is complete", heard.url.split("//")[1].strip("/"), ".", "--no-reload")
    assert len(asked) == 3


@pytest.mark.parametrize(("fail", "status"), [("401", 12), ("empty", 13), ("truncate", 10), ("fault", 10)])
def test_a_server_that_fails_later_leaves_what_an_earlier_sync_wrote(site: Site, fail: str, status: int) -> None:
    simulator = Simulator(username=USER, password=PASSWORD)
    with simulator.serve() as url:
        asks(site, url)
        assert site.gvma("sync", "--no-reload").returncode == 0
        before = site.everything(site.etc), site.everything(site.kept / "state")
        simulator.fail = fail
        done = site.gvma("sync", "--no-reload")
        assert done.returncode == status, done.stderr
        assert (site.everything(site.etc), site.everything(site.kept / "state")) == before
        simulator.fail = None
        assert site.gvma("sync", "--no-reload").stdout == ""


def blocks(site: Site) -> dict[str, list[str]]:
    """The lines of the three files, the date line left out."""
    return {
        path.name: [line for line in path.read_text().splitlines() if not line.startswith("; Content generated at ")]
        for path in site.etc.iterdir()
    }


FLAT_A = """<?xml version="1.0" encoding="utf-8"?>
<CfgData>
  <CfgTenant id="CfgTenant1" DBID="1" name="Environment" state="1"/>
  <CfgSwitch id="CfgSwitch101" DBID="101" tenantDBID="CfgTenant1" name="SIP_Switch" state="1"/>
  <CfgSwitch id="CfgSwitch102" DBID="102" tenantDBID="CfgTenant1" name="Other" state="1"/>
  <CfgDN id="CfgDN201" DBID="201" ownerDBID="CfgSwitch101" name="61001" type="1" state="1"/>
  <CfgDN id="CfgDN202" DBID="202" ownerDBID="CfgSwitch102" name="61002" type="1" state="1"/>
  <CfgDN id="CfgDN203" DBID="203" ownerDBID="CfgSwitch101" name="61003" type="4" state="1"/>
  <CfgAgentLogin id="CfgAgentLogin301" DBID="301" ownerDBID="CfgSwitch101" loginCode="A17" state="1">
    <userProperties><list_pair key="TServer"><str_pair key="gvm_mailbox" value="61017"/></list_pair></userProperties>
  </CfgAgentLogin>
  <CfgAgentGroup id="CfgAgentGroup401" DBID="401" tenantDBID="CfgTenant1" name="Claims" state="1">
    <userProperties><list_pair key="TServer"><str_pair key="gvm_mailbox" value="61500"/></list_pair></userProperties>
  </CfgAgentGroup>
</CfgData>
"""
FLAT_B = """<?xml version="1.0" encoding="utf-8"?>
<CfgData xmlns="http://example.net/psdk">
  <CfgTenant><DBID value="1"/><name value="Environment"/><state value="1"/></CfgTenant>
  <CfgSwitch><DBID value="101"/><tenantDBID value="1"/><name value="SIP_Switch"/><state value="1"/></CfgSwitch>
  <CfgSwitch><DBID value="102"/><tenantDBID value="1"/><name value="Other"/><state value="1"/></CfgSwitch>
  <CfgDN><DBID value="201"/><switchDBID value="101"/><number value="61001"/><type value="1"/><state value="1"/></CfgDN>
  <CfgDN><DBID value="202"/><switchDBID value="102"/><number value="61002"/><type value="1"/><state value="1"/></CfgDN>
  <CfgDN><DBID value="203"/><switchDBID value="101"/><number value="61003"/><type value="4"/><state value="1"/></CfgDN>
  <CfgAgentLogin><DBID value="301"/><switchDBID value="101"/><loginCode value="A17"/><state value="1"/>
    <userProperties><list_pair key="TServer"><str_pair key="gvm_mailbox" value="61017"/></list_pair></userProperties>
  </CfgAgentLogin>
  <CfgAgentGroup><CfgGroup><DBID value="401"/><tenantDBID value="1"/><name value="Claims"/><state value="1"/>
    <userProperties><list_pair key="TServer"><str_pair key="gvm_mailbox" value="61500"/></list_pair></userProperties>
  </CfgGroup><agentDBIDs><DBID value="77"/><DBID value="78"/></agentDBIDs></CfgAgentGroup>
</CfgData>
"""
BOXES = [
    "[GVMA_DN]",
    "61001 => 61001,61001,,,",
    "; ######## Voice Mail Boxes for the Agents #######",
    "[GVMA_AGENT]",
    "61017 => 61017,61017,,,",
    "; ######## Voice Mail Boxes for the Agent Groups #######",
    "[GVMA_AGENTGROUP]",
    "61500 => 61500,61500,,,",
]


@pytest.mark.parametrize("queries", [BY_NAME, BY_DBID, MIXED], ids=["by name", "by DBID", "mixed"])
@pytest.mark.parametrize("export", [FLAT_A, FLAT_B], ids=["shape A", "shape B"])
def test_every_form_of_the_manuals_queries_selects_from_an_export(
    site: Site, queries: dict[str, str], export: str
) -> None:
    site.cfgserver.update(queries)
    site.write_settings()
    path = site.root / "export.xml.gz"
    path.write_bytes(gzip.compress(export.encode()))
    done = site.gvma("sync", "--no-reload", "--from", str(path))
    assert done.returncode == 0, done.stderr
    lines = blocks(site)["voicemail.conf"]
    start = lines.index("[GVMA_DN]")
    assert lines[start : start + len(BOXES)] == BOXES
    assert done.stdout.startswith("sync: 6 added")


def test_server_and_nested_export_of_one_tree_give_the_same_files(
    site: Site, commands: Commands, tmp_path: Path
) -> None:
    site.write_settings()
    assert site.gvma("sync", "--no-reload", "--from", str(SAMPLE)).returncode == 0
    for shape, queries in (("a", BY_NAME), ("a-ids", BY_DBID), ("b", MIXED)):
        other = Site(tmp_path / shape, commands)
        with Simulator(username=USER, password=PASSWORD, shape=shape).serve() as url:
            done = asks(other, url, **queries).gvma("sync", "--no-reload")
        assert done.returncode == 0, done.stderr
        assert blocks(other) == blocks(site)


def test_an_export_in_the_servers_place_changes_nothing_after_a_sync_from_the_server(site: Site) -> None:
    with Simulator(username=USER, password=PASSWORD).serve() as url:
        asks(site, url)
        assert site.gvma("sync", "--no-reload").returncode == 0
    assert site.gvma("sync", "--no-reload", "--from", str(SAMPLE)).stdout == ""


WHOLE = gzip.compress(FLAT_A.encode())


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (WHOLE[: len(WHOLE) // 2], "before it is complete"),
        (WHOLE[:-4], "before it is complete"),
        (WHOLE[:20] + b"\0\0\0\0" + WHOLE[24:], "compression is damaged"),
        (FLAT_A.encode()[:-12], "before it is complete"),
        (b"", "before it is complete"),
        (b"name;number\nAnne;1000\n", "not well-formed"),
        (b"<html/>", "html"),
        (BOMB, "DTD"),
        (FLAT_A.replace("<CfgSwitch ", "<CfgPlace ").encode(), "no CfgSwitch"),
        (gzip.compress(WHOLE), "not well-formed"),
    ],
)
def test_an_export_that_is_not_whole_or_none_is_refused_by_name(site: Site, content: bytes, what: str) -> None:
    site.write_settings()
    path = site.root / "export.xml"
    path.write_bytes(content)
    refused(site, 10, what, path, ".", "--no-reload", "--from", str(path))


def test_an_export_that_cannot_be_opened_is_refused_by_name(site: Site) -> None:
    site.write_settings()
    missing = site.root / "none.xml"
    refused(site, 10, "there is no such export file", missing, ".", "--no-reload", "--from", str(missing))
    refused(site, 10, "this is a folder", site.etc, ".", "--no-reload", "--from", str(site.etc))


def dn(dbid: int, rest: str, annex: str = "") -> str:
    properties = f"<userProperties>{annex}</userProperties>" if annex else ""
    return f"<CfgDN DBID='{dbid}' ownerDBID='101' {rest} state='1'>{properties}</CfgDN>"


def section(*pairs: tuple[str, str], name: str = "TServer", kind: str = "str_pair") -> str:
    inside = "".join(f"<{kind} key='{key}' value='{value}'/>" for key, value in pairs)
    return f"<list_pair key='{name}'>{inside}</list_pair>"


def test_odd_objects_are_left_out_or_read_and_each_is_named(site: Site) -> None:
    objects = [
        dn(11, "name='' type='1'"),
        dn(12, "type='1'"),
        dn(13, "name='61013' type='1'", section(("gvm_name", "First")) + section(("gvm_name", "Second"))),
        dn(14, "name='61014' type='1'", section(("gvm_name", "A")) + section(("gvm_email", "a@b.example"))),
        dn(15, "name='61015' type='CfgExtension'"),
        dn(16, "name='61016' type='99'"),
        dn(17, "name='61017' type='1'", section(("gvm_password", "2468"), kind="int_pair")),
        dn(18, "name='61018' type='1'", "<list_pair key='TServer'><str_pair key='gvm_name'/></list_pair>"),
        dn(19, "name='61019' type='1' colour='green'", "<surprise/>"),
        dn(20, "name='61020' type='1'", f"<list_pair key='TServer'>{section(('gvm_name', 'Nested'))}</list_pair>"),
        dn(21, "name='61021' type='1'", section(("gvm_name", "Off"), name="#TServer")),
        dn(22, "name='61022' type='1'", section(("gvm_name", "Zo&#xEB; &#x1F4DE;; x"))),
        dn(23, "name='61013' type='1'", section(("gvm_name", "Third"))),
        dn(24, "name='../24' type='1'"),
        dn(25, "name='61025' type='1'", section(("gvm_name", "a&#10;[general]"))),
    ]
    site.cfgserver.update(dnquery="CfgDN", agentquery="", agentgroupquery="")
    site.write_settings()
    site.tree.write_text(f"<CfgData>{''.join(objects)}</CfgData>", "utf-8")
    done = site.gvma("sync", *site.from_file)
    assert done.returncode == 0, done.stderr
    lines = (site.etc / "voicemail.conf").read_text().splitlines()
    boxes = [line for line in lines if line.startswith("61")]
    assert boxes == [
        "61013 => 61013,First,,,",
        "61014 => 61014,A,a@b.example,,",
        "61015 => 61015,61015,,,",
        "61016 => 61016,61016,,,",
        "61017 => 2468,61017,,,",
        "61018 => 61018,61018,,,",
        "61019 => 61019,61019,,,",
        "61020 => 61020,61020,,,",
        "61021 => 61021,61021,,,",
        "61022 => 61022,Zo\u00eb \U0001f4de\\; x,,,",
    ]
    for named in ("11", "12", "61013", "../24", "61025"):
        assert any(named in line.partition(": ")[2] for line in done.stderr.splitlines()), (named, done.stderr)
    assert "Traceback" not in done.stderr


def test_objects_in_any_order_give_the_same_bytes(site: Site) -> None:
    numbers = ("7", "10", "+4989", "0010", "9", "100", "a1")
    site.cfgserver.update(dnquery="CfgDN", agentquery="", agentgroupquery="")
    site.write_settings()
    for order in (numbers, tuple(reversed(numbers))):
        objects = "".join(dn(100 + numbers.index(number), f"name='{number}' type='1'") for number in order)
        site.tree.write_text(f"<CfgData>{objects}</CfgData>", "utf-8")
        done = site.sync()
    assert done.stdout == ""


def test_objects_that_lost_their_number_keep_what_they_had_and_are_named(site: Site) -> None:
    site.cfgserver.update(dnquery="CfgDN", agentquery="", agentgroupquery="")
    site.write_settings()
    site.put(Layer(dns={(str(number), EXTENSION): {} for number in range(61000, 61010)}))
    site.sync()
    before = site.everything(site.etc)
    text = site.tree.read_text()
    for number in range(61000, 61010):
        text = text.replace(f' number="{number}"', "")
    site.tree.write_text(text)
    done = site.gvma("sync", *site.from_file)
    assert (done.returncode, done.stdout) == (0, "")
    assert site.everything(site.etc) == before
    assert done.stderr.count("its number is missing") == 10
