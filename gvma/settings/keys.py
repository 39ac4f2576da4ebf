"""Every key of the settings file: how its value is read, and what it means. A table, no rules.

The order is that of ``gvma config init`` and ``gvma config show``. A key is named as its field in
``model.py``, where its default stands. Source: the manual's lines 2717-2811 and ``docs/settings.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from types import MappingProxyType

from gvma.settings import values as v
from gvma.settings.model import ConfigServerSettings, GvmaSettings, MediaSettings

SECTIONS: Mapping[str, type] = MappingProxyType(
    {"cfgserver": ConfigServerSettings, "gvma_settings": GvmaSettings, "media": MediaSettings}
)

# The manual's own stand-ins for what a site must fill in (lines 2729-2800), compared without case.
PLACEHOLDERS = frozenset(
    {
        "config server hostname or ip",
        "config server soap port",
        "config server username",
        "config server password",
        "switch dbid",
        "tenant dbid",
        "tenant name",
        "switch name",
        "swith name",  # the manual's own spelling, line 2759
        "sip server hostname or ip",
        "sip server port",
        "ami secret",  # ours, of `config init`
    }
)


@dataclass(frozen=True, slots=True)
class Key:
    """One key. sample: what ``config init`` writes as its value, where a site has to fill it in."""

    section: str
    name: str
    parse: v.Parse
    meaning: str
    sample: str = ""

    @property
    def default(self) -> object:
        """The model's default."""
        field = next(field for field in fields(SECTIONS[self.section]) if field.name == self.name)
        return field.default if field.default_factory is MISSING else field.default_factory()


def _section(section: str, *rows: tuple[str, v.Parse, str] | tuple[str, v.Parse, str, str]) -> list[Key]:
    return [Key(section, *row) for row in rows]


_CFGSERVER = _section(
    "cfgserver",
    ("host", v.host, "host name or address of Configuration Server", "<config server hostname or IP>"),
    (
        "port",
        v.port,
        "its SOAP port: option port in the [soap] section of Configuration Server's own file",
        "<config server SOAP port>",
    ),
    ("username", v.text, "account that may read DNs, Agent Logins, Agent Groups", "<config server username>"),
    ("password", v.secret, "its password; better in password_file", "<config server password>"),
    ("password_file", v.optional_path, "file that holds the password, readable by its owner alone"),
    (
        "dnquery",
        v.query,
        "XPath of the Extension DNs; by DBID: CfgDN[(@ownerDBID=<Switch DBID>) and (@type=1)]",
        "CfgTenant[@name='<tenant name>']/switches/CfgSwitch[@name='<Switch Name>']/DNs/CfgDN[@type='1']",
    ),
    (
        "agentquery",
        v.query,
        "XPath of the Agent Logins; by DBID: CfgAgentLogin[@ownerDBID=<Switch DBID>]",
        "CfgTenant[@name='<tenant name>']/switches/CfgSwitch[@name='<Switch Name>']/agentLogins/CfgAgentLogin",
    ),
    (
        "agentgroupquery",
        v.query,
        "XPath of the Agent Groups; by DBID: CfgAgentGroup[@tenantDBID=<tenant DBID>]",
        "CfgTenant[@name='<tenant name>']/agentGroups/CfgAgentGroup",
    ),
    ("routingpointquery", v.query, "XPath of the Routing Point DNs (type 4); without it no service numbers"),
    ("trunkquery", v.query, "XPath of the Trunk DNs (type 14), for gvma check"),
    ("servicequery", v.query, "XPath of the Voice over IP Service DNs (type 29), for gvma check"),
    ("applicationquery", v.query, "XPath of the SIP Server Application, for gvma check"),
    ("url", v.url, "full endpoint, https too; else http://host:port/"),
    ("wsdl", v.wsdl, "path or URL of another WSDL; else the packaged one"),
    ("binding", v.qualified_name, "name of the binding in that WSDL"),
    ("operation", v.xml_name, "name of the operation in that WSDL"),
    ("query_parameter", v.xml_name, "name of the operation's parameter for the query"),
    ("result", v.one_of("xml", "string"), "xml, or string where the answer is XML escaped inside a text"),
    ("auth", v.one_of("basic", "header", "none"), "basic, header (WS-Security UsernameToken) or none"),
    ("ca_file", v.optional_path, "certificates that the server's own is checked against; else the system's"),
    ("tls_verify", v.yes_no, "check the server's certificate"),
    ("timeout", v.seconds, "seconds to connect, and between two reads; a whole answer may take 20 times that"),
    ("include_disabled", v.yes_no, "keep objects of state 2 (disabled)"),
)

