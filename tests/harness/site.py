"""A site: Asterisk's folder with the site's own files, gvma's settings and objects, and the ``gvma`` command on them.

It goes through settings files and command lines only. It judges nothing but what a method says that it judges; what
lies on the disk is said by ``everything``, so that a test can.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from gvma.configserver.simulator.server import Simulator
from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.command import Done, Run, in_own_process, in_this_process
from tests.harness.layer import QUERIES, Layer

BEGIN, END = ";$---GVMA-BEGIN-GVMA---$", ";$---GVMA-END-GVMA---$"
USER, PASSWORD, AMI_SECRET = "reader", "sesame-only-here", "never-to-be-seen"
VOICEMAIL = "[general]\nformat=wav49|wav\n\n[site]\n7 => 0815,Porter,,,attach=no\n"
FILES = {
    "voicemail.conf": VOICEMAIL,
    "pjsip.conf": "[udp]\ntype=transport\nprotocol=udp\nbind=0.0.0.0:5060\n",
    "extensions.conf": "[general]\nstatic=yes\n\n[phones]\ninclude => GVMA\n",
}
"""The site's own files where a test gives no others."""


class Site:
    """One folder; Asterisk's own where there is an Asterisk.

    layer: the objects of the Configuration Layer. cfgserver, settings, media: the sections of the settings file.
    A test may change all four at any time: the next command finds them so. What it writes to ``tree`` or ``config``
    itself stays until it changes them again.
    """

    def __init__(
        self,
        folder: Path,
        layer: Layer | None = None,
        *,
        asterisk: PrivateAsterisk | None = None,
        files: Mapping[str, str | bytes] = FILES,
        run: Run | None = None,
    ) -> None:
        """files: the site's own, where there is no Asterisk. run: how a command is run, by default in a new process."""
        self.folder, self._asterisk, self._run = folder, asterisk, run
        self.layer = deepcopy(layer or Layer())
        self.etc, self.spool = (asterisk.etc, asterisk.spool) if asterisk else (folder / "etc", folder / "spool")
        self.backup_path = folder / "backup"
        self.tree = folder / "objects.xml"
        self.config = folder / "gvma_asterisk76.cfg"
        self.simulator = Simulator(self.tree, username=USER, password=PASSWORD)
        self.cfgserver: dict[str, object] = {"username": USER, "password": PASSWORD, "timeout": 60, **QUERIES}
        self.settings: dict[str, object] = {
            "asterisk_cfg_path": self.etc,
            "asterisk_spool_path": self.spool,
            "backup_path": self.backup_path,
            "siptserver_host": "192.0.2.20",
        }
        self.media: dict[str, object] = {}
        self._written: dict[Path, str] = {}
        if asterisk:
            self.settings |= {"asterisk_cm_port": asterisk.ami_port, "asterisk_cm_secret": asterisk.ami_secret}
        else:
            self.settings |= {
                "channel_driver": "pjsip",
                "asterisk_cm_secret": AMI_SECRET,
                "asterisk_cm_timeout": 1,
            }
            self.etc.mkdir(parents=True)
            for name, text in files.items():
                self.write(name, text)
        self.lay_out()

    @property
    def has_asterisk(self) -> bool:
        return self._asterisk is not None

    @property
    def asterisk(self) -> PrivateAsterisk:
        """The one that reads the files."""
        assert self._asterisk is not None
        return self._asterisk

    # What it is made of

    def put(self, layer: Layer) -> None:
        """This is what Configuration Server says from now on."""
        self.layer = deepcopy(layer)
        self._written.pop(self.tree, None)
        self.lay_out()

    def write(self, name: str, content: str | bytes, mode: int = 0o640) -> Path:
        """A file of Asterisk's, last written long ago, so that nobody waits for its writer."""
        path = self.etc / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        os.utime(path, (1_700_000_000, 1_700_000_000))
        return path

    def lay_out(self, *, again: bool = False) -> None:
        """Objects and settings, where they have changed since they were last written. again: in any case."""
        sections = {"cfgserver": self.cfgserver, "gvma_settings": self.settings, "media": self.media}
        config = "".join(
            f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
            for name, keys in sections.items()
        )
        for path, text, mode in ((self.tree, self.layer.xml(), 0o644), (self.config, config, 0o600)):
            if again or self._written.get(path) != text:
                is_new = not path.exists()
                path.write_text(text, "utf-8", "surrogatepass")
                if is_new:  # after that it is as a test makes it
                    path.chmod(mode)
                self._written[path] = text

    @contextmanager
    def served(self) -> Iterator[None]:
        """The simulator answers for Configuration Server."""
        with self.simulator.serve() as url:
            self.cfgserver["url"] = url
            self.lay_out()
            yield

    # The command

    def gvma(self, *words: str, prefix: Sequence[str] = (), **options: Any) -> Done:
        """One run of the command. prefix: what starts it, such as ``setpriv``. options: of the way it is run."""
        if self._run is None or prefix:
            return in_own_process(*self.words(*words), folder=self.folder, prefix=prefix)
        return self._run(*self.words(*words), **options)

    def words(self, *words: str) -> list[str]:
        """The command line of one that a test starts itself, from now on."""
        self.lay_out()
        return ["--config", str(self.config), *words]

    @property
    def from_tree(self) -> tuple[str, str, str]:
        """The words of a sync that needs neither server nor Asterisk."""
        return "--no-reload", "--from", str(self.tree)

    def try_sync(self, *words: str, json: bool = False, reload: bool = False) -> Done:
        """A sync from the tree."""
        source = self.from_tree[1:] if reload else self.from_tree
        return self.gvma(*(("--output", "json") if json else ()), "sync", *source, *words)

    def sync(self, *words: str, reload: bool = False) -> Done:
        """A sync that must succeed: of an Asterisk from Configuration Server, else from the tree."""
        done = self.gvma("sync", *words) if self.has_asterisk else self.try_sync(*words, reload=reload)
        assert done.status == 0, str(done)
        return done

    def answer(self, *words: str) -> dict[str, Any]:
        """The object of ``gvma --output json``; its exit code must be the command's."""
        return self.gvma("--output", "json", *words).json()

    def check(self, *words: str) -> list[dict[str, str]]:
        """The findings of ``gvma check``."""
        findings: list[dict[str, str]] = self.check_result(*words)["findings"]
        return findings

    def check_result(self, *words: str) -> dict[str, Any]:
        """The whole JSON object of ``gvma check``, run in this process: it is asked some hundred times."""
        done = in_this_process(*self.words("--output", "json", "check", *words))
        assert done.stderr == ""
        return done.json()

    # What there is now

    def text(self, name: str) -> str:
        """One file of Asterisk's."""
        return (self.etc / name).read_text("utf-8")

    def block(self, name: str) -> str:
        """What stands between the markers of a file."""
        return self.text(name).split(BEGIN + "\n")[1].split(END)[0]

    def replace(self, name: str, old: str, new: str) -> None:
        """As somebody else would change a file of Asterisk's."""
        text = self.text(name)
        assert old in text
        (self.etc / name).write_text(text.replace(old, new), "utf-8")

    def everything(self, *folders: Path) -> dict[str, tuple[object, ...]]:
        """Every path below folders, by default all of the site's: kind and mode; of a file inode, time and bytes.

        By its name below the site's folder, or its whole one where it is elsewhere.
        """
        self.lay_out()
        found = {}
        for path in sorted({path for top in folders or (self.folder, self.etc) for path in top.rglob("*")}):
            status = path.lstat()
            seen: tuple[object, ...] = (status.st_mode,)
            if stat.S_ISREG(status.st_mode):
                # A test that makes a file unreadable may itself be root, and may not.
                content = path.read_bytes() if os.access(path, os.R_OK) else b"?"
                seen = (status.st_mode, status.st_ino, status.st_mtime_ns, content)
            elif stat.S_ISLNK(status.st_mode):
                seen = (status.st_mode, os.readlink(path))
            found[str(path.relative_to(self.folder) if path.is_relative_to(self.folder) else path)] = seen
        return found

    def asterisk_files(self) -> dict[str, tuple[object, ...]]:
        """As ``everything``, of Asterisk's own folder."""
        return self.everything(self.etc)
