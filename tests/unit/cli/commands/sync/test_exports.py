"""``gvma sync --from``: every form of query on exports of every shape, and exports that are none."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from gvma.configserver.simulator.server import SAMPLE, Simulator
from tests.harness.command import Commands
from tests.harness.site import PASSWORD, USER, Site
from tests.unit.cli.commands.sync import BY_NAME, OBJECTS, refused

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


@pytest.fixture
def site(site: Site) -> Site:
    """Its queries are those of the packaged objects."""
    site.cfgserver.update(BY_NAME)
    return site


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
    path = site.folder / "export.xml.gz"
    path.write_bytes(gzip.compress(export.encode()))
    done = site.gvma("sync", "--no-reload", "--from", str(path))
    assert done.status == 0, done.stderr
    lines = blocks(site)["voicemail.conf"]
    start = lines.index("[GVMA_DN]")
    assert lines[start : start + len(BOXES)] == BOXES
    assert done.stdout.startswith("sync: 6 added")


def test_server_and_nested_export_of_one_tree_give_the_same_files(
    site: Site, commands: Commands, tmp_path: Path
) -> None:
    assert site.gvma("sync", "--no-reload", "--from", str(SAMPLE)).status == 0
    for shape, queries in (("a", BY_NAME), ("a-ids", BY_DBID), ("b", MIXED)):
        other = Site(tmp_path / shape, OBJECTS, run=commands.run)
        with Simulator(username=USER, password=PASSWORD, shape=shape).serve() as url:
            other.cfgserver.update(url=url, **queries)
            done = other.gvma("sync", "--no-reload")
        assert done.status == 0, done.stderr
        assert blocks(other) == blocks(site)


def test_an_export_in_the_servers_place_changes_nothing_after_a_sync_from_the_server(site: Site) -> None:
    with Simulator(username=USER, password=PASSWORD).serve() as url:
        site.cfgserver.update(url=url)
        assert site.gvma("sync", "--no-reload").status == 0
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
        (b'<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a "aaaa">]><e>&a;</e>', "DTD"),
        (FLAT_A.replace("<CfgSwitch ", "<CfgPlace ").encode(), "no CfgSwitch"),
        (gzip.compress(WHOLE), "not well-formed"),
    ],
)
def test_an_export_that_is_not_whole_or_none_is_refused_by_name(site: Site, content: bytes, what: str) -> None:
    path = site.folder / "export.xml"
    path.write_bytes(content)
    refused(site, 10, what, path, ".", "--no-reload", "--from", str(path))


def test_an_export_that_cannot_be_opened_is_refused_by_name(site: Site) -> None:
    missing = site.folder / "none.xml"
    refused(site, 10, "there is no such export file", missing, ".", "--no-reload", "--from", str(missing))
    refused(site, 10, "this is a folder", site.etc, ".", "--no-reload", "--from", str(site.etc))
