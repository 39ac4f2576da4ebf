"""A small Configuration Layer: its objects by what names them, and the XML tree that a simulator or an export has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr
from zlib import crc32

EXTENSION, ROUTING_POINT, TRUNK, SERVICE = 1, 4, 14, 29
"""Types of a DN."""
_SWITCH = "CfgSwitch[@name='Main']"
MAILBOX_QUERIES = {
    "dnquery": f"{_SWITCH}/DNs/CfgDN[@type='1']",
    "agentquery": f"{_SWITCH}/agentLogins/CfgAgentLogin",
    "agentgroupquery": "CfgTenant[@name='Resources']/agentGroups/CfgAgentGroup",
}
QUERIES = {
    **MAILBOX_QUERIES,
    "routingpointquery": f"{_SWITCH}/DNs/CfgDN[@type='4']",
    "trunkquery": f"{_SWITCH}/DNs/CfgDN[@type='14']",
    "servicequery": f"{_SWITCH}/DNs/CfgDN[@type='29']",
    "applicationquery": "CfgApplication[@name='SIP_Server']",
}
"""What selects each kind of object from the tree."""

Options = dict[str, str]


@dataclass
class Layer:
    """Options by DN, agent login and group name.

    dns: by number, which is an Extension's, or by number and type. application: of the SIP Server, where there is one.
    """

    dns: dict[Any, Options] = field(default_factory=dict)
    agents: dict[str, Options] = field(default_factory=dict)
    groups: dict[str, Options] = field(default_factory=dict)
    application: Options | None = None

    def xml(self) -> str:
        """The nested tree."""
        dns = "".join(_dn(name, options) for name, options in self.dns.items())
        agents = "".join(
            _object("CfgAgentLogin", {"loginCode": code}, options) for code, options in self.agents.items()
        )
        groups = "".join(_object("CfgAgentGroup", {"name": name}, options) for name, options in self.groups.items())
        application = (
            _object("CfgApplication", {"name": "SIP_Server"}, self.application or {}) if self.application else ""
        )
        switch = f'<CfgSwitch DBID="101" name="Main"><DNs>{dns}</DNs><agentLogins>{agents}</agentLogins></CfgSwitch>'
        return (
            f'<CfgData><CfgTenant DBID="1" name="Resources"><switches>{switch}</switches>'
            f"<agentGroups>{groups}</agentGroups><applications>{application}</applications></CfgTenant></CfgData>"
        )


def _dn(name: str | tuple[str, int], options: Options) -> str:
    number, kind = (name, EXTENSION) if isinstance(name, str) else name
    return _object("CfgDN", {"number": number, "type": str(kind)}, options)


def _object(kind: str, fields: Mapping[str, str], options: Options) -> str:
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in fields.items())
    pairs = "".join(f"<str_pair key={quoteattr(key)} value={quoteattr(value)}/>" for key, value in options.items())
    return (
        f'<{kind} DBID="{_dbid(*fields.values())}"{attributes} state="1"><userProperties>'
        f'<list_pair key="TServer">{pairs}</list_pair></userProperties></{kind}>'
    )


def _dbid(name: str, kind: str = "0") -> int:
    """The same for one object in every tree; in the order of the numbers, where the names are numbers."""
    if len(name) < 8 and name == str(int(name) if name.isdecimal() else 0):
        return 1_000 + int(kind) * 10_000_000 + int(name)
    return 1_000_000_000 + crc32(f"{kind} {name}".encode("utf-8", "surrogatepass")) % 1_000_000_000
