"""Whole folders of Asterisk's as others have built them, from ``files``, and who reaches which context of them.

``files/NAME`` is the site: ``etc`` is Asterisk's folder, and beside it stands what its links lead to. The private
Asterisk's own asterisk.conf, modules.conf, manager.conf, logger.conf and rtp.conf stay. Nothing here asserts.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from socket import SOCK_DGRAM

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.ports import free_port
from tests.useragent import UserAgent

SIPSERVER, PORT, OTHER_PORT = "127.0.0.1", free_port(SOCK_DGRAM), free_port(SOCK_DGRAM)
_FILES = Path(__file__).with_name("files")
_TOPS = ("etc", "modules")
_NO_CONTEXT = {401, 403, 407}
_numbers = count(5_500_000)


@dataclass(frozen=True)
class Sender:
    """Where requests come from, and which user they name as their sender. reaches: as in ``Tree.contexts``."""

    reaches: str
    host: str = SIPSERVER
    user: str = "5551"
    port: int = 0


@dataclass(frozen=True)
class Tree:
    """name: its folder in ``files``. version, modules: of the Asterisk. settings: of gvma. senders: by what they are.

    written: by name of a file its encoding and line end, where it is not written as UTF-8 with LF.
    """

    name: str
    version: int
    senders: Mapping[str, Sender]
    settings: Mapping[str, object] = field(default_factory=dict)
    modules: Sequence[str] = ()
    written: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def lay_out(self, asterisk: PrivateAsterisk) -> None:
        """Asterisk serves this tree from now on."""
        top = _FILES / self.name
        for path in sorted(top.rglob("*")):
            place = asterisk.folder / path.relative_to(top)
            if path.is_dir():
                place.mkdir(parents=True, exist_ok=True)
                continue
            place.unlink(missing_ok=True)
            if path.is_symlink():
                place.symlink_to(os.readlink(path))
            else:
                place.write_bytes(self._content(path, asterisk.sip_port))
                place.chmod(0o664)
        asterisk.restart()

    def _content(self, path: Path, sip_port: int) -> bytes:
        text = path.read_text("utf-8").replace("{sip_port}", str(sip_port))
        encoding, line_end = self.written.get(path.name, ("utf-8", "\n"))
        return text.replace("\n", line_end).encode(encoding)

    def contexts(self, asterisk: PrivateAsterisk) -> dict[str, str]:
        """By sender the context that its call reaches, or the status of its refusal."""
        return {name: _context(asterisk, sender) for name, sender in self.senders.items()}

    @property
    def contexts_of_the_site(self) -> dict[str, str]:
        return {name: sender.reaches for name, sender in self.senders.items()}


def whole(folder: Path) -> dict[str, tuple[object, ...]]:
    """Every file and link of a tree: mode, owner, group, and bytes or target."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(path for top in _TOPS for path in (folder / top).rglob("*")):
        status = path.lstat()
        content = os.readlink(path) if path.is_symlink() else None if path.is_dir() else path.read_bytes()
        found[str(path.relative_to(folder))] = (status.st_mode, status.st_uid, status.st_gid, content)
    return found


def _context(asterisk: PrivateAsterisk, sender: Sender) -> str:
    """Asterisk's log says it of the number that is dialled, which is another one each time."""
    number = str(next(_numbers))
    with UserAgent(("127.0.0.1", asterisk.sip_port), sender.user, host=sender.host, port=sender.port) as agent:
        call = agent.call(number, from_user=sender.user)
        status = call.wait_final().status
        if status in _NO_CONTEXT:
            return str(status)
        found = asterisk.wait_log(rf"'{number}' rejected because .* in context '([^']*)'|\[{number}@([^:\]]+):1\]")
        call.hang_up()
    return found[1] or found[2]
