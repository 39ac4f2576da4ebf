"""One gvma installation in a temporary folder: settings, Asterisk's files, and an export in the server's place."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from gvma.cli.main import main

BEGIN, END = ";$---GVMA-BEGIN-GVMA---$", ";$---GVMA-END-GVMA---$"
SITE = {
    "voicemail.conf": b"[general]\nformat=wav\n[default]\n7 => 5555,Own,,,\n",
    "pjsip.conf": b"[site]\ntype=endpoint\n",
    "extensions.conf": b"[default]\nexten => 1,1,NoOp()\n",
}
SETTINGS = """\
[cfgserver]
host = 127.0.0.1
dnquery = CfgDN[(@ownerDBID=101) and (@type=1)]
agentquery = CfgAgentLogin[@ownerDBID=101]
agentgroupquery = CfgAgentGroup[@tenantDBID=1]
[gvma_settings]
asterisk_cfg_path = etc
backup_path = kept
siptserver_host = 127.0.0.1
siptserver_port = 5999
asterisk_spool_path = spool
{more}
"""


@dataclass(frozen=True)
class Result:
    """What one command line left: its exit status, and what it said."""

    status: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """The one object on stdout."""
        answer: dict[str, Any] = json.loads(self.out)
        return answer


@dataclass
class Installation:
    """folder: where it lies. dns, agents, groups: number or name to options; an object's DBID never changes."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    more: str = ""
    dns: dict[str, dict[str, str]] = field(default_factory=dict)
    agents: dict[str, dict[str, str]] = field(default_factory=dict)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.etc = self.folder / "etc"
        self.kept = self.folder / "kept"
        self.spool = self.folder / "spool"
        self.export = self.folder / "export.xml"
        self.settings = self.folder / "gvma_asterisk76.cfg"
        self._dbids: dict[tuple[str, str], int] = {}
        self.etc.mkdir()
        for name, content in SITE.items():
            (self.etc / name).write_bytes(content)

    def sync(self, *options: str, json: bool = False, reload: bool = False) -> Result:
        """``gvma sync`` off a terminal, from the export; without a reload unless one is asked for."""
        self.write()
        form = ["--output", "json"] if json else []
        quiet = [] if reload else ["--no-reload"]
        return self.gvma(*form, "sync", "--from", str(self.export), *quiet, *options)

    def gvma(self, *words: str) -> Result:
        with pytest.raises(SystemExit) as left:
            main(["--config", str(self.settings), *words])
        out, err = self.capture.readouterr()
        assert isinstance(left.value.code, int)
        return Result(left.value.code, out, err)

    def write(self) -> None:
        """Settings and export as they are wanted now."""
        self.settings.write_text(SETTINGS.format(more=self.more))
        objects = [
            *(self._object("CfgDN", 'number={} type="1" ownerDBID="101"', *one) for one in self.dns.items()),
            *(self._object("CfgAgentLogin", 'loginCode={} ownerDBID="101"', *one) for one in self.agents.items()),
            *(self._object("CfgAgentGroup", 'name={} tenantDBID="1"', *one) for one in self.groups.items()),
        ]
        self.export.write_text(f"<CfgData>{''.join(objects)}</CfgData>", encoding="utf-8")

    def text(self, name: str) -> str:
        return (self.etc / name).read_text()

    def block(self, name: str) -> str:
        """What stands between the markers."""
        return self.text(name).split(BEGIN + "\n")[1].split(END)[0]

    def replace(self, name: str, old: str, new: str) -> None:
        """As somebody else would change a file."""
        text = self.text(name)
        assert old in text
        (self.etc / name).write_text(text.replace(old, new))

    def state(self) -> dict[str, tuple[bytes, int]]:
        """Every file of Asterisk's and of gvma's, the lock and the last failure aside: content and time of change."""
        places, aside = (self.etc, self.kept, self.spool), {"lock", "said-failure.json"}
        found = [path for place in places for path in place.rglob("*") if path.is_file() and path.name not in aside]
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}

    def _object(self, kind: str, attributes: str, number: str, options: dict[str, str]) -> str:
        dbid = self._dbids.setdefault((kind, number), 200 + len(self._dbids))
        pairs = "".join(f"<str_pair key={quoteattr(key)} value={quoteattr(value)}/>" for key, value in options.items())
        annex = f'<userProperties><list_pair key="TServer">{pairs}</list_pair></userProperties>'
        return f'<{kind} DBID="{dbid}" {attributes.format(quoteattr(number))} state="1">{annex}</{kind}>'
