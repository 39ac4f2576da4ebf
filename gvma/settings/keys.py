"""Every key of the settings file: how its value is read, and what it means. A table without rules.

The order is that of ``gvma config init`` and ``gvma config show``. A key is named as its field in
``model.py``, which has its default. Source: the manual's lines 2717-2811 and ``docs/settings.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from gvma.settings import values as v
from gvma.settings.model import REALTIME, Address, ConfigServerSettings, GvmaSettings, MediaSettings, WebSettings

SECTIONS: Mapping[str, type] = MappingProxyType(
    {"cfgserver": ConfigServerSettings, "gvma_settings": GvmaSettings, "media": MediaSettings, "web": WebSettings}
)

# The placeholders of the manual (lines 2729-2800), compared without regard to case.
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


class Key(NamedTuple):
    """One key. sample: the placeholder that ``config init`` writes, if a site must set this key."""

    section: str
    name: str
    parse: v.Parse
    meaning: str
    sample: str = ""

    @property
    def default(self) -> object:
        """The model's default."""
        return getattr(SECTIONS[self.section](), self.name)


def _section(section: str, *rows: tuple[str, v.Parse, str] | tuple[str, v.Parse, str, str]) -> list[Key]:
    return [Key(section, *row) for row in rows]


_CFGSERVER = _section(
    "cfgserver",
    ("host", v.host, "host name or address of Configuration Server", "<config server hostname or IP>"),
    (
        "port",
        v.port,
        "its SOAP port: option port of section [soap] in Configuration Server's own configuration file",
        "<config server SOAP port>",
    ),
    (
        "username",
        v.text,
        "account with the right to read DNs, Agent Logins and Agent Groups",
        "<config server username>",
    ),
    ("password", v.secret, "its password; better in password_file", "<config server password>"),
    ("password_file", v.optional_path, "file with the password, which only its owner may read"),
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
    (
        "routingpointquery",
        v.query,
        "XPath of the Routing Point DNs (type 4), routing's service numbers; empty: none",
    ),
    ("trunkquery", v.query, "XPath of the Trunk DNs (type 14), for gvma check"),
    ("servicequery", v.query, "XPath of the Voice over IP Service DNs (type 29), for gvma check"),
    ("applicationquery", v.query, "XPath of the SIP Server Application, for gvma check"),
    ("url", v.url, "full URL, https too; empty: http://host:port/"),
    ("wsdl", v.wsdl, "path or URL of another WSDL; empty: the packaged one"),
    ("binding", v.qualified_name, "name of the binding in the WSDL"),
    ("operation", v.xml_name, "name of the operation in the WSDL"),
    ("query_parameter", v.xml_name, "name of the operation's parameter for the query"),
    ("result", v.one_of("xml", "string"), "xml, or string if the answer is XML escaped inside a text"),
    ("auth", v.one_of("basic", "header", "none"), "basic, header (WS-Security UsernameToken) or none"),
    ("ca_file", v.optional_path, "certificates to check the server's own with; empty: those of the system"),
    ("tls_verify", v.yes_no, "check the server's certificate"),
    (
        "timeout",
        v.seconds,
        "time limit in seconds to connect and of each read; a whole answer: 20 times as long",
    ),
    ("include_disabled", v.yes_no, "include disabled objects (state 2)"),
)

