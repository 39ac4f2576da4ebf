"""What the tests of routing and `gvma check` share: a small Configuration Layer, its simulator, a settings file
for one Asterisk, and the `gvma` command. Nothing here asserts but that a sync succeeds.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from gvma.cli import main
from gvma.configserver.simulator.server import Simulator
from gvma.demo.asterisk import PrivateAsterisk

EXTENSION, ROUTING_POINT, TRUNK, SERVICE = 1, 4, 14, 29
USER, PASSWORD = "reader", "sesame-only-here"
_SWITCH = "CfgSwitch[@name='Main']"
QUERIES = {
    "dnquery": f"{_SWITCH}/DNs/CfgDN[@type='1']",
    "agentquery": f"{_SWITCH}/agentLogins/CfgAgentLogin",
    "agentgroupquery": "CfgTenant[@name='Resources']/agentGroups/CfgAgentGroup",
    "routingpointquery": f"{_SWITCH}/DNs/CfgDN[@type='4']",
    "trunkquery": f"{_SWITCH}/DNs/CfgDN[@type='14']",
    "servicequery": f"{_SWITCH}/DNs/CfgDN[@type='29']",
    "applicationquery": "CfgApplication[@name='SIP_Server']",
}

Options = Mapping[str, str]


@dataclass
class Layer:
    """Objects by what names them. dns: (number, type) to options."""

    dns: dict[tuple[str, int], Options] = field(default_factory=dict)
    agents: dict[str, Options] = field(default_factory=dict)
    groups: dict[str, Options] = field(default_factory=dict)
    application: Options | None = None

    def xml(self) -> str:
        """The tree that the simulator serves."""
        dns = "".join(
            _object("CfgDN", {"number": number, "type": str(kind)}, options)
            for (number, kind), options in self.dns.items()
        )
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


def _object(kind: str, fields: Mapping[str, str], options: Options) -> str:
    # The same object has the same DBID in every version of the tree.
    dbid = sum(ord(letter) * (place + 7) for place, letter in enumerate(kind + "".join(fields.values()))) + 1000
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in fields.items())
    pairs = "".join(f"<str_pair key={quoteattr(key)} value={quoteattr(value)}/>" for key, value in options.items())
    return (
        f'<{kind} DBID="{dbid}"{attributes} state="1"><userProperties><list_pair key="TServer">{pairs}</list_pair>'
        f"</userProperties></{kind}>"
    )


class Installation:
    """One folder with the tree and the settings file, and the command that uses them.

    cfgserver, settings, media: the sections of the settings file; a test changes them before it writes them.
    The simulator serves until ``stack`` is closed.
    """

    def __init__(self, asterisk: PrivateAsterisk, stack: ExitStack, layer: Layer) -> None:
        self.asterisk = asterisk
        self.tree: Path = asterisk.folder / "tree.xml"
        self.put(layer)
        self.simulator = Simulator(self.tree, username=USER, password=PASSWORD)
        url = stack.enter_context(self.simulator.serve())
        self.path = asterisk.folder / "gvma_asterisk76.cfg"
        self.cfgserver: dict[str, object] = {
            "url": url,
            "username": USER,
            "password": PASSWORD,
            "timeout": 60,
            **QUERIES,
        }
        self.settings: dict[str, object] = {
            "asterisk_cfg_path": asterisk.etc,
            "asterisk_spool_path": asterisk.spool,
            "asterisk_cm_port": asterisk.ami_port,
            "asterisk_cm_secret": asterisk.ami_secret,
            "backup_path": asterisk.folder / "backup",
        }
        self.media: dict[str, object] = {}

    def put(self, layer: Layer) -> None:
        """This is what Configuration Server says from now on."""
        self.tree.write_text(layer.xml(), "utf-8")

    def write_settings(self, mode: int = 0o600) -> None:
        """The settings file, as the three dictionaries say."""
        sections = {"cfgserver": self.cfgserver, "gvma_settings": self.settings, "media": self.media}
        lines = [
            f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in section.items())
            for name, section in sections.items()
        ]
        self.path.write_text("".join(lines), "utf-8")
        self.path.chmod(mode)

    def gvma(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One run of the command; neither its output nor its status is judged."""
        return subprocess.run(
            [sys.executable, "-m", "gvma", "--config", str(self.path), *words],
            cwd=self.asterisk.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def sync(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A sync that must succeed."""
        self.write_settings()
        done = self.gvma("sync", *words)
        assert done.returncode == 0, done.stderr + done.stdout
        return done

    def check(self, *words: str) -> list[dict[str, str]]:
        """The findings of `gvma check`."""
        findings: list[dict[str, str]] = self.check_result(*words)["findings"]
        return findings

    def check_result(self, *words: str) -> dict[str, Any]:
        """The whole JSON object of `gvma check`, run in this process: it is asked some hundred times."""
        said, errors = io.StringIO(), io.StringIO()
        with redirect_stdout(said), redirect_stderr(errors):
            status = main.run(main.cli, ["--config", str(self.path), "--output", "json", "check", *words])
        result: dict[str, Any] = json.loads(said.getvalue())
        assert (result["exit_code"], errors.getvalue()) == (status, "")
        return result
