"""What the real-call tests share: sounds, a dialplan that includes ours, and `gvma agi serve` as a process.

Nothing here asserts.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from gvma.demo import ports
from gvma.demo.asterisk import PrivateAsterisk
from tests.integration.conftest import StartAsterisk
from tests.useragent import mulaw

DIALPLAN = Path(__file__).parents[3] / "dialplan"
LOUD = 500
_FRAME = 160

EXTENSIONS = """\
[general]
#include "{dialplan}"
[globals]
GVMA_AGI=agi://127.0.0.1:{port}
[default]
include => moh_conf_treatment
exten => ivr,1,AGI(${{GVMA_AGI}}/service)
 same => n,Hangup(38)
"""

PJSIP = """\
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{sip_port}
[sipserver]
type=endpoint
context=default
disallow=all
allow=ulaw
[sipserver]
type=identify
endpoint=sipserver
match=127.0.0.1
"""


def free_port() -> int:
    """A TCP port on which nothing listens."""
    return ports.free_port(socket.SOCK_STREAM)


def write_burst(path: Path, hertz: float = 440, *, loud: float = 0.2, silent: float = 0.2) -> None:
    """A WAV file of a tone and then silence, so that plays can be counted. Seconds."""
    codes = mulaw.tone(hertz, loud) + b"\xff" * round(8_000 * silent)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(mulaw.decode(codes).tobytes())


def read_codes(path: Path) -> bytes:
    """The mu-law codes of a WAV file of 16-bit samples; what Asterisk is still writing counts as far as it is."""
    content = path.read_bytes()
    samples = memoryview(content[44 : len(content) - len(content) % 2]).cast("h")
    return mulaw.encode(list(samples))


def bursts(codes: bytes) -> int:
    """How often it becomes loud after a tenth of a second of silence."""
    count, quiet = 0, 5
    for start in range(0, len(codes) - _FRAME + 1, _FRAME):
        if mulaw.rms(bytes(codes[start : start + _FRAME])) > LOUD:
            count += quiet >= 5
            quiet = 0
        else:
            quiet += 1
    return count


def sounds_like(codes: bytes, hertz: float) -> bool:
    """Whether the first tenth of a second of what is loud is a tone of this frequency."""
    for start in range(0, len(codes) - _FRAME + 1, _FRAME):
        if mulaw.rms(bytes(codes[start : start + _FRAME])) > LOUD:
            return mulaw.power_at(bytes(codes[start + _FRAME : start + 6 * _FRAME]), hertz) > 0.9
    return False


def holds(codes: bytes, hertz: float) -> bool:
    """Whether some tenth of a second is a tone of this frequency."""
    return any(
        mulaw.rms(codes[start : start + 800]) > 300 and mulaw.power_at(codes[start : start + 800], hertz) > 0.8
        for start in range(0, len(codes) - 800, 400)
    )


class MediaServer:
    """`gvma agi serve` on one port; ``log`` is what it wrote to stderr."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.settings = folder / "gvma_asterisk76.cfg"
        self._log = folder / "server.log"
        self._child: subprocess.Popen[bytes] | None = None

    def configure(self, **media: object) -> None:
        """Writes ``[media]``; holds from the next start."""
        lines = [f"{key} = {value}\n" for key, value in media.items()]
        self.settings.write_text("[media]\n" + "".join(lines))

    def start(self) -> Self:
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL", "--", sys.executable, "-m", "gvma"),
                    *("--config", str(self.settings), "-v", "agi", "serve", "--port", str(self.port)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self.folder,
            )
        wait_until(self._accepts, "the server does not listen", self.log)
        return self

    def kill(self) -> None:
        """As a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM twice: no waiting for calls. Nothing where it does not run."""
        if self._child is not None:
            self._child.send_signal(signal.SIGTERM)
        self._end(signal.SIGTERM)

    def signal(self, number: int) -> None:
        """One signal, and no waiting."""
        assert self._child is not None
        self._child.send_signal(number)

    def wait(self) -> int:
        """The exit status, once it has ended by itself."""
        assert self._child is not None
        status, self._child = self._child.wait(60), None
        return status

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    def wait_log(self, pattern: str) -> None:
        """Waits until the log holds a match."""
        wait_until(lambda: re.search(pattern, self.log()) is not None, f"not logged: {pattern}", self.log)

    def _end(self, number: int) -> None:
        if self._child is not None:
            self._child.send_signal(number)
            self._child.wait(60)
            self._child = None

    def _accepts(self) -> bool:
        assert self._child is not None
        assert self._child.poll() is None, self.log()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def wait_until(condition: Callable[[], bool], what: str, story: Callable[[], str], timeout: float = 60.0) -> None:
    """Waits for what another process does."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"{what}\n{story()}"
        time.sleep(0.01)


def wait_no_channels(asterisk: PrivateAsterisk) -> None:
    """Waits until no call is left."""
    wait_until(
        lambda: "0 active channels" in "\n".join(asterisk.cli("core show channels count")),
        "channels are left",
        lambda: "\n".join(asterisk.cli("core show channels")),
    )


def start_with_dialplan(
    start: StartAsterisk,
    version: int,
    port: int,
    dialplan: Path | None = None,
    extensions: str = "",
    files: Mapping[str, str] | None = None,
) -> PrivateAsterisk:
    """An Asterisk with our dialplan included, and sounds that can be told apart. files: beside the usual ones."""
    driver = "sip" if version == 16 else "pjsip"
    included = dialplan or DIALPLAN / f"gvma-media-{driver}.conf"
    usual = {"extensions.conf": EXTENSIONS.format(dialplan=included, port=port) + extensions, "pjsip.conf": PJSIP}
    modules = ("res_curl", "func_curl", "res_http_media_cache")
    asterisk = start(version, {**usual, **(files or {})}, extra_modules=modules)
    write_burst(asterisk.sounds / "music/burst.wav")
    write_burst(asterisk.sounds / "fr_FR/music/burst.wav", 1000)
    write_burst(asterisk.sounds / "prompt.wav", 700, loud=3.0)
    os.makedirs(asterisk.folder / "recordings", exist_ok=True)
    return asterisk
