"""The objects that a chapter asks for in Configuration Server, as values, as lines and as XML. Pure.

The XML has the shape of an export, which ``gvma confserv simulate --data`` serves and ``--from`` reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from gvma.settings import ConfigServerSettings

TYPES: Mapping[str, int] = {"Extension": 1, "Routing Point": 4, "Trunk": 14, "Voice over IP Service": 29}
"""Types of a DN, by the name that Configuration Manager shows."""
SIP_SERVER = "SIP_Server"

_FIRST_DBID = 101
_TENANT = re.compile(r"CfgTenant\[@name=(['\"])(.*?)\1\]|@tenantDBID=['\"]?(\d+)")
_SWITCH = re.compile(r"CfgSwitch\[@name=(['\"])(.*?)\1\]|@ownerDBID=['\"]?(\d+)")


@dataclass(frozen=True, slots=True)
class SwitchObject:
    """One object. kind: ``DN``, ``Application`` or ``Host``. type: of a DN, a key of TYPES; else what it is for.

    options: by name, each with its value and the manual's line.
    """

    kind: str
    type: str
    number: str
    options: Mapping[str, tuple[str, int]]
    section: str = "TServer"

    def as_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "type": self.type,
            "number": self.number,
            "section": self.section,
            "options": {name: value for name, (value, _) in self.options.items()},
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where the site's queries look for DNs: names and DBIDs of tenant and switch."""

    tenant: str = "Environment"
    tenant_dbid: int = 1
    switch: str = "SIP_Switch"
    switch_dbid: int = 101


def place_of(settings: ConfigServerSettings) -> Place:
    """Tenant and switch as the queries name them, by name or by DBID; the sample's where they do not."""
    queries = " ".join(
        (settings.dnquery, settings.agentgroupquery, settings.trunkquery, settings.servicequery, settings.agentquery)
    )
    tenant, switch = _named(_TENANT, queries), _named(_SWITCH, queries)
    default = Place()
    return Place(
        tenant[0] or default.tenant,
        int(tenant[1] or default.tenant_dbid),
        switch[0] or default.switch,
        int(switch[1] or default.switch_dbid),
    )


def _named(pattern: re.Pattern[str], queries: str) -> tuple[str, str]:
    """Name and DBID; each empty where no query has it."""
    found = [*pattern.finditer(queries)]
    return next((one[2] for one in found if one[2]), ""), next((one[3] for one in found if one[3]), "")


def as_lines(objects: Sequence[SwitchObject]) -> list[str]:
    """For Configuration Manager: each object, and below it its options in columns with the manual's lines."""
    options = [(name, value) for one in objects for name, (value, _) in one.options.items()]
    names = max((len(name) for name, _ in options), default=0)
    values = max((len(value) for _, value in options), default=0)
    lines = []
    for one in objects:
        lines.append(f"{one.kind} {one.number} ({one.type})" + (f", section {one.section}:" if one.options else ""))
        for name, (value, line) in one.options.items():
            lines.append(f"  {name:{names}}  {value:{values}}  {f'manual {line}' if line else ''}".rstrip())
    return lines


def as_xml(objects: Sequence[SwitchObject], place: Place, remarks: Iterable[str] = ()) -> str:
    """The nested tree: the tenant, its switch with the DNs, and its Applications; remarks: a comment's lines."""
    dns = [one for one in objects if one.kind == "DN"]
    applications = [one for one in objects if one.kind == "Application"]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        *_comment(remarks),
        "<CfgData>",
        f'  <CfgTenant DBID="{place.tenant_dbid}" name={_quoted(place.tenant)} state="1">',
        "    <switches>",
        f'      <CfgSwitch DBID="{place.switch_dbid}" tenantDBID="{place.tenant_dbid}" name={_quoted(place.switch)}'
        ' state="1">',
        "        <DNs>",
        *(line for dbid, one in enumerate(dns, _FIRST_DBID) for line in _dn(one, dbid, place)),
        "        </DNs>",
        "      </CfgSwitch>",
        "    </switches>",
        "    <applications>",
        *(line for dbid, one in enumerate(applications, _FIRST_DBID) for line in _application(one, dbid, place)),
        "    </applications>",
        "  </CfgTenant>",
        "</CfgData>",
    ]
    return "\n".join(lines)


def _dn(one: SwitchObject, dbid: int, place: Place) -> Iterator[str]:
    number = f'DBID="{dbid}" ownerDBID="{place.switch_dbid}" number={_quoted(one.number)} type="{TYPES[one.type]}"'
    yield f'          <CfgDN {number} state="1">'
    yield from _options(one, "userProperties", " " * 12)
    yield "          </CfgDN>"


def _application(one: SwitchObject, dbid: int, place: Place) -> Iterator[str]:
    name = f'DBID="{dbid}" tenantDBID="{place.tenant_dbid}" name={_quoted(one.number)}'
    yield f'      <CfgApplication {name} state="1">'
    yield from _options(one, "options", " " * 8)
    yield "      </CfgApplication>"


def _options(one: SwitchObject, element: str, indent: str) -> Iterator[str]:
    if not one.options:
        return
    yield f"{indent}<{element}>"
    yield f"{indent}  <list_pair key={_quoted(one.section)}>"
    for name, (value, _) in one.options.items():
        yield f"{indent}    <str_pair key={_quoted(name)} value={_quoted(value)}/>"
    yield f"{indent}  </list_pair>"
    yield f"{indent}</{element}>"


def _comment(remarks: Iterable[str]) -> Iterator[str]:
    lines = [re.sub(r"-{2,}", "-", remark).rstrip("-") for remark in remarks]
    if lines:
        yield f"<!-- {lines[0]}"
        yield from (f"     {line}" for line in lines[1:])
        yield "-->"


def _quoted(text: str) -> str:
    return quoteattr("".join(letter for letter in text if letter.isprintable()))
