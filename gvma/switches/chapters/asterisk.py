"""Chapter 2, Asterisk (the manual's lines 1401-3141). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.switches import forms, site
from gvma.switches.choices import Choice, Values
from gvma.switches.objects import SIP_SERVER, SwitchObject
from gvma.switches.steps import Step

PLACEHOLDER = "<address of this Asterisk>:5060"
"""Where neither ``--set`` nor Asterisk says the address; ``gvma check`` names it."""

CHOICES = (
    Choice("contact", PLACEHOLDER, forms.contact, "SIP address and port of this Asterisk; else AMI is asked"),
    Choice("domain", "", forms.host, "domain in SUBSCRIBEs; empty: the host of contact", 2324),
    Choice("sipserver", "10.0.0.20", forms.host, "SIP Server's address", 0, site.sipserver),
    Choice("sipserver-user", "gsip", forms.name, "user of SIP Server's From", 1986, site.sipserver_peer),
    Choice("presence-trunk", "Asterisk", forms.name, "number of the Trunk DN for presence, unique"),
    Choice("presence-seconds", "600", forms.number(1, 86_400), "renewal of a presence subscription, in seconds"),
    Choice("prefix", "0", forms.digits, "first digits of calls through Asterisk to the outside", 2074,
           site.external_prefix),
    Choice("dn-prefix", "37", forms.digits, "prefix of the DNs' mailboxes", 2805, site.dn_prefix),
    Choice("agent-prefix", "38", forms.digits, "prefix of the agents' mailboxes", 2807, site.agent_prefix),
    Choice("group-prefix", "39", forms.digits, "prefix of the agent groups' mailboxes", 2809, site.group_prefix),
    Choice("mwi-mode", "SUBSCRIBE", forms.one_of("SUBSCRIBE", "REGISTER"), "as mwi_mode", 2317, site.mwi_mode),
    Choice("application", SIP_SERVER, forms.name, "name of the SIP Server Application"),
    Choice("extensions", "", forms.numbers, "numbers of the Extension DNs whose telephones are on Asterisk"),
)  # fmt: skip

SERVICES = ("mcu", "treatment", "recorder", "music")

_MANAGER = "Configuration Manager"
STEPS = (
    Step("Asterisk and SIP Server, each alone", "both hosts",
         "Install Asterisk and SIP Server, and see that calls work on each.", (1429, 1432)),
    Step("Presence Trunk DN", _MANAGER,
         "Add DN {presence-trunk} of type Trunk, contact {contact}, prefix {prefix}, with the options of `gvma switch "
         "objects asterisk`.", (2097, 2172), "presence trunk"),
    Step("Extension DNs of the telephones on Asterisk", _MANAGER,
         "Give each the options of table 10, subscribe-presence = {presence-trunk} among them. Telephones that are "
         "registered on SIP Server get none of these.", (2174, 2252), "extension"),
    Step("Hints, service numbers and way out", "gvma",
         "Set routing = yes (and routing_endpoints = yes) in the settings, run `gvma sync`, and include GVMA_ROUTING "
         "in the telephones' context.", (1960, 2080)),
    Step("Telephones without secret", "Asterisk",
         "Register the telephones; an endpoint that SIP Server calls has no secret, since SIP Server answers no "
         "challenge.", (1997, 2032)),
    Step("MWI in the SIP Server Application", _MANAGER,
         "In section TServer of {application}: mwi-mode = {mwi-mode}, mwi-host and mwi-port of {contact}, mwi-domain, "
         "and mwi-extension-enable, mwi-agent-enable, mwi-group-enable for the kinds of mailboxes in use.",
         (2272, 2349), "mwi"),
    Step("GVM options", _MANAGER,
         "Set gvm_mailbox at Agent Logins and Agent Groups, and gvm_group_mailbox at the logins of a group; a DN has a "
         "mailbox of its own number. gvm_name, gvm_password and gvm_email where they are known.", (2365, 2512)),
    Step("Trunk DNs to the mailboxes", _MANAGER,
         "Add a Trunk DN for each prefix, {dn-prefix}, {agent-prefix} and {group-prefix}, with contact {contact}.",
         (2541, 2571), "mailbox trunks"),
    Step("AMI account", "manager.conf",
         "Write the account that `gvma switch device asterisk` shows, and its secret into the settings.",
         (2640, 2675)),
    Step("Mailboxes and subscriptions", "gvma",
         "Run `gvma sync --dry-run`, then `gvma sync`, then let cron or a timer run it.", (2575, 2709)),
    Step("Way to the mailboxes", "extensions.conf",
         "Write `include => GVMA` into the context in which SIP Server's calls come.", (2879, 2886)),
    Step("Unanswered calls", _MANAGER,
         "Set no-answer-timeout and no-answer-overflow = {dn-prefix} and the mailbox at DNs or Agent Logins.",
         (1838, 1880)),
    Step("Media server", "Asterisk",
         "Include dialplan/gvma-media-pjsip.conf (or -sip.conf) and moh_conf_treatment, and start `gvma agi serve`.",
         (2980, 3117)),
    Step("Media service DNs", _MANAGER,
         "Add four DNs of type Voice over IP Service with contact {contact}: service-type mcu, treatment, recorder, "
         "music.", (3119, 3141), "media"),
)  # fmt: skip


def objects(values: Values) -> Iterator[SwitchObject]:
    """The presence Trunk, Extensions, three Trunks to the mailboxes, four media services and ``mwi-*``."""
    contact = values["contact"]
    host, _, port = contact.rpartition(":")
    domain = values["domain"] or host
    presence = {
        "contact": (contact, 2145),
        "subscribe-presence-domain": (domain, 2148),
        "subscribe-presence-expire": (values["presence-seconds"], 2155),
        "subscribe-presence-from": (f"{values['sipserver-user']}@{values['sipserver']}", 2163),
        "prefix": (values["prefix"], 2192),
        "refer-enabled": ("false", 2198),
    }
    yield SwitchObject("DN", "Trunk", values["presence-trunk"], presence)
    for number in forms.expanded(values["extensions"]):
        yield SwitchObject("DN", "Extension", number, _extension(contact, values["presence-trunk"]))
    for key in ("dn-prefix", "agent-prefix", "group-prefix"):
        prefix = values[key]
        trunk = {"contact": (contact, 2565), "prefix": (prefix, 2565), "refer-enabled": ("false", 2198)}
        yield SwitchObject("DN", "Trunk", f"{values['presence-trunk']}_{prefix}", trunk)
    for service in SERVICES:
        options = {"service-type": (service, 3131), "contact": (contact, 3127)}
        yield SwitchObject("DN", "Voice over IP Service", f"{values['presence-trunk']}_{service}", options)
    mwi = {
        "mwi-mode": (values["mwi-mode"], 2279),
        "mwi-domain": (domain, 2324),
        "mwi-host": (host, 2333),
        "mwi-port": (port, 2334),
        "mwi-extension-enable": ("true", 2345),
        "mwi-agent-enable": ("true", 2346),
        "mwi-group-enable": ("true", 2347),
    }
    yield SwitchObject("Application", "SIP Server", values["application"], mwi)


def _extension(contact: str, trunk: str) -> dict[str, tuple[str, int]]:
    """Table 10. SIP Server sends the telephone's INVITE to ``contact`` (the manual says SUBSCRIBE there)."""
    return {
        "contact": (contact, 2217),
        "dual-dialog-enabled": ("false", 2220),
        "make-call-rfc3725-flow": ("1", 2226),
        "refer-enabled": ("false", 2232),
        "sip-hold-rfc3264": ("false", 2241),
        "subscribe-presence": (trunk, 2244),
    }
