"""``hagi://`` on a real Asterisk 22: two media servers that a SRV record names, without a load balancer.

``python -m tests.integration.media.srv_hosts FOLDER`` is what runs inside, with a network, a name server and an
/etc/resolv.conf of its own: a name server must have port 53, which a plain user gets in a namespace alone.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import sys
from contextlib import ExitStack
from pathlib import Path

from gvma.demo.asterisk import PrivateAsterisk
from tests.fakes.name_server import NameServer, Srv
from tests.harness.media_dialplan import start_with_dialplan
from tests.harness.namespace import run_module_inside
from tests.harness.servers.media_server import MediaServer
from tests.harness.sounds import bursts
from tests.useragent import UserAgent
from tests.useragent.call import Call

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP


def in_a_network_of_its_own(folder: Path, mount_namespace: tuple[str, ...]) -> str:
    """What Asterisk logged. mount_namespace: words before a command that may mount.

    It fails where a call is not as it has to be."""
    folder.joinpath("resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    mount = 'mount --bind "$0/resolv.conf" /etc/resolv.conf'
    return run_module_inside((*mount_namespace, "--net"), mount, "tests.integration.media.srv_hosts", folder)


def main(folder: Path) -> None:
    _loopback_up()
    with ExitStack() as stack:

        def start(version: int, files: object = None, **options: object) -> PrivateAsterisk:
            return stack.enter_context(PrivateAsterisk(version, folder / "asterisk", files, **options))  # type: ignore[arg-type]

        asterisk = start_with_dialplan(start, 22, 9)
        first, second = servers = [MediaServer(folder / name) for name in ("first", "second")]
        for server in servers:
            server.folder.mkdir()
            server.configure(sounds_path=asterisk.sounds, recordings_path=asterisk.folder / "recordings")
            stack.callback(server.kill)
            server.start()
        named = [Srv(1, first.port, "one.media.example"), Srv(2, second.port, "two.media.example")]
        addresses = {one.host: "127.0.0.1" for one in named}
        stack.enter_context(NameServer({"_agi._tcp.media.example": named}, addresses))
        asterisk.cli("dialplan set global GVMA_AGI hagi://media.example")
        caller = stack.enter_context(UserAgent(("127.0.0.1", asterisk.sip_port)))
        begun = _announcement(caller)
        first.kill()
        asterisk.wait_log(r"(?s)\] AGI\(.*\] AGI\(")  # the call was at the first
        _hears_more(begun)
        _announcement(caller).hang_up()
        begun.hang_up()
        second.wait_log("(?s)caller-gone.*caller-gone")
        print(asterisk.log_text())


def _announcement(caller: UserAgent) -> Call:
    call = caller.call("annc", parameters=";play=music/burst;repeat=forever")
    assert call.wait_final().status == 200
    _hears_more(call)
    return call


def _hears_more(call: Call) -> None:
    before = bursts(bytes(call.audio.received))
    call.audio.wait_for(lambda: bursts(bytes(call.audio.received)) > before + 2)


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        found = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack("16sh14x", b"lo", 0))
        (flags,) = struct.unpack("16xh14x", found)
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
