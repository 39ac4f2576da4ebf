"""Chapter 6, F5 Networks BIG-IP LTM (the manual's lines 4555-5726). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.switches import forms, site
from gvma.switches.choices import Choice, Values
from gvma.switches.objects import SIP_SERVER, SwitchObject
from gvma.switches.steps import Step

# These four are the device's too.
ADDRESSES = (
    Choice("vip", "192.168.203.164", forms.address, "virtual address of the SIP Server pair", 5481, site.sipserver),
    Choice("port", "5060", forms.port, "SIP port", 5484, site.sipserver_port),
    Choice("primary", "192.168.63.201", forms.address, "address of the primary SIP Server's host", 4975),
    Choice("backup", "192.168.63.203", forms.address, "address of the backup SIP Server's host", 4990),
)
CHOICES = (
    *ADDRESSES,
    Choice("application", SIP_SERVER, forms.name, "name of the primary SIP Server Application"),
    Choice("backup-application", f"{SIP_SERVER}_backup", forms.name, "name of the backup SIP Server Application"),
    Choice("lca-port", "4999", forms.port, "LCA port of the two hosts", 5569),
)

_BIG_IP = "BIG-IP"
_MANAGER = "Configuration Manager"
_TEXT = "the text of `gvma switch device f5-bigip-ltm` does it"
STEPS = (
    Step("VLANs", _BIG_IP, "{vlan-external} on interface {external-interface}, {vlan-internal} on "
         f"{{internal-interface}}: {_TEXT}, as all steps up to the virtual servers.", (4812, 4866)),
    Step("Self IP addresses", _BIG_IP, "{internal-self} inside, {external-self} outside.", (4872, 4918)),
    Step("Default route", _BIG_IP, "By {gateway}.", (4924, 4950)),
    Step("Nodes", _BIG_IP, "{node-primary} is {primary}, {node-backup} is {backup}; both with the icmp monitor.",
         (4956, 4999)),
    Step("Persistence", _BIG_IP, "Profile sip_info: by Call-ID, match across services.", (5005, 5027)),
    Step("Health monitor", _BIG_IP, "{monitor} sends OPTIONS over UDP every {interval} s, waits {timeout} s and takes "
         "any answer. The backup ignores UDP, so the pool has the primary alone.", (5033, 5100)),
    Step("Server pool", _BIG_IP, "{pool}: round robin, {monitor}.", (5106, 5134)),
    Step("Pool members", _BIG_IP, "{primary}:{port} and {backup}:{port}, and no others.", (5139, 5186)),
    Step("Data groups", _BIG_IP, "{group-ha} has the two SIP Servers, {group-excluded} what is reached without SNAT: "
         "{excluded}.", (5191, 5248)),
    Step("SNAT pool", _BIG_IP, "{snatpool} has {vip}.", (5254, 5284)),
    Step("iRule", _BIG_IP, "{rule} gives what the SIP Servers send the virtual address.", (5289, 5340)),
    Step("Virtual server for outbound traffic", _BIG_IP, "{vs-outbound}: forwarding, on {vlan-internal}, with {rule}.",
         (5346, 5394)),
    Step("Virtual server for inbound traffic", _BIG_IP, "{vs-inbound}: forwarding, on {vlan-external}.", (5399, 5445)),
    Step("Virtual servers for SIP", _BIG_IP, "{vs-udp} and {vs-tcp}: {vip}:{port} to {pool}.", (5451, 5540)),
    Step("Host objects", _MANAGER, "{primary} and {backup}, LCA port {lca-port}.", (5547, 5618)),
    Step("SIP Server Applications", _MANAGER, "Set the options of `gvma switch objects f5-bigip-ltm` in section "
         "TServer of {application} and {backup-application}: sip-address = {vip} in both, sip-interface each its own.",
         (5625, 5724), "application"),
)  # fmt: skip


# The manual's lines of table 31 and of table 32.
_LINES = {
    "primary": (5654, 5660, 5665, 5670, 5675, 5680),
    "backup": (5692, 5698, 5706, 5711, 5716, 5721),
}


def objects(values: Values) -> Iterator[SwitchObject]:
    """Tables 31 and 32, and the Host objects."""
    for application, role in (("application", "primary"), ("backup-application", "backup")):
        options = {
            "sip-address": values["vip"],
            "sip-port": values["port"],
            "sip-interface": values[role],
            "internal-registrar-enabled": "true",
            "internal-registrar-persistent": "true",
            "sip-hold-rfc3264": "true",
        }
        lines = {name: (value, line) for (name, value), line in zip(options.items(), _LINES[role], strict=True)}
        yield SwitchObject("Application", "SIP Server", values[application], lines)
    for role in ("primary", "backup"):
        yield SwitchObject("Host", role, values[role], {"LCA port": (values["lca-port"], 5569)}, section="General")
