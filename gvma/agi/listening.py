"""Listening sockets, and the networks that may connect to them. This file neither accepts nor reads.

The options of a listening socket pass to the connections that it accepts (Linux, tcp(7)), which saves system
calls for each call: no delay for small lines (TCP_NODELAY), and probes that find a peer whose host is gone.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Sequence

from gvma.errors import SettingsError
from gvma.settings.model import Address

# Connections that wait to be accepted. The kernel limits it to net.core.somaxconn (4,096 on Linux).
BACKLOG = 4096

# A call that plays music says nothing for hours: a dead Asterisk host is found within about two minutes.
_KEEPALIVE = ((socket.TCP_KEEPIDLE, 60), (socket.TCP_KEEPINTVL, 15), (socket.TCP_KEEPCNT, 4))

_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class Listener(socket.socket):
    """A listening socket that keeps its family and type as attributes: ``accept`` reads both, and on an ordinary
    socket they are properties that cost as much as the rest of ``accept``."""

    __slots__ = ("family", "type")

    family: socket.AddressFamily
    type: socket.SocketKind

    def __init__(self, family: socket.AddressFamily) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self.family = family
        self.type = socket.SOCK_STREAM


def listen(host: str, port: int) -> list[Listener]:
    """Listening sockets for every address of ``host``. port 0: a free port, the same for all of them.

    Raises SettingsError where the host has no address here, or the port is taken.
    """
    where = str(Address(host, port))
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"no address to listen on: {_reason(error)}", where=where, hint=_HINT_HOST) from None
    addresses = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
    listeners: list[Listener] = []
    refused: OSError | None = None
    for family, address in addresses:
        if port == 0 and listeners:
            address = (address[0], listeners[0].getsockname()[1], *address[2:])  # noqa: PLW2901
        try:
            listeners.append(_listener(family, address))
        except OSError as error:
            if error.errno in _NOT_HERE:  # such as ::1 of localhost on a host without IPv6
                refused = error
                continue
            close_all(listeners)
            raise _not_listening(error, where) from None
    if not listeners:
        assert refused is not None
        raise _not_listening(refused, where)
    return listeners


def close_all(listeners: Sequence[Listener]) -> None:
    """Close them all; the kernel refuses connections from now on."""
    for listener in listeners:
        listener.close()


def _listener(family: socket.AddressFamily, address: tuple[object, ...]) -> Listener:
    listener = Listener(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option, seconds in _KEEPALIVE:
            listener.setsockopt(socket.IPPROTO_TCP, option, seconds)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


_HINT_HOST = "Nothing was started. Give --host (or agi_host in [media]) a name or address of this machine."
_HINT_PORT = (
    "Nothing was started. Stop what listens there (another `gvma agi serve`?), or choose another --port "
    "(agi_port in [media]) and set GVMA_AGI in the dialplan to the same port."
)


def _not_listening(error: OSError, where: str) -> SettingsError:
    taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
    return SettingsError(f"cannot listen: {_reason(error)}", where=where, hint=_HINT_PORT if taken else _HINT_HOST)


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else "not a host name"
    return text[:1].lower() + text[1:]


class Allowed:
    """The networks that may connect (``allow`` of [media]). Answers are cached, since few addresses call."""

    _CACHED = 1024

    def __init__(self, networks: Sequence[str]) -> None:
        try:
            self._networks = [ipaddress.ip_network(network.strip(), strict=False) for network in networks]
        except ValueError as error:
            raise SettingsError(
                str(error),
                where="[media] allow",
                hint="Nothing was started. Write networks such as 10.1.0.0/16, separated by commas.",
            ) from None
        self._answers: dict[str, bool] = {}

    def allows(self, address: str) -> bool:
        """True where this address may connect."""
        answer = self._answers.get(address)
        if answer is None:
            if len(self._answers) >= self._CACHED:
                self._answers.clear()
            answer = self._answers[address] = self._is_in_a_network(address)
        return answer

    def _is_in_a_network(self, text: str) -> bool:
        address = ipaddress.ip_address(text.partition("%")[0])
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return any((mapped or address) in network for network in self._networks)
