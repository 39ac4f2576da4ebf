"""A connection to the port of Asterisk's AMI; where nobody listens, nothing of AMI is imported to say so."""

from __future__ import annotations

import os
import socket
import time

from gvma.errors import AsteriskUnreachableError
from gvma.settings.model import GvmaSettings

_NOBODY = "Check that Asterisk runs, and that manager.conf enables AMI on this address and port."


def reached(settings: GvmaSettings) -> socket.socket:
    """The open connection, by the first address of the host that takes it within ``asterisk_cm_timeout``.

    Raises AsteriskUnreachableError.
    """
    limit = settings.asterisk_cm_timeout
    deadline = time.monotonic() + limit
    refusals: list[OSError] = []
    name = settings.asterisk_cm_host
    # As bytes it need not be encoded by the rules of international names, whose tables take as long as all else here.
    host = name.encode() if name.isascii() else name
    try:
        found = socket.getaddrinfo(host, settings.asterisk_cm_port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise unreachable(settings, _reason(error)) from None
    for family, kind, protocol, _, address in found:
        try:
            return _connected(family, kind, protocol, address, max(deadline - time.monotonic(), 0.001))
        except OSError as error:  # also of an address whose family this host does not have, such as IPv6
            refusals.append(error)
    if time.monotonic() >= deadline:
        raise unreachable(settings, f"no connection within {limit:g} s")
    reason = _reason(refusals[0]) if len(refusals) == 1 else "no address of this host takes the connection"
    raise unreachable(settings, reason)


def _connected(
    family: socket.AddressFamily, kind: socket.SocketKind, protocol: int, address: tuple[object, ...], seconds: float
) -> socket.socket:
    connection = socket.socket(family, kind, protocol)
    connection.settimeout(seconds)
    try:
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


def unreachable(settings: GvmaSettings, reason: str, hint: str = _NOBODY) -> AsteriskUnreachableError:
    """The error that says which AMI, and why. reason: follows a colon. hint: what to do, where it is not the usual."""
    message = f"Asterisk's AMI cannot be reached: {reason}"
    return AsteriskUnreachableError(message, where=str(settings.ami_address), hint=hint)


def _reason(error: OSError) -> str:
    """The system's own words for the error."""
    if isinstance(error, socket.gaierror) or error.errno is None:
        return error.strerror or str(error)
    return os.strerror(error.errno)
