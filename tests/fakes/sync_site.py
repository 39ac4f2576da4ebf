"""A site without Asterisk: its three files, an export of its objects, and ``gvma`` in a process of its own.

Nothing here judges what gvma did; ``everything`` says what lies on the disk, so that a test can.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.fakes.command import Commands
from tests.integration.installation import EXTENSION, QUERIES, Layer

BEGIN, END = ";$---GVMA-BEGIN-GVMA---$", ";$---GVMA-END-GVMA---$"
VOICEMAIL = "[general]\nformat=wav49|wav\n\n[site]\n7 => 0815,Porter,,,attach=no\n"
PJSIP = "[udp]\ntype=transport\nprotocol=udp\nbind=0.0.0.0:5060\n"
EXTENSIONS = "[general]\nstatic=yes\n\n[phones]\ninclude => GVMA\n"
OBJECTS = Layer(
    dns={
        ("61001", EXTENSION): {},
        ("61002", EXTENSION): {"gvm_mailbox": "61902", "gvm_name": "Ulla Iso", "gvm_password": "86420"},
        ("61003", EXTENSION): {"gvm_mailbox": "7", "gvm_mailbox_context": "site"},
    },
    agents={"A17": {"gvm_mailbox": "61017", "gvm_group_mailbox": "61500"}, "A18": {}},
    groups={"Claims": {"gvm_mailbox": "61500", "gvm_email": "claims@example.net"}},
)
"""Four boxes, and five subscriptions: one watches a box of the site's own."""
FEWER = Layer(dns={("61001", EXTENSION): {}}, agents=OBJECTS.agents, groups=OBJECTS.groups)
"""So few that the safety brake holds."""
BY_NAME = {
    "dnquery": "CfgTenant[@name='Environment']/switches/CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='1']",
    "agentquery": "CfgSwitch[@name='SIP_Switch']/agentLogins/CfgAgentLogin",
    "agentgroupquery": "CfgTenant[@name='Environment']/agentGroups/CfgAgentGroup",
}
"""The queries as the manual has them, for the simulator's own objects."""


class Site:
    """settings, cfgserver: the two sections of the settings file; write_settings() after a change.

    The queries select from ``tree``, which ``from_file`` names. commands: runs gvma without starting Python anew.
    """

    def __init__(self, root: Path, commands: Commands, objects: Layer = OBJECTS) -> None:
        self.root = root
        self._commands = commands
        self.etc = root / "etc"
        self.kept = root / "kept"
        self.etc.mkdir(parents=True)
        for name, text in (("voicemail.conf", VOICEMAIL), ("pjsip.conf", PJSIP), ("extensions.conf", EXTENSIONS)):
            self.write(name, text.encode())
        self.tree = root / "objects.xml"
        self.put(objects)
        self.config = root / "gvma_asterisk76.cfg"
        self.cfgserver: dict[str, object] = {**QUERIES, "username": "reader", "password": "sesame-only-here"}
        self.settings: dict[str, object] = {
            "asterisk_cfg_path": self.etc,
            "backup_path": self.kept,
            "asterisk_spool_path": root / "spool",
            "siptserver_host": "192.0.2.20",
            "channel_driver": "pjsip",
            "asterisk_cm_secret": "never-to-be-seen",
            "asterisk_cm_timeout": 1,
        }
        self.write_settings()

    @property
    def from_file(self) -> tuple[str, str, str]:
        """The words of a sync that needs neither server nor Asterisk."""
        return "--no-reload", "--from", str(self.tree)

    def ask(self, url: str, **changes: object) -> None:
        """Configuration Server is at this address from now on. changes: further keys of its section."""
        self.cfgserver.update(url=url, **changes)
        self.write_settings()

    def put(self, objects: Layer) -> None:
        """This is what Configuration Server says from now on."""
        self.tree.write_text(objects.xml(), "utf-8")

    def write(self, name: str, content: bytes, mode: int = 0o640) -> Path:
        """A file of Asterisk's, last written long ago, so that nobody waits for its writer."""
        path = self.etc / name
        path.write_bytes(content)
        path.chmod(mode)
        os.utime(path, (1_700_000_000, 1_700_000_000))
        return path

    def write_settings(self, **changes: object) -> None:
        self.settings.update(changes)
        sections = {"cfgserver": self.cfgserver, "gvma_settings": self.settings}
        lines = [f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items()) for name, keys in sections.items()]
        self.config.write_text("".join(lines), "utf-8")
        self.config.chmod(0o600)

    def gvma(self, *words: str, prefix: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """One run of the command, in a process of its own. prefix: what starts it, such as ``setpriv``."""
        words = ("--config", str(self.config), *words)
        if not prefix:
            done = self._commands.run(*words)
            return subprocess.CompletedProcess(words, done.status, done.stdout, done.stderr)
        command = [*prefix, sys.executable, "-m", "gvma", *words]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False, timeout=120)

    def sync(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A sync from the export, which must succeed."""
        done = self.gvma("sync", *self.from_file, *words)
        assert done.returncode == 0, done.stderr + done.stdout
        return done

    def answer(self, *words: str) -> dict[str, Any]:
        """The object of ``gvma --output json``; its exit code is the process's."""
        done = self.gvma("--output", "json", *words)
        assert done.stdout.count("\n") == 1, done.stdout
        answer: dict[str, Any] = json.loads(done.stdout)
        assert answer["exit_code"] == done.returncode
        return answer

    def everything(self, folder: Path | None = None) -> dict[str, tuple[object, ...]]:
        """Every path below a folder with its kind and mode, and a file's bytes and time of change."""
        found = {}
        top = folder or self.root
        for path in sorted(top.rglob("*")):
            status = path.lstat()
            seen: tuple[object, ...] = (status.st_mode,)
            if stat.S_ISREG(status.st_mode):
                # A test that makes a file unreadable may itself be root, and may not.
                content = path.read_bytes() if os.access(path, os.R_OK) else b"?"
                seen = (status.st_mode, status.st_ino, status.st_mtime_ns, content)
            elif stat.S_ISLNK(status.st_mode):
                seen = (status.st_mode, os.readlink(path))
            found[str(path.relative_to(top))] = seen
        return found

    def asterisk_files(self) -> dict[str, tuple[object, ...]]:
        """As ``everything``, of Asterisk's own folder."""
        return self.everything(self.etc)


def says_four_parts(done: subprocess.CompletedProcess[str], what: str, where: object, to_do: str) -> None:
    """stderr: what happened, where, that nothing was changed, and what to do; nothing on stdout, no traceback."""
    assert done.stdout == ""
    assert "Traceback" not in done.stderr, done.stderr
    for part in (what, str(where), "Nothing was", to_do):
        assert part in done.stderr, (part, done.stderr)


def refused(
    site: Site, status: int, what: str, where: object, to_do: str, *words: str, look: Callable[[], object] | None = None
) -> subprocess.CompletedProcess[str]:
    """A sync that must leave with this status, say the four parts, and change no byte of Asterisk's folder."""
    look = look or site.asterisk_files
    before = look()
    done = site.gvma("sync", *(words or site.from_file))
    assert done.returncode == status, (done.returncode, done.stderr, done.stdout)
    says_four_parts(done, what, where, to_do)
    assert look() == before
    assert not list(site.kept.glob("2*")), "a refused sync made a backup set"
    return done