_ASTERISK = _section(
    "gvma_settings",
    ("asterisk_cfg_path", v.path, "folder of Asterisk's configuration files"),
    ("asterisk_cfg_file_sip", v.file_name, "chan_sip's file in that folder"),
    ("asterisk_cfg_file_pjsip", v.file_name, "PJSIP's file in that folder"),
    ("asterisk_cfg_file_vm", v.file_name, "the voicemail file in that folder"),
    ("asterisk_cfg_file_exten", v.file_name, "the dialplan file in that folder"),
    ("asterisk_cfg_gvma_begin", v.marker, "begin marker of the managed block: a ; comment"),
    ("asterisk_cfg_gvma_end", v.marker, "end marker of the managed block: a ; comment"),
    ("backup_path", v.path, "folder for all that gvma keeps: backup sets, lock, state; not inside Asterisk's folder"),
    ("asterisk_cm_host", v.host, "host of the Asterisk Manager Interface (AMI)"),
    ("asterisk_cm_port", v.port, "its port, as in manager.conf"),
    ("asterisk_cm_username", v.text, "AMI account, as in manager.conf"),
    (
        "asterisk_cm_secret",
        v.secret,
        "its secret, better in asterisk_cm_secret_file; the default is the manual's sample: change it",
        "<AMI secret>",
    ),
    (
        "asterisk_cm_secret_file",
        v.optional_path,
        "file with the AMI secret, which only its owner may read",
    ),
    ("asterisk_cm_tls", v.yes_no, "use TLS for AMI"),
    ("asterisk_cm_ca_file", v.optional_path, "certificates to check AMI's own with"),
    ("asterisk_cm_timeout", v.seconds, "time limit in seconds of each AMI answer"),
    ("asterisk_reload_timeout", v.seconds, "time limit in seconds of a reload"),
    ("asterisk_spool_path", v.path, "Asterisk's spool folder, with voicemail/<context>/<box>/ in it"),
    (
        "siptserver_host",
        v.hosts,
        "host or address of SIP Server; for PJSIP several, comma-separated (an HA pair, two switches)",
        "<SIP Server hostname or IP>",
    ),
    ("siptserver_port", v.port, "SIP port of SIP Server", "<SIP Server Port>"),
    ("vm_dn_ext_prefix", v.prefix, "prefix to dial before the number of a DN's mailbox"),
    ("vm_agt_ext_prefix", v.prefix, "prefix to dial before the number of an agent's mailbox"),
    ("vm_grp_ext_prefix", v.prefix, "prefix to dial before the number of an agent group's mailbox"),
    ("vm_voicemail_main_ext", v.extension, "number to dial behind a prefix; it asks for mailbox and PIN"),
    ("channel_driver", v.one_of("auto", "pjsip", "sip"), "pjsip, sip, or auto: the one that Asterisk uses"),
    ("mwi_mode", v.one_of("SUBSCRIBE", "REGISTER"), "SUBSCRIBE or REGISTER, the same as SIP Server's option mwi-mode"),
    (
        "mwi_endpoint",
        v.one_of("auto", "ours", "site"),
        "PJSIP's endpoint for SIP Server: ours, the site's own, or auto: ours where no other gets its requests",
    ),
    ("allow_mailcmd", v.yes_no, "allow mailbox options that make Asterisk run a command"),
    ("max_remove_percent", v.number(0, 100), "safety brake: removing a larger share needs --allow-remove"),
    ("keep_last", v.number(), "how many of the newest backup sets to keep"),
    ("keep_daily", v.number(), "of how many days to keep the newest backup set"),
    ("keep_monthly", v.number(), "of how many months to keep the newest backup set"),
    ("log_file", v.optional_path, "log file; empty: none"),
    ("log_format", v.one_of("text", "json"), "text, or json: one object a line"),
    ("metrics_file", v.optional_path, "file for the figures of the last run, for Prometheus; empty: none"),
    (
        "sink",
        v.one_of("files", REALTIME),
        "where mailboxes and subscriptions go: files, or realtime: PostgreSQL tables that several Asterisk hosts read",
    ),
    ("realtime_dsn", v.dsn, "libpq connection string of that database, with user= and without a password"),
    ("realtime_password", v.secret, "the account's password; better in realtime_password_file"),
    ("realtime_password_file", v.optional_path, "file with that password, which only its owner may read"),
    ("realtime_timeout", v.seconds, "time limit in seconds to connect to the database, and to wait for a lock in it"),
    ("realtime_nodes", v.listed, "host:port of the AMI of each Asterisk host, comma-separated; empty: none is asked"),
    ("realtime_driver", v.one_of("odbc", "pgsql"), "how the Asterisk hosts reach the database: odbc or pgsql"),
    ("realtime_connection", v.name, "the connection's name in their res_odbc.conf or res_pgsql.conf"),
    ("status_max_age", v.number(1), "gvma check finds a last success older than so many seconds"),
    ("on_change", v.command_line, "command to run after a run that changed something, with its JSON on stdin"),
    ("on_failure", v.command_line, "command to run after a run that failed, with its JSON on stdin"),
    (
        "switch_profile",
        v.switch_profile,
        f"switches whose option tables gvma check uses, comma-separated: {', '.join(v.SWITCHES)}",
    ),
    ("check_ignore", v.codes, "codes of notes that gvma check counts and does not show, comma-separated"),
)

