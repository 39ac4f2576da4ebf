"""Chapter 6: the configuration of a BIG-IP LTM, as ``tmsh load sys config merge`` reads it (manual 4812-5540). Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from gvma.switches import forms
from gvma.switches.chapters.bigip import ADDRESSES
from gvma.switches.choices import Choice, Values
from gvma.switches.texts import Correction, heading

CHOICES = (
    *ADDRESSES,
    Choice("external-interface", "1.3", forms.interface, "interface towards the network", 4838),
    Choice("external-tag", "503", forms.number(1, 4094), "VLAN tag outside", 4837),
    Choice("external-self", "192.168.203.67/24", forms.self_address, "the BIG-IP's own address outside", 4909),
    Choice("internal-interface", "1.1", forms.interface, "interface towards the SIP Servers", 4858),
    Choice("internal-tag", "103", forms.number(1, 4094), "VLAN tag inside", 4857),
    Choice("internal-self", "192.168.63.1/24", forms.self_address, "the BIG-IP's own address inside", 4892),
    Choice("gateway", "192.168.203.1", forms.address, "default gateway", 4945),
    Choice("excluded", "172.21.226.73,192.168.89.0/24", forms.networks, "what is reached without SNAT: Configuration "
           "Server, T-Library clients", 5239),
    Choice("interval", "1", forms.number(1, 86_400), "seconds between two health checks", 5091),
    Choice("timeout", "4", forms.number(1, 86_400), "seconds until a silent SIP Server is inactive", 5092),
    Choice("vlan-external", "vlanSipExternal", forms.name, "name of the VLAN outside", 4835),
    Choice("vlan-internal", "vlanSipInternal", forms.name, "name of the VLAN inside", 4855),
    Choice("node-primary", "nodeHa01Primary", forms.name, "name of the primary's node", 4977),
    Choice("node-backup", "nodeHa01Backup", forms.name, "name of the backup's node", 4992),
    Choice("monitor", "monSipUdp", forms.name, "name of the health monitor", 5088),
    Choice("pool", "poolHa01", forms.name, "name of the server pool", 5125),
    Choice("group-ha", "dataGroupSnatHa", forms.name, "name of the data group of the SIP Servers", 5215),
    Choice("group-excluded", "dataGroupSnatExcluded", forms.name, "name of the data group without SNAT", 5234),
    Choice("snatpool", "snatPoolVip", forms.name, "name of the SNAT pool", 5275),
    Choice("rule", "iRuleSnatOutbound", forms.name, "name of the iRule", 5314),
    Choice("vs-outbound", "vsWildCardOutbound", forms.name, "virtual server for outbound traffic", 5369),
    Choice("vs-inbound", "vsWildCardInbound", forms.name, "virtual server for inbound traffic", 5422),
    Choice("vs-udp", "vsVip", forms.name, "virtual server for SIP over UDP", 5476),
    Choice("vs-tcp", "vip_tcp", forms.name, "virtual server for SIP over TCP", 5510),
)  # fmt: skip

CORRECTIONS = (
    Correction(
        "5195, 5215", "the data group of the SIP Servers is called dataGroupHa and dataGroupSnatHa",
        "it has the one name of `group-ha`",
    ),
    Correction(
        "5324-5334", "the iRule has the syntax of its time, `matchclass` and `$::` before the data groups, which keeps "
        "it from running on all processors", "it uses `class match`, and the names alone",
    ),
    Correction(
        "4892-4894", "the self IP inside, 192.168.63.1 with mask 255.255.255.240, does not reach the SIP Servers "
        "192.168.63.201 and 203", "its mask is 255.255.255.0",
    ),
    Correction(
        "5014-5023, 5473-5535", "the persistence profile sip_info is modified, and no virtual server uses it",
        "both virtual servers for SIP do",
    ),
)  # fmt: skip


def text(values: Values) -> Iterator[str]:
    """Stanzas of the BIG-IP's configuration; ``#`` begins a comment."""
    yield from heading("#", f"BIG-IP LTM before the SIP Servers {values['primary']} and {values['backup']}, virtual "
                       f"address {values['vip']}.", CORRECTIONS, (
        "save it as sip.conf on the BIG-IP, try it with `tmsh load sys config merge file sip.conf verify`, load it "
        "without `verify`, then `tmsh save sys config`.",
        "set the hosts and SIP Server Applications: `gvma switch objects f5-bigip-ltm`.",
    ))  # fmt: skip
    yield from _network(values)
    yield from _servers(values)
    yield from _snat(values)
    yield from _virtual_servers(values)


