"""docs/two-switches.md on a real Asterisk: what serves two switches, and what is stopped before anything is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk, StartTelephone
from tests.harness.site import Site

PAGE = (Path(__file__).parents[3] / "docs/two-switches.md").read_text("utf-8")
QUERIES = dict(re.findall(r"^(\w+query) = (.*)$", PAGE, re.MULTILINE))
NORTH, SOUTH = "127.0.0.5", "127.0.0.6"
OWN_FILES = {
    "asterisk_cfg_file_vm": "voicemail_south.conf",
    "asterisk_cfg_file_exten": "extensions_south.conf",
    "asterisk_cfg_file_pjsip": "pjsip_south.conf",
    "asterisk_cfg_file_sip": "sip_south.conf",
    "vm_dn_ext_prefix": "47",
    "vm_agt_ext_prefix": "48",
    "vm_grp_ext_prefix": "49",
}
FILES = {
    "voicemail.conf": "[general]\nformat=wav\n#include voicemail_south.conf\n",
    "extensions.conf": "[general]\n#include extensions_south.conf\n[default]\ninclude => GVMA\n",
    "pjsip.conf": "[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{sip_port}\n#include pjsip_south.conf\n",
    "sip.conf": "[general]\nudpbindaddr=127.0.0.1:{sip_port}\ncontext=default\n#include sip_south.conf\n",
    **{name: ";\n" for name in OWN_FILES.values() if name.endswith(".conf")},
}


class TwoSwitches(Layer):
    """Two tenants, North and South, each with a switch of its name; South's objects are those of ``south``."""

    south = Layer(dns={"2000": {}}, agents={"8001": {"gvm_mailbox": "8001"}}, groups={"S": {"gvm_mailbox": "8002"}})

    def xml(self) -> str:
        trees = (
            tree.replace('"Resources"', f'"{name}"').replace('"Main"', f'"{name}"')
            for name, tree in (("North", super().xml()), ("South", self.south.xml()))
        )
        inside = "".join(tree.removeprefix("<CfgData>").removesuffix("</CfgData>") for tree in trees)
        return f"<CfgData>{inside}</CfgData>"


def mailboxes(asterisk: PrivateAsterisk) -> set[str]:
    rows = [line.split() for line in asterisk.cli("voicemail show users")]
    return {f"{row[1]}@{row[0]}" for row in rows if len(row) > 1 and row[0].startswith("GVMA_")}


def test_one_settings_file_serves_two_switches_and_both_sip_servers(
    start_asterisk: StartAsterisk, start_telephone: StartTelephone
) -> None:
    asterisk = start_asterisk(22)
    layer = TwoSwitches(
        dns={"1000": {}}, agents={"7001": {"gvm_mailbox": "7001"}}, groups={"N": {"gvm_mailbox": "7002"}}
    )
    site = Site(asterisk.folder, layer, asterisk=asterisk)
    with site.served():
        site.cfgserver |= QUERIES
        site.settings["siptserver_host"] = f"{NORTH}, {SOUTH}"
        site.sync()
    assert mailboxes(asterisk) == {
        "1000@GVMA_DN", "2000@GVMA_DN", "7001@GVMA_AGENT", "8001@GVMA_AGENT", "7002@GVMA_AGENTGROUP",
        "8002@GVMA_AGENTGROUP",
    }  # fmt: skip
    for address, name in ((NORTH, "gvm-1000"), (SOUTH, "gvm-2000"), (SOUTH, "gvm-g-8002")):
        sipserver = start_telephone(asterisk, host=address)
        assert sipserver.subscribe(name).response.status == 200


@pytest.fixture
def beside_each_other(start_asterisk: StartAsterisk, version: int) -> Iterator[tuple[PrivateAsterisk, Site, Site]]:
    """One Asterisk, and two settings files for it."""
    asterisk = start_asterisk(version, FILES)
    with ExitStack() as stack:
        sites = []
        for name, number, address in (("north", "1000", NORTH), ("south", "2000", SOUTH)):
            folder = asterisk.folder / name
            folder.mkdir()
            site = Site(folder, Layer(dns={number: {}}), asterisk=asterisk)
            stack.enter_context(site.served())
            site.settings["siptserver_host"] = address
            sites.append(site)
        yield asterisk, sites[0], sites[1]


def test_a_second_settings_file_with_files_of_its_own_is_refused_and_takes_nothing_from_the_first(
    beside_each_other: tuple[PrivateAsterisk, Site, Site],
) -> None:
    asterisk, north, south = beside_each_other
    south.settings |= OWN_FILES
    north.sync()
    before = {name: north.text(name) for name in FILES}
    refused = south.gvma("sync")
    assert refused.status == 15
    assert "mailbox 1000@GVMA_DN is there and was not planned" in refused.stderr
    assert {name: north.text(name) for name in FILES} == before
    assert mailboxes(asterisk) == {"1000@GVMA_DN"}
    assert north.sync().stdout == ""


def test_a_second_settings_file_with_other_markers_is_stopped_by_the_safety_brake(
    beside_each_other: tuple[PrivateAsterisk, Site, Site],
) -> None:
    asterisk, north, south = beside_each_other
    south.settings |= {"asterisk_cfg_gvma_begin": ";--- SOUTH BEGIN", "asterisk_cfg_gvma_end": ";--- SOUTH END"}
    north.sync()
    before = {name: north.text(name) for name in FILES}
    stopped = south.gvma("sync")
    assert stopped.status == 13
    assert "1000@GVMA_DN" in stopped.stderr
    assert {name: north.text(name) for name in FILES} == before
    assert mailboxes(asterisk) == {"1000@GVMA_DN"}
