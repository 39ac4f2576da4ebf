"""An export file answers as the server would: nested or flat, either shape, gzipped or not."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

import pytest

from gvma.configserver.client import ConfigurationServer
from gvma.configserver.export import ExportFile
from gvma.configserver.objects import ConfigObject
from gvma.configserver.simulator.answers import TreeFile, answer
from gvma.configserver.simulator.choices import SHAPES
from gvma.configserver.simulator.server import SAMPLE, Simulator
from gvma.errors import (
    ConfigServerError,
    ConfigServerHostile,
    ConfigServerMalformed,
    ConfigServerQueryError,
    ConfigServerTruncated,
    ConfigServerWrongRoot,
    ExportFileError,
)
from gvma.settings.model import ConfigServerSettings

DNS_BY_NAME = "CfgTenant[@name='Environment']/switches/CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='1']"
QUERIES = [
    DNS_BY_NAME,
    "CfgSwitch[@name='SIP_Switch']/agentLogins/CfgAgentLogin",
    "CfgTenant[@name='Environment']/agentGroups/CfgAgentGroup",
    "CfgTenant[@name='Elsewhere']/agentGroups/CfgAgentGroup",
    "CfgDN[(@ownerDBID=101) and (@type=1)]",
    "CfgDN[@ownerDBID='101']",
    "CfgAgentLogin[@ownerDBID=101]",
    "CfgAgentLogin[@ownerDBID=102]",
    "CfgAgentGroup[@tenantDBID=1]",
    "CfgApplication",
    "CfgSwitch[@tenantDBID=1]",
    "CfgDN[@number='1000']",
    "CfgDN[@name='1000']",
    "CfgAgentLogin[@loginCode='2222']",
    "CfgDN[@type=1 and @state=2]",
]


def flat(shape: str) -> bytes:
    """The sample as a server would export it: every object side by side."""
    kinds = ("CfgDN", "CfgAgentLogin", "CfgAgentGroup", "CfgApplication", "CfgSwitch", "CfgTenant")
    tree = TreeFile(SAMPLE)
    return answer([element for kind in kinds for element in tree.select(kind)], shape)


def _flat(shape: str) -> Callable[[], bytes]:
    return lambda: flat(shape)


FILES: dict[str, Callable[[], bytes]] = {
    "nested": SAMPLE.read_bytes,
    "nested, gzipped": lambda: gzip.compress(SAMPLE.read_bytes()),
    **{f"flat, shape {shape}": _flat(shape) for shape in SHAPES},
}


@pytest.fixture(params=FILES, ids=list(FILES))
def export(request: pytest.FixtureRequest, tmp_path: Path) -> ExportFile:
    path = tmp_path / "export.xml"
    path.write_bytes(FILES[request.param]())
    return ExportFile(path)


def fields(objects: list[ConfigObject]) -> list[tuple[str, int, str, int | None, int, dict[str, str]]]:
    return sorted(
        ((one.kind, one.dbid, one.number, one.type, one.state, dict(one.options)) for one in objects),
        key=lambda row: row[:2],
    )


def test_every_query_selects_from_the_file_as_from_the_server(export: ExportFile) -> None:
    with Simulator().serve() as url, ConfigurationServer(ConfigServerSettings(url=url)) as server:
        for query in QUERIES:
            assert fields(export.query(query)) == fields(server.query(query)), query


def test_the_manuals_queries_find_the_samples_boxes(export: ExportFile) -> None:
    numbers = [dn.number for dn in export.query(DNS_BY_NAME)]
    assert numbers == ["1000", "1001", "1002", "1003", "1004", "1005", "1007", "1008", "1009"]
    assert {dn.owner_dbid for dn in export.query(DNS_BY_NAME)} == {101}


def test_disabled_objects_are_dropped_on_demand(tmp_path: Path) -> None:
    assert "1005" not in [dn.number for dn in ExportFile(SAMPLE, include_disabled=False).query(DNS_BY_NAME)]


def test_a_field_that_only_a_later_query_names_is_found() -> None:
    export = ExportFile(SAMPLE)
    assert export.query("CfgDN[@type=1]")
    assert export.query("CfgDN[@folderDBID=5]") == []
    assert export.query("CfgDN[@type=1]")


def test_fields_outside_the_usual_ones_select_in_both_shapes(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text(
        '<CfgData><CfgDN DBID="1" name="1" routeType="1"/><CfgDN DBID="2" name="2" routeType="2"/>'
        '<CfgDN><DBID value="3"/><number value="3"/><routeType value="2"/></CfgDN></CfgData>'
    )
    assert [dn.dbid for dn in ExportFile(path).query("CfgDN[@routeType=2]")] == [2, 3]


def test_a_dns_alias_selects_where_it_has_both_names(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text('<CfgData><CfgDN DBID="1" number="1000" name="Reception"/></CfgData>')
    export = ExportFile(path)
    assert [dn.number for dn in export.query("CfgDN[@name='Reception']")] == ["1000"]
    assert [dn.number for dn in export.query("CfgDN[@number='1000']")] == ["1000"]
    assert export.query("CfgDN[@name='1000']") == []


def test_folders_are_no_place(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text(
        '<CfgData><CfgTenant DBID="1" name="T"><switches><CfgSwitch DBID="101" name="S"><DNs>'
        '<CfgFolder DBID="9" name="F"><CfgDN DBID="7" number="1000" type="1"/></CfgFolder>'
        "</DNs></CfgSwitch></switches></CfgTenant></CfgData>"
    )
    found = ExportFile(path).query("CfgTenant[@name='T']/switches/CfgSwitch[@name='S']/DNs/CfgDN[@type='1']")
    assert [(dn.number, dn.owner_dbid) for dn in found] == [("1000", 101)]


def test_objects_of_another_switch_are_not_selected(tmp_path: Path) -> None:
    root = Element("CfgData")
    for dbid, name in (("101", "North"), ("102", "South")):
        SubElement(root, "CfgSwitch", DBID=dbid, name=name, tenantDBID="1")
        SubElement(root, "CfgDN", DBID=f"9{dbid}", name=f"1{dbid}", ownerDBID=f"CfgSwitch{dbid}", type="1")
    path = tmp_path / "export.xml"
    path.write_bytes(tostring(root))
    assert [dn.number for dn in ExportFile(path).query("CfgSwitch[@name='South']/DNs/CfgDN")] == ["1102"]
    assert [dn.number for dn in ExportFile(path).query("CfgDN[@ownerDBID=101]")] == ["1101"]


def test_an_export_without_the_owners_that_the_query_names_is_an_error_and_not_empty(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text('<CfgData><CfgDN DBID="1" name="1000" ownerDBID="101" type="1"/></CfgData>')
    assert len(ExportFile(path).query("CfgDN[@ownerDBID=101]")) == 1
    with pytest.raises(ConfigServerQueryError, match="CfgSwitch") as caught:
        ExportFile(path).query("CfgSwitch[@name='S']/DNs/CfgDN")
    assert caught.value.where == str(path)


def test_a_query_that_is_not_understood_is_to_be_corrected_and_not_the_export(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text("<CfgData/>")
    with pytest.raises(ConfigServerQueryError) as caught:
        ExportFile(path).query("CfgDN[contains(@name,'1')]")
    assert "Write the query as the manual does" in caught.value.hint


def _missing(path: Path) -> None:
    """Nothing is made."""


def _folder(path: Path) -> None:
    path.mkdir()


def _bytes(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (_missing, ExportFileError, "no such export file"),
        (_folder, ExportFileError, "folder"),
        (_bytes(b""), ConfigServerTruncated, "ends before"),
        (_bytes(b"[general]\n"), ConfigServerMalformed, "not well-formed"),
        (_bytes(b"PK\x03\x04" + bytes(100)), ConfigServerMalformed, "not well-formed"),
        (_bytes(b"<html></html>"), ConfigServerWrongRoot, "html"),
        (_bytes(SAMPLE.read_bytes()[:-30]), ConfigServerTruncated, "ends before"),
        (_bytes(gzip.compress(SAMPLE.read_bytes())[:-20]), ConfigServerTruncated, "gzip"),
        (_bytes(b"\x1f\x8b" + bytes(50)), ConfigServerMalformed, "gzip"),
        (_bytes(b"<!DOCTYPE CfgData><CfgData/>"), ConfigServerHostile, "DTD"),
    ],
)
def test_a_file_that_is_no_export_says_so_and_names_itself(
    make: Callable[[Path], None], error: type[ConfigServerError], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "export.xml"
    make(path)
    with pytest.raises(error, match=says) as caught:
        ExportFile(path).query("CfgDN")
    assert caught.value.where == str(path)
    assert caught.value.hint.startswith("Nothing was written.")
    assert caught.value.exit_status == 10


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_file_is_refused_and_not_read(tmp_path: Path, kind: str) -> None:
    path = Path("/dev/zero") if kind == "device" else tmp_path / kind
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    with pytest.raises(ExportFileError, match="not an export file") as raised:
        ExportFile(path).query("CfgDN")
    assert raised.value.where == str(path)
