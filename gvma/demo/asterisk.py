"""A private Asterisk on 127.0.0.1 with its own folders, ports and modules; it ends when its parent process ends.

It touches nothing of an Asterisk that the host runs. It is ready when Asterisk says FullyBooted.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from gvma.demo import modules
from gvma.demo.defaults import default_files
from gvma.demo.ports import Ports, take_ports
from gvma.demo.rootfs import Root, obtain
from gvma.errors import AsteriskUnreachableError
from gvma.settings.model import GvmaSettings, Secret

MANUAL_CLASSES = "system,call,log,verbose,command,agent,user"
OPERATOR_CLASSES = f"{MANUAL_CLASSES},originate,config,reporting,message,dtmf,dialplan"
OPERATOR, OPERATOR_SECRET = "operator", "private-operator"

_FOLDERS = ("etc", "lib", "db", "keys", "data", "agi", "spool", "log", "cache")
_STOP_SECONDS = 5.0
_POLL_SECONDS = 0.01


class PrivateAsterisk:
    """One Asterisk as a child process; a context manager.

    version: 16, 22 or a Root. folder: the parent of its folders; created if missing, kept afterwards.
    files: texts of configuration files by name, or functions from the PrivateAsterisk to a text; they
    replace the default text of that name. In a text ``{sip_port}``, ``{ami_port}``, ``{etc}``, ``{spool}``,
    ``{sounds}`` and ``{folder}`` are replaced by their values; every other brace stays.
    driver: ``pjsip`` or ``sip``; by default chan_sip on 16 and PJSIP on 22.
    ami_classes, ami_secret: of the account ``gvma``, by default as the manual's manager.conf has them
    (lines 2662-2675). A second account, OPERATOR with OPERATOR_SECRET, may do everything that tests do.
    extra_modules: names without ``.so``.
    """

    def __init__(
        self,
        version: int | Root,
        folder: Path,
        files: Mapping[str, str | Callable[[PrivateAsterisk], str]] | None = None,
        *,
        driver: str = "",
        ami_classes: str = MANUAL_CLASSES,
        ami_secret: str = "genesys1",  # noqa: S107 - the manual's sample
        extra_modules: Sequence[str] = (),
    ) -> None:
        self.root = version if isinstance(version, Root) else obtain(version)
        self.driver = driver or ("sip" if self.root.version == 16 else "pjsip")
        self.folder = folder.resolve()
        self.etc = self.folder / "etc"
        self.spool = self.folder / "spool"
        self.sounds = self.folder / "data/sounds"
        self.files = dict(files or {})
        self.ami_classes = ami_classes
        self.ami_secret = ami_secret
        self._modules = (*modules.FOR_EITHER_DRIVER, *modules.DRIVERS[self.driver], *extra_modules)
        self._ports: Ports | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._run = self.folder / "run"

    @property
    def sip_port(self) -> int:
        """The UDP port of SIP."""
        return self._taken.sip

    @property
    def ami_port(self) -> int:
        """The TCP port of AMI."""
        return self._taken.ami

    @property
    def pid(self) -> int:
        """Asterisk's process id while it runs."""
        if self._child is None:
            raise AsteriskUnreachableError("the private Asterisk was not started", where=str(self.folder))
        return self._child.pid

    def settings(self, **changes: object) -> GvmaSettings:
        """``[gvma_settings]`` for this Asterisk: its files, its AMI, its spool; ``changes`` by field name."""
        fields: dict[str, object] = {
            "asterisk_cfg_path": self.etc,
            "asterisk_cm_port": self.ami_port,
            "asterisk_cm_secret": Secret(self.ami_secret),
            "asterisk_spool_path": self.spool,
            "backup_path": self.folder / "gvma_backup",
        }
        return GvmaSettings(**(fields | changes))  # type: ignore[arg-type]

    def operator_settings(self) -> GvmaSettings:
        """As ``settings``, for the account that may do everything."""
        return self.settings(asterisk_cm_username=OPERATOR, asterisk_cm_secret=Secret(OPERATOR_SECRET))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, timeout: float = 60.0) -> None:
        """Write what is missing, start, and return when Asterisk is fully booted.

        Raises AsteriskUnreachableError, with the end of the log, where it ends or is not ready in time.
        """
        if self._ports is None:
            self._ports = take_ports()
            self._lay_out()
        deadline = time.monotonic() + timeout
        environment = {"PATH": os.defpath, "HOME": str(self.folder), "LANG": "C", "TZ": "UTC", "TERM": "dumb"}
        with (self.folder / "console.log").open("ab") as console:
            self._child = subprocess.Popen(
                # Asterisk has to stop when this process is gone, however it went.
                ["setpriv", "--pdeathsig", "TERM", "--", *self._argv("-f", "-n", "-T")],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env=environment,
                cwd=self.folder,
                start_new_session=True,
            )
        try:
            self._wait_fully_booted(deadline)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it and free its ports; its folders stay. Does nothing where it does not run."""
        if self._child is not None:
            self._child.terminate()
            try:
                self._child.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
            self._child = None
        if self._ports is not None:
            self._ports.release()
            self._ports = None
        if not self._run.is_relative_to(self.folder):
            shutil.rmtree(self._run, ignore_errors=True)

    def kill(self) -> None:
        """End it as a crash does; its ports stay taken, and ``restart`` starts it again."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def restart(self) -> None:
        """Stop and start again with the same ports, files and spool."""
        ports, self._ports = self._ports, None
        self.stop()
        self._ports = ports
        self._run.mkdir(exist_ok=True)
        self.start()

    def shorten_prompts(self) -> None:
        """Replace every prompt by a tenth of a second of silence, so that leaving a message does not take 15 seconds.

        The sound ``tone`` is three seconds of 1 kHz, to leave as a message.
        """
        english = self.sounds / "en"
        for link in english.iterdir():
            link.unlink()
        for prompt in self.root.sounds.rglob("*.gsm"):
            short = english / prompt.relative_to(self.root.sounds).with_suffix(".ulaw")
            short.parent.mkdir(exist_ok=True)
            short.write_bytes(b"\xff" * 800)
        (english / "tone.ulaw").write_bytes(bytes((0xFF, 0xA0, 0x80, 0xA0, 0xFF, 0x20, 0x00, 0x20)) * 3000)

    def cli(self, command: str) -> list[str]:
        """The lines that Asterisk's console prints for a command."""
        done = subprocess.run(
            self._argv("-rx", command), capture_output=True, timeout=60, check=False, env={"TERM": "dumb"}
        )
        return done.stdout.decode("utf-8", "replace").splitlines()

    def log_text(self) -> str:
        """Everything that Asterisk has logged: notices, warnings, errors, verbose, DTMF."""
        texts = [path.read_bytes() for path in (self.folder / "log/full",) if path.exists()]
        return b"".join(texts).decode("utf-8", "replace")

    def wait_log(self, pattern: str, timeout: float = 60.0) -> re.Match[str]:
        """The first match of a regular expression (lines apart: ``.`` stops at a line end) in the log."""
        deadline = time.monotonic() + timeout
        while True:
            found = re.search(pattern, self.log_text())
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise AsteriskUnreachableError(f"not in the log: {pattern}\n{self._tail()}")
            time.sleep(_POLL_SECONDS)

    @property
    def _taken(self) -> Ports:
        if self._ports is None:
            raise AsteriskUnreachableError("the private Asterisk was not started", where=str(self.folder))
        return self._ports

    def _argv(self, *arguments: str) -> list[str]:
        return self.root.argv(*arguments, "-C", str(self.etc / "asterisk.conf"))

    def _lay_out(self) -> None:
        for name in _FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        # A socket's path has 107 bytes at most.
        if len(str(self._run)) > 80:
            self._run = Path(tempfile.mkdtemp(prefix="gvma-"))
        self._run.mkdir(exist_ok=True)
        english = self.sounds / "en"
        if not english.exists():
            english.mkdir(parents=True)
            for sound in self.root.sounds.iterdir():
                (english / sound.name).symlink_to(sound)
            (self.folder / "data/documentation").symlink_to(self.root.documentation)
        for name, text in {**self._defaults(), **self.files}.items():
            filled = self._filled(text if isinstance(text, str) else text(self))
            (self.etc / name).write_text(filled, encoding="utf-8")

    def _filled(self, text: str) -> str:
        for word, value in {
            "sip_port": self.sip_port,
            "ami_port": self.ami_port,
            "etc": self.etc,
            "spool": self.spool,
            "sounds": self.sounds,
            "folder": self.folder,
        }.items():
            text = text.replace(f"{{{word}}}", str(value))
        return text

    def _defaults(self) -> dict[str, str]:
        loaded = [name for name in self._modules if (self.root.moddir / f"{name}.so").is_file()]
        return default_files(
            folder=self.folder,
            run=self._run,
            moddir=self.root.moddir,
            loaded=loaded,
            rtp=self._taken.rtp,
            accounts={
                "gvma": (self.ami_secret, self.ami_classes),
                OPERATOR: (OPERATOR_SECRET, OPERATOR_CLASSES),
            },
        )

    def _wait_fully_booted(self, deadline: float) -> None:
        """AMI accepts logins before all modules are loaded; the event FullyBooted follows when they are."""
        while True:
            if self._child is None or self._child.poll() is not None:
                raise AsteriskUnreachableError(f"the private Asterisk ended at once\n{self._tail()}")
            left = deadline - time.monotonic()
            if left <= 0:
                raise AsteriskUnreachableError(f"the private Asterisk is not ready in time\n{self._tail()}")
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.ami_port), left) as ami:
                if self._says_fully_booted(ami, left):
                    return
            time.sleep(_POLL_SECONDS)

    def _says_fully_booted(self, ami: socket.socket, left: float) -> bool:
        ami.settimeout(left)
        login = f"Action: Login\r\nUsername: {OPERATOR}\r\nSecret: {OPERATOR_SECRET}\r\nEvents: system\r\n\r\n"
        ami.sendall(login.encode())
        with ami.makefile("rb") as lines:
            return any(line.startswith(b"Event: FullyBooted") for line in lines)

    def _tail(self) -> str:
        console = self.folder / "console.log"
        text = console.read_text("utf-8", "replace") if console.exists() else ""
        return "\n".join((text + self.log_text()).splitlines()[-30:])
