"""A site to lose things on: Asterisk's files with the site's own lines, a Configuration Layer, settings and a phone.

What the experiments share; it asserts nothing but the state that it names.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from gvma.ami.manager import connect
from gvma.asterisk.block import find_block
from gvma.asterisk.drivers import driver_of
from gvma.asterisk.voicemail import read_boxes, with_pins
from gvma.demo.asterisk import PrivateAsterisk
from gvma.settings.model import GvmaSettings, Secret

BEGIN, END = b";$---GVMA-BEGIN-GVMA---$", b";$---GVMA-END-GVMA---$"
QUERIES = {
    "dnquery": "CfgSwitch[@name='Main']/DNs/CfgDN[@type='1']",
    "agentquery": "CfgSwitch[@name='Main']/agentLogins/CfgAgentLogin",
    "agentgroupquery": "CfgTenant[@name='Resources']/agentGroups/CfgAgentGroup",
}
_DATE = re.compile(rb"^; Content generated at .*\n", re.MULTILINE)
Options = Mapping[str, str]


@dataclass(frozen=True)
class Layer:
    """The Configuration Layer: options by DN number, agent login and group name."""

    dns: Mapping[str, Options]
    agents: Mapping[str, Options] = field(default_factory=dict)
    groups: Mapping[str, Options] = field(default_factory=dict)

    def xml(self) -> str:
        """A nested tree; the same object has the same DBID in every layer, by its number."""
        dns = "".join(_element("CfgDN", 10_000, "number", name, it, ' type="1"') for name, it in self.dns.items())
        agents = "".join(_element("CfgAgentLogin", 300_000, "loginCode", name, it) for name, it in self.agents.items())
        groups = "".join(_element("CfgAgentGroup", 600_000, "name", name, it) for name, it in self.groups.items())
        switch = f'<CfgSwitch DBID="101" name="Main"><DNs>{dns}</DNs><agentLogins>{agents}</agentLogins></CfgSwitch>'
        return (
            f'<CfgData><CfgTenant DBID="1" name="Resources"><switches>{switch}</switches>'
            f"<agentGroups>{groups}</agentGroups></CfgTenant></CfgData>"
        )


_known: dict[tuple[str, str], int] = {}


def _element(kind: str, base: int, key: str, name: str, options: Options, more: str = "") -> str:
    dbid = base + _known.setdefault((kind, name), len(_known))
    pairs = "".join(f"<str_pair key={quoteattr(one)} value={quoteattr(value)}/>" for one, value in options.items())
    return (
        f'<{kind} DBID="{dbid}" {key}={quoteattr(name)}{more} state="1"><userProperties>'
        f'<list_pair key="TServer">{pairs}</list_pair></userProperties></{kind}>'
    )


class Site:
    """One folder: ``etc`` (Asterisk's), ``kept`` (gvma's), settings, export files.

    asterisk: None for a site without one; then ``--no-reload`` is what a sync gets. driver: of that Asterisk.
    """

    def __init__(self, folder: Path, asterisk: PrivateAsterisk | None = None, **settings: object) -> None:
        self.folder, self.asterisk = folder, asterisk
        self.driver = asterisk.driver if asterisk else "pjsip"
        self.etc = asterisk.etc if asterisk else folder / "etc"
        self.kept = folder / "kept"
        self.config = folder / "gvma_asterisk76.cfg"
        self.names = ("voicemail.conf", f"{self.driver}.conf", "extensions.conf")
        self.cfgserver: dict[str, object] = {"url": "http://127.0.0.1:9/", "timeout": 5, **QUERIES}
        self.gvma: dict[str, object] = {
            "asterisk_cfg_path": self.etc,
            "backup_path": self.kept,
            "siptserver_host": "127.0.0.5",
            "max_remove_percent": 100,
            "channel_driver": self.driver,
            "routing": "yes",  # so that every change is one of the dialplan too
        } | settings
        if asterisk:
            self.gvma |= {
                "asterisk_cm_port": asterisk.ami_port,
                "asterisk_cm_secret": asterisk.ami_secret,
                "asterisk_spool_path": asterisk.spool,
            }
        else:
            self.etc.mkdir(parents=True)
            for name in self.names:
                (self.etc / name).write_bytes(b"; the site's own\n[general]\n")
        self.write_settings()

    def write_settings(self) -> None:
        sections = {"cfgserver": self.cfgserver, "gvma_settings": self.gvma}
        lines = [f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items()) for name, keys in sections.items()]
        self.config.write_text("".join(lines))
        self.config.chmod(0o600)

    def export(self, name: str, layer: Layer) -> Path:
        path = self.folder / name
        path.write_text(layer.xml(), "utf-8", "surrogatepass")
        return path

    def words(self, *more: str) -> list[str]:
        """The command line of a sync, or of another command where ``more`` names one."""
        return ["--config", str(self.config), *more]

    def sync_words(self, export: Path | None = None, *more: str) -> list[str]:
        without = () if self.asterisk else ("--no-reload",)
        source = ("--from", str(export)) if export else ()
        return self.words("sync", *source, *without, *more)

    # What there is

    def state(self) -> dict[str, bytes | None]:
        """The three files as they are."""
        return {name: path.read_bytes() if (path := self.etc / name).exists() else None for name in self.names}

    def outside(self) -> dict[str, bytes]:
        """What stands outside the block of each file."""
        found = {}
        for name, content in self.state().items():
            block = find_block(content or b"", BEGIN, END)
            text = content or b""
            found[name] = text[: block.start] + text[block.end :] if block else text
        return found

    def pins(self) -> dict[str, str]:
        return {key: line.pin for key, line in read_boxes(self._body("voicemail.conf")).items()}

    def set_pins(self, pins: Mapping[str, str]) -> None:
        """As a phone does it, but in one step, and some while ago."""
        path = self.etc / "voicemail.conf"
        path.write_bytes(with_pins(path.read_bytes(), pins))
        self.age()

    def age(self) -> None:
        """The files were written ten seconds ago: nobody needs to wait until they are quiet."""
        for name in self.names:
            if (self.etc / name).exists():
                os.utime(self.etc / name, (time.time() - 10,) * 2)

    def litter(self) -> list[str]:
        """What no run may leave behind once the next one has been there."""
        found = [path for path in self.folder.rglob(".*") if path.name.endswith(".tmp")]
        found += (self.kept / "state").glob("transaction/*")
        found += (path for use in ("next", "before") for path in (self.kept / "state").glob(f"*.{use}"))
        return sorted(str(path.relative_to(self.folder)) for path in found)

    def locked(self) -> bool:
        """Whether somebody holds the lock, or has left a name in it."""
        path = self.kept / "lock"
        if not path.exists():
            return False
        with path.open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return bool(lock.read())

    def everything(self) -> dict[str, tuple[bytes, int, int]]:
        """Content, inode and mtime of every file of gvma's and of Asterisk's configuration."""
        found = {}
        for top in (self.etc, self.kept):
            for path in sorted(top.rglob("*")):
                if path.is_file():
                    status = path.stat()
                    found[str(path)] = (path.read_bytes(), status.st_ino, status.st_mtime_ns)
        return found

    # What Asterisk has

    def ami_settings(self) -> GvmaSettings:
        assert self.asterisk is not None
        return GvmaSettings(
            asterisk_cm_port=self.asterisk.ami_port, asterisk_cm_secret=Secret(self.asterisk.ami_secret)
        )

    def difference_from_asterisk(self) -> list[str]:
        """Boxes and subscriptions that stand in the blocks and not in Asterisk, or the other way round."""
        if self.asterisk is None:
            return []
        boxes = {key for key in read_boxes(self._body("voicemail.conf")) if key.partition("@")[2].startswith("GVMA_")}
        names = set(driver_of(self.driver).read_subscriptions(self._body(self.names[1])))
        with connect(self.ami_settings()) as ami:
            held = {key for key in ami.voicemail_users() if key.partition("@")[2].startswith("GVMA_")}
            there = set(ami.aors()) if self.driver == "pjsip" else ami.sip_peers()
        there = {name for name in there if name.startswith("gvm-")}
        return sorted((boxes ^ held) | (names ^ there))

    def _body(self, name: str) -> bytes:
        block = find_block(self.state()[name] or b"", BEGIN, END)
        return block.body if block else b""


def undated(state: Mapping[str, bytes | None]) -> dict[str, bytes | None]:
    """Without the lines that say when a block was generated."""
    return {name: _DATE.sub(b"", content) if content is not None else None for name, content in state.items()}


def without_pins(state: Mapping[str, bytes | None], boxes: Iterable[str]) -> dict[str, bytes | None]:
    """As ``undated``, with the PINs of these boxes blanked."""
    blank = dict.fromkeys(boxes, "*")
    return {
        name: with_pins(content, blank) if name == "voicemail.conf" and content else content
        for name, content in undated(state).items()
    }