_ASTERISK = _section(
    "gvma_settings",
    ("asterisk_cfg_path", v.path, "folder of Asterisk's configuration files"),
    ("asterisk_cfg_file_sip", v.file_name, "chan_sip's file there"),
    ("asterisk_cfg_file_pjsip", v.file_name, "PJSIP's file there"),
    ("asterisk_cfg_file_vm", v.file_name, "the voicemail file there"),
    ("asterisk_cfg_file_exten", v.file_name, "the dialplan file there"),
    ("asterisk_cfg_gvma_begin", v.marker, "the line above what gvma writes: a ; comment"),
    ("asterisk_cfg_gvma_end", v.marker, "the line below what gvma writes: a ; comment"),
    ("backup_path", v.path, "folder of all that gvma keeps: backup sets, lock, state; outside Asterisk's"),
    ("asterisk_cm_host", v.host, "host of Asterisk's Manager Interface (AMI)"),
    ("asterisk_cm_port", v.port, "its port, as in manager.conf"),
    ("asterisk_cm_username", v.text, "AMI account, as in manager.conf"),
    ("asterisk_cm_secret", v.secret, "its secret; the manual's sample by default: change it"),
    (
        "asterisk_cm_secret_file",
        v.optional_path,
        "file that holds the AMI secret, readable by its owner alone",
    ),
    ("asterisk_cm_tls", v.yes_no, "speak TLS to AMI"),
    ("asterisk_cm_ca_file", v.optional_path, "certificates that AMI's own is checked against"),
    ("asterisk_cm_timeout", v.seconds, "time limit in seconds of each AMI answer"),
    ("asterisk_reload_timeout", v.seconds, "time limit in seconds of a reload"),
    ("asterisk_spool_path", v.path, "Asterisk's spool folder: voicemail/<context>/<box>/ is below it"),
    (
        "siptserver_host",
        v.hosts,
        "host or address of SIP Server; for PJSIP several, comma-separated (an HA pair)",
        "<SIP Server hostname or IP>",
    ),
    ("siptserver_port", v.port, "SIP port of SIP Server", "<SIP Server Port>"),
    ("vm_dn_ext_prefix", v.prefix, "dialled before a DN's box"),
    ("vm_agt_ext_prefix", v.prefix, "dialled before an agent's box"),
    ("vm_grp_ext_prefix", v.prefix, "dialled before an agent group's box"),
    ("vm_voicemail_main_ext", v.extension, "dialled to hear one's own messages"),
    ("channel_driver", v.one_of("auto", "pjsip", "sip"), "pjsip, sip, or auto: the one that Asterisk has"),
    ("mwi_mode", v.one_of("SUBSCRIBE", "REGISTER"), "SUBSCRIBE or REGISTER, as SIP Server's mwi-mode"),
    ("allow_mailcmd", v.yes_no, "let a mailbox option make Asterisk run a command"),
    ("max_remove_percent", v.number(0, 100), "removing more of the mailboxes than this needs --force"),
    ("keep_last", v.number(), "newest backup sets to keep"),
    ("keep_daily", v.number(), "days of which the newest backup set is kept"),
    ("keep_monthly", v.number(), "months of which the newest backup set is kept"),
    ("log_file", v.optional_path, "file of the log; else none"),
    ("log_format", v.one_of("text", "json"), "text, or json: one object a line"),
    ("metrics_file", v.optional_path, "file of the last run's figures for Prometheus; else none"),
    ("switch_profile", v.switch_profile, f"switch that gvma check compares with: {', '.join(v.SWITCHES)}"),
)

_ROUTING = _section(
    "gvma_settings",
    ("routing", v.yes_no, "write the dialplan of business call routing"),
    ("routing_endpoints", v.yes_no, "write peers or endpoints for it too"),
    ("routing_context", v.name, "dialplan context that holds it"),
    ("routing_phone_seconds", v.number(1, 86_400), "how long a phone rings"),
    ("routing_service_seconds", v.number(1, 86_400), "how long SIP Server may take to answer"),
    ("routing_external_prefix", v.prefix_or_none, "dialled before an external number; empty: no external numbers"),
    ("routing_sipserver_peer", v.name, "name of the peer or endpoint for SIP Server"),
    ("routing_gateway_peer", v.name, "name of the peer or endpoint for the gateway"),
    ("routing_gateway_host", v.optional_host, "host or address of the gateway"),
    ("routing_gateway_port", v.port, "its SIP port"),
    ("routing_endpoint_context", v.name, "context of the phones' endpoints"),
)

_MEDIA = _section(
    "media",
    ("dialect", v.one_of("genesys", "rfc4240"), "genesys, or rfc4240 for what a missing parameter means"),
    ("default_file", v.text, "what plays where nothing is named; where it does not exist, nothing"),
    ("sounds_path", v.path, "Asterisk's sounds folder, above the language folders"),
    ("recordings_path", v.path, "folder of recordings; else sounds_path"),
    ("digits_prompt", v.text, "what plays before digits are collected"),
    ("max_play_seconds", v.number(), "longest announcement; 0: no limit"),
    ("max_record_seconds", v.number(), "longest recording; 0: no limit"),
    ("max_silence_seconds", v.number(), "silence that ends a recording; 0: none does"),
    ("play_hosts", v.listed, "hosts from which http and https files may be played"),
    ("max_calls", v.number(1), "calls at once; above it new ones are refused"),
    ("preamble_seconds", v.seconds, "how long Asterisk may take to say what call it is"),
    ("drain_seconds", v.number(0, 86_400), "how long calls may go on after SIGTERM"),
    ("allow", v.networks, "networks that may connect, CIDR"),
    ("agi_host", v.host, "address that the FastAGI server listens on"),
    ("agi_port", v.port, "its port"),
)

KEYS: tuple[Key, ...] = (*_CFGSERVER, *_ASTERISK, *_ROUTING, *_MEDIA)


def shown(value: object) -> str:
    """A value as it stands in the file; a secret as ``****``.

    >>> shown(True), shown(None), shown(("a", "b")), shown(30.0)
    ('yes', '', 'a, b', '30')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
