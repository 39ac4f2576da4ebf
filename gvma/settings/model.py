"""The settings as named tuples, which every command can afford to load; this module reads nothing.

Keys and defaults: the manual's lines 2717-2811 (``[cfgserver]``, ``[gvma_settings]``), and the extra
keys that ``docs/settings.md`` lists. A field is named as its key.

Annotations are no texts here, as ``from __future__ import annotations`` would make them: a named tuple compiles each
text, and here are a hundred.
"""

from pathlib import Path
from typing import NamedTuple

from gvma.printable import MASK

REALTIME = "realtime"
"""The value of ``sink`` of a site whose mailboxes and subscriptions are rows of a database."""


class Secret:
    """A secret text: ``str``, ``repr``, format, pickle and JSON never show it; ``reveal()`` returns it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, to be sent and never to be shown."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({MASK})" if self._text else "Secret()"

    def __str__(self) -> str:
        return MASK if self._text else ""

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a Secret is never pickled")


class Address(NamedTuple):
    """Where a server listens. host: a name or an IP address, without brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class ConfigServerSettings(NamedTuple):
    """``[cfgserver]``: how to reach Configuration Server, and what to ask it."""

    host: str = "127.0.0.1"
    port: int = 8080
    username: str = ""
    password: Secret = Secret("")
    password_file: Path | None = None
    dnquery: str = ""
    agentquery: str = ""
    agentgroupquery: str = ""
    routingpointquery: str = ""
    trunkquery: str = ""
    servicequery: str = ""
    applicationquery: str = ""
    url: str = ""
    wsdl: str = ""
    binding: str = "{urn:gvma:confserv-soap:1}ConfigurationServerSoap"
    operation: str = "Query"
    query_parameter: str = "xpath"
    result: str = "xml"
    auth: str = "basic"
    ca_file: Path | None = None
    tls_verify: bool = True
    timeout: float = 30.0
    include_disabled: bool = True

    @property
    def endpoint(self) -> str:
        """The URL to ask: ``url``, else one made of ``host`` and ``port``."""
        return self.url or f"http://{Address(self.host, self.port)}/"


class GvmaSettings(NamedTuple):
    """``[gvma_settings]``: Asterisk's files and AMI, the managed block, backups, Realtime, routing. In seconds."""

    asterisk_cfg_path: Path = Path("/etc/asterisk")
    asterisk_cfg_file_sip: str = "sip.conf"
    asterisk_cfg_file_pjsip: str = "pjsip.conf"
    asterisk_cfg_file_vm: str = "voicemail.conf"
    asterisk_cfg_file_exten: str = "extensions.conf"
    asterisk_cfg_gvma_begin: str = ";$---GVMA-BEGIN-GVMA---$"
    asterisk_cfg_gvma_end: str = ";$---GVMA-END-GVMA---$"
    backup_path: Path = Path("gvma_backup")
    asterisk_cm_host: str = "127.0.0.1"
    asterisk_cm_port: int = 5038
    asterisk_cm_username: str = "gvma"
    asterisk_cm_secret: Secret = Secret("genesys1")
    asterisk_cm_secret_file: Path | None = None
    asterisk_cm_tls: bool = False
    asterisk_cm_ca_file: Path | None = None
    asterisk_cm_timeout: float = 30.0
    asterisk_reload_timeout: float = 300.0
    asterisk_spool_path: Path = Path("/var/spool/asterisk")
    siptserver_host: str = ""
    siptserver_port: int = 5060
    vm_dn_ext_prefix: str = "37"
    vm_agt_ext_prefix: str = "38"
    vm_grp_ext_prefix: str = "39"
    vm_voicemail_main_ext: str = "9500"
    channel_driver: str = "auto"
    mwi_mode: str = "SUBSCRIBE"
    mwi_endpoint: str = "auto"
    allow_mailcmd: bool = False
    max_remove_percent: int = 20
    keep_last: int = 30
    keep_daily: int = 14
    keep_monthly: int = 12
    log_file: Path | None = None
    log_format: str = "text"
    metrics_file: Path | None = None
    sink: str = "files"
    realtime_dsn: str = ""
    realtime_password: Secret = Secret("")
    realtime_password_file: Path | None = None
    realtime_timeout: float = 30.0
    realtime_nodes: tuple[str, ...] = ()
    realtime_driver: str = "odbc"
    realtime_connection: str = "asterisk"
    status_max_age: int = 3600
    on_change: str = ""
    on_failure: str = ""
    switch_profile: tuple[str, ...] = ()
    check_ignore: tuple[str, ...] = ()
    routing: bool = False
    routing_endpoints: bool = False
    routing_dns: str = "watched"
    routing_context: str = "GVMA_ROUTING"
    routing_phone_seconds: int = 60
    routing_service_seconds: int = 30
    routing_external_prefix: str = "0"
    routing_sipserver_peer: str = "gsip"
    routing_gateway_peer: str = "gwsim"
    routing_gateway_host: str = ""
    routing_gateway_port: int = 5060
    routing_endpoint_context: str = "default"

    @property
    def ami_address(self) -> Address:
        """Where AMI is."""
        return Address(self.asterisk_cm_host, self.asterisk_cm_port)

    def target(self, name: str) -> Path:
        """The full path of one of Asterisk's files. name: its file name in Asterisk's folder."""
        return self.asterisk_cfg_path / name


class MediaSettings(NamedTuple):
    """``[media]``: what the call flows may play, record and for how long. Times in seconds."""

    dialect: str = "genesys"
    default_file: str = "/var/lib/asterisk/moh/fpm-calm-river"
    sounds_path: Path = Path("/var/lib/asterisk/sounds")
    recordings_path: Path = Path("/var/lib/asterisk/sounds")
    digits_prompt: str = ""
    max_play_seconds: int = 3600
    max_record_seconds: int = 3600
    max_silence_seconds: int = 0
    play_hosts: tuple[str, ...] = ()
    max_calls: int = 2000
    preamble_seconds: float = 10.0
    drain_seconds: float = 60.0
    allow: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    agi_host: str = "127.0.0.1"
    agi_port: int = 4573
    metrics: Address | None = None


class WebSettings(NamedTuple):
    """``[web]``: who may read the pages. hosts: names by which a reader may call this host."""

    password_file: Path | None = None
    hosts: tuple[str, ...] = ()


class Settings(NamedTuple):
    """All settings. path: the file that they were read from, None if there was none."""

    cfgserver: ConfigServerSettings = ConfigServerSettings()
    gvma: GvmaSettings = GvmaSettings()
    media: MediaSettings = MediaSettings()
    web: WebSettings = WebSettings()
    path: Path | None = None
