"""The BIG-IP's configuration: braces balance, and every name that is used is defined."""

from __future__ import annotations

import re

import pytest

from gvma.switches.choices import chosen
from gvma.switches.devices.bigip import CHOICES, text

BUILT_IN = {"icmp", "sip", "udp", "tcp", "fastL4", "sip_info"}


def lines(*given: str) -> list[str]:
    return [line for line in text(chosen(CHOICES, given)) if not line.startswith("#")]


def stanzas(*given: str) -> dict[str, list[str]]:
    """Each object by its head; braces must balance, and never close what is not open."""
    found: dict[str, list[str]] = {}
    depth, head = 0, ""
    for line in lines(*given):
        assert line.isprintable()
        if depth == 0:
            assert line.endswith(" {"), line
            head = line.removesuffix(" {")
            assert head not in found
            found[head] = []
        else:
            found[head].append(line.strip())
        depth += line.count("{") - line.count("}")
        assert depth >= 0, line
    assert depth == 0
    return found


def names(found: dict[str, list[str]], kind: str) -> set[str]:
    return {head.rpartition(" ")[2] for head in found if head.startswith(f"{kind} ")}


RENAMED = [
    f"{key}=own-{key}"
    for key in (
        "vlan-external", "vlan-internal", "node-primary", "node-backup", "monitor", "pool", "group-ha",
        "group-excluded", "snatpool", "rule", "vs-outbound", "vs-inbound", "vs-udp", "vs-tcp",
    )
]  # fmt: skip


@pytest.mark.parametrize("given", [[], RENAMED])
def test_every_name_that_is_used_is_defined(given: list[str]) -> None:
    found = stanzas(*given)
    defined = {head.rpartition(" ")[2] for head in found} | BUILT_IN
    for head, body in found.items():
        for line in body:
            if named := re.fullmatch(r"(?:monitor|pool|vlan|snatpool) (\S+)", line):
                assert named[1] in defined, (head, line)
            if named := re.search(r"equals (\S+)\]", line):
                assert named[1] in names(found, "ltm data-group internal"), line
    for server in (one for one in found if one.startswith("ltm virtual ")):
        body = found[server]
        assert body[body.index("vlans {") + 1] in names(found, "net vlan")
        if "rules {" in body:
            assert body[body.index("rules {") + 1] in names(found, "ltm rule")


def test_the_pool_has_the_two_sip_servers_and_no_others() -> None:
    pool = stanzas()["ltm pool poolHa01"]
    assert [line.removesuffix(" {") for line in pool if line.endswith(":5060 {")] == [
        "nodeHa01Primary:5060",
        "nodeHa01Backup:5060",
    ]
    assert [line for line in pool if line.startswith("address")] == ["address 192.168.63.201", "address 192.168.63.203"]


def test_the_irule_has_the_present_syntax_and_the_one_name_of_the_data_group() -> None:
    rule = " ".join(stanzas()["ltm rule iRuleSnatOutbound"])
    assert "class match [IP::client_addr] equals dataGroupSnatHa" in rule
    assert "class match [IP::local_addr] equals dataGroupSnatExcluded" in rule
    assert rule.count("[") == rule.count("]") == 4
    whole = "\n".join(lines())
    assert "matchclass" not in whole
    assert "$::" not in whole
    assert "dataGroupHa" not in whole.replace("dataGroupSnatHa", "")


def test_the_monitor_is_as_the_manual_has_it() -> None:
    assert stanzas()["ltm monitor sip monSipUdp"] == [
        "defaults-from sip", "filter any", "interval 1", "mode udp", "timeout 4", "}",
    ]  # fmt: skip


@pytest.mark.parametrize(("server", "protocol"), [("vsVip", "udp"), ("vip_tcp", "tcp")])
def test_both_virtual_servers_have_address_profile_persistence_and_pool(server: str, protocol: str) -> None:
    body = stanzas()[f"ltm virtual {server}"]
    assert {
        "destination 192.168.203.164:5060", f"ip-protocol {protocol}", "pool poolHa01", "sip { }", f"{protocol} {{ }}",
        "sip_info {", "vlanSipExternal",
    } <= set(body)  # fmt: skip


def test_what_is_reached_without_snat_may_be_hosts_and_networks() -> None:
    body = stanzas("excluded=10.1.2.3,10.9.0.0/255.255.0.0")["ltm data-group internal dataGroupSnatExcluded"]
    assert [line for line in body if line.endswith("{ }")] == ["10.1.2.3/32 { }", "10.9.0.0/16 { }"]


def test_the_self_address_inside_reaches_both_sip_servers() -> None:
    assert "address 192.168.63.1/24" in stanzas()["net self self_internal"]
    assert "255.255.255.240" in " ".join(text(chosen(CHOICES, [])))