def _stanza(head: str, *lines: str) -> Iterator[str]:
    yield f"{head} {{"
    yield from (f"    {line}" for line in lines)
    yield "}"


def _network(values: Values) -> Iterator[str]:
    for side in ("external", "internal"):
        interface, tag = values[f"{side}-interface"], values[f"{side}-tag"]
        yield from _stanza(
            f"net vlan {values[f'vlan-{side}']}", "interfaces {", f"    {interface} {{ }}", "}", f"tag {tag}"
        )
    for side in ("internal", "external"):
        vlan = values[f"vlan-{side}"]
        yield from _stanza(f"net self self_{side}", f"address {values[f'{side}-self']}", f"vlan {vlan}")
    yield from _stanza("net route default", f"gw {values['gateway']}", "network default")


def _servers(values: Values) -> Iterator[str]:
    members = [(values["node-primary"], values["primary"]), (values["node-backup"], values["backup"])]
    for node, address in members:
        yield from _stanza(f"ltm node {node}", f"address {address}", "monitor icmp")
    yield from _stanza("ltm persistence sip sip_info", "match-across-services enabled", "sip-info Call-ID")
    yield from _stanza(
        f"ltm monitor sip {values['monitor']}",
        "defaults-from sip",
        "filter any",
        f"interval {values['interval']}",
        "mode udp",
        f"timeout {values['timeout']}",
    )
    lines = [
        line
        for node, address in members
        for line in (f"    {node}:{values['port']} {{", f"        address {address}", "    }")
    ]
    yield from _stanza(
        f"ltm pool {values['pool']}",
        "load-balancing-mode round-robin",
        "members {",
        *lines,
        "}",
        f"monitor {values['monitor']}",
    )


def _snat(values: Values) -> Iterator[str]:
    own = ",".join((values["primary"], values["backup"]))
    for group, networks in ((values["group-ha"], own), (values["group-excluded"], values["excluded"])):
        records = [f"    {ipaddress.ip_network(one)} {{ }}" for one in forms.listed(networks)]
        yield from _stanza(f"ltm data-group internal {group}", "records {", *records, "}", "type ip")
    yield from _stanza(f"ltm snatpool {values['snatpool']}", "members {", f"    {values['vip']}", "}")
    yield from _stanza(
        f"ltm rule {values['rule']}",
        "when CLIENT_ACCEPTED {",
        f"    if {{ [class match [IP::client_addr] equals {values['group-ha']}] }} {{",
        f"        if {{ not [class match [IP::local_addr] equals {values['group-excluded']}] }} {{",
        f"            snatpool {values['snatpool']}",
        "        }",
        "    }",
        "}",
    )


def _virtual_servers(values: Values) -> Iterator[str]:
    forwarding = ("destination 0.0.0.0:any", "ip-forward", "ip-protocol any", "mask any", "profiles {")
    fast = ("    fastL4 { }", "}")
    untranslated = ("translate-address disabled", "translate-port disabled")
    rule = ("rules {", f"    {values['rule']}", "}")
    for name, rules, vlan in (
        (values["vs-outbound"], rule, values["vlan-internal"]),
        (values["vs-inbound"], (), values["vlan-external"]),
    ):
        yield from _stanza(f"ltm virtual {name}", *forwarding, *fast, *rules, *untranslated, *_on(vlan))
    for name, protocol in ((values["vs-udp"], "udp"), (values["vs-tcp"], "tcp")):
        yield from _stanza(
            f"ltm virtual {name}",
            f"destination {values['vip']}{'.' if ':' in values['vip'] else ':'}{values['port']}",
            f"ip-protocol {protocol}",
            f"mask {'ffff:' * 7 + 'ffff' if ':' in values['vip'] else '255.255.255.255'}",
            "persist {",
            "    sip_info {",
            "        default yes",
            "    }",
            "}",
            f"pool {values['pool']}",
            "profiles {",
            "    sip { }",
            f"    {protocol} {{ }}",
            "}",
            *_on(values["vlan-external"]),
        )


def _on(vlan: str) -> tuple[str, ...]:
    return "vlans {", f"    {vlan}", "}", "vlans-enabled"
