"""The media server's health, and its files as Asterisk's user sees them; nothing is judged or changed here."""

from __future__ import annotations

import os
import pwd
import socket
import stat
import time
from collections.abc import Callable, Iterator
from glob import escape, glob
from pathlib import Path

from gvma.evidence.model import MediaEvidence
from gvma.settings import MediaSettings

# What a FastAGI server is asked, and what a healthy one answers (docs/media.md).
_HEALTH_PREAMBLE = b"agi_network: yes\nagi_network_script: health\n\n"
_HEALTH_SECONDS = 3.0
_LONGEST_LINE = 200

May = Callable[[Path, int], bool]


def ask_media(media: MediaSettings, user: str) -> MediaEvidence:
    """Health of the FastAGI server, and the sounds and folders of ``[media]`` as Asterisk's user sees them.

    user: whom Asterisk runs as; empty for the account that runs this.
    """
    return MediaEvidence(True, health(media), tuple(unusable(media, rights_of(user))))


def health(media: MediaSettings) -> str:
    """Empty where the server at ``agi_host:agi_port`` is well, else why it is not."""
    late = time.monotonic() + _HEALTH_SECONDS
    try:
        with socket.create_connection((media.agi_host, media.agi_port), _HEALTH_SECONDS) as server:
            server.sendall(_HEALTH_PREAMBLE)
            first = _first_line(server, late)
    except TimeoutError:
        return f"no answer within {_HEALTH_SECONDS:g} seconds"
    except OSError as error:
        return f"no answer: {error.strerror or error}"
    return "" if b"GVMA_HEALTH" in first else "something else answers there"


def _first_line(server: socket.socket, late: float) -> bytes:
    """What comes first, up to a line end, the end or _LONGEST_LINE bytes. Raises TimeoutError.

    late: on the monotonic clock. A peer that sends a byte now and then would keep within the limit of every read.
    """
    line = b""
    while b"\n" not in line and len(line) < _LONGEST_LINE:
        left = late - time.monotonic()
        if left <= 0:
            raise TimeoutError
        server.settimeout(left)
        received = server.recv(_LONGEST_LINE - len(line))
        if not received:
            break
        line += received
    return line


def unusable(media: MediaSettings, may: May) -> Iterator[tuple[str, str]]:
    """(path, reason) of what Asterisk could not play or record."""
    for key, folder, right in (
        ("sounds_path", media.sounds_path, os.R_OK | os.X_OK),
        ("recordings_path", media.recordings_path, os.W_OK | os.X_OK),
    ):
        if not os.path.isdir(folder):
            yield str(folder), f"{key} is no folder, or cannot be seen"
        elif not may(folder, right):
            yield str(folder), f"{key} may not be {'written' if right & os.W_OK else 'read'} by Asterisk's user"
    for key, sound in (("default_file", media.default_file), ("digits_prompt", media.digits_prompt)):
        if not sound or "://" in sound:
            continue  # what Asterisk fetches is not looked for here
        files = sound_files(sound, media.sounds_path)
        if not files:
            yield sound, f"{key} does not exist in any format"
        elif not any(may(file, os.R_OK) for file in files):
            yield sound, f"{key} may not be read by Asterisk's user"


def sound_files(sound: str, sounds_path: Path) -> list[Path]:
    """The files of a sound: a path with or without its extension, or a name below ``sounds_path``, where it may
    stand in the folder of a language."""
    bases = [sound] if os.path.isabs(sound) else [f"{sounds_path}/{sound}", f"{sounds_path}/*/{sound}"]
    if os.path.isabs(sound) and os.path.isfile(sound):
        return [Path(sound)]
    return [Path(name) for base in bases for name in sorted(glob(_escaped_but_stars(base) + ".*"))]


def _escaped_but_stars(base: str) -> str:
    return "*".join(escape(part) for part in base.split("*"))


def rights_of(user: str) -> May:
    """Whether Asterisk's user may read or write a path, by mode bits, those of the folders above included; root may.

    user: empty for the account that runs this. One that this host does not know counts as that account.
    """
    try:
        entry = pwd.getpwnam(user) if user else pwd.getpwuid(os.getuid())
    except KeyError:
        return os.access
    groups = set(os.getgrouplist(entry.pw_name, entry.pw_gid))

    def allows(path: Path, right: int) -> bool:
        found = path.stat()
        shift = 6 if found.st_uid == entry.pw_uid else 3 if found.st_gid in groups else 0
        return stat.S_IMODE(found.st_mode) >> shift & right == right

    def may(path: Path, right: int) -> bool:
        if entry.pw_uid == 0:
            return True
        try:
            return all(allows(folder, os.X_OK) for folder in path.resolve().parents) and allows(path, right)
        except OSError:
            return False

    return may