_ROUTING = _section(
    "gvma_settings",
    ("routing", v.yes_no, "write the dialplan for business call routing"),
    ("routing_endpoints", v.yes_no, "write its peers or endpoints too"),
    (
        "routing_dns",
        v.one_of("watched", "all"),
        "watched: the Extension DNs that name a presence Trunk or whose contact is this Asterisk; or all",
    ),
    ("routing_context", v.name, "its dialplan context"),
    ("routing_phone_seconds", v.number(1, 86_400), "how many seconds a phone rings"),
    ("routing_service_seconds", v.number(1, 86_400), "how many seconds to wait for SIP Server's answer"),
    (
        "routing_external_prefix",
        v.prefix_or_none,
        "prefix to dial before an external number; empty: no such calls",
    ),
    ("routing_sipserver_peer", v.name, "name of the peer or endpoint for SIP Server"),
    ("routing_gateway_peer", v.name, "name of the peer or endpoint for the gateway"),
    ("routing_gateway_host", v.optional_host, "host or address of the gateway"),
    ("routing_gateway_port", v.port, "its SIP port"),
    ("routing_endpoint_context", v.name, "context of the phones' endpoints"),
)

_MEDIA = _section(
    "media",
    ("dialect", v.one_of("genesys", "rfc4240"), "genesys or rfc4240: what a missing parameter means"),
    ("default_file", v.text, "what is played if the URI names nothing; if the file does not exist: nothing"),
    ("sounds_path", v.path, "Asterisk's sounds folder, with the language folders in it"),
    ("recordings_path", v.path, "folder for recordings; by default sounds_path"),
    ("digits_prompt", v.text, "prompt that is played before digits are collected"),
    ("max_play_seconds", v.number(), "longest announcement in seconds; 0: no limit"),
    ("max_record_seconds", v.number(), "longest recording in seconds; 0: no limit"),
    ("max_silence_seconds", v.number(), "seconds of silence that end a recording; 0: silence does not end it"),
    ("play_hosts", v.listed, "hosts from which http and https files may be played"),
    ("max_calls", v.number(1), "most calls at once; more are refused"),
    ("preamble_seconds", v.seconds, "time limit in seconds for the first lines of a call, which describe it"),
    ("drain_seconds", v.number(0, 86_400), "how many seconds open calls may go on after SIGTERM"),
    ("allow", v.networks, "networks that may connect, in CIDR form"),
    ("agi_host", v.host, "address on which the FastAGI server listens"),
    ("agi_port", v.port, "its port"),
    ("metrics", v.address_or_none, "host:port on which it shows its figures over HTTP; empty: nowhere"),
)

_WEB = _section(
    "web",
    ("password_file", v.optional_path, "file with user:password, which only its owner may read; empty: nobody logs in"),
    ("hosts", v.listed, "names by which a reader may call this host, beside its address and localhost"),
)

KEYS: tuple[Key, ...] = (*_CFGSERVER, *_ASTERISK, *_ROUTING, *_MEDIA, *_WEB)


def shown(value: object) -> str:
    """A value as it is written in the file; a secret as ``****``.

    >>> shown(True), shown(None), shown(("a", "b")), shown(30.0)
    ('yes', '', 'a, b', '30')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    if isinstance(value, tuple) and not isinstance(value, Address):
        return ", ".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
