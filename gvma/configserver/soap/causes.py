"""Why a request failed, in our own words: the text of a library's exception may hold a URL, and that a password."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPException

from gvma.errors import (
    ConfigServerError,
    ConfigServerTimeout,
    ConfigServerTlsError,
    ConfigServerTruncated,
    ConfigServerUnreachable,
)


def error_of(failure: BaseException, *, timeout: float, reading: bool) -> ConfigServerError:
    """Our error for a failure of a connection.

    reading: the answer had begun, so the end of the connection means that it is truncated.
    """
    causes = list(_causes(failure))
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, TimeoutError):
            return ConfigServerTlsError(
                f"TLS failed: {_tls_reason(cause)}",
                hint="Nothing was written. Check the server's certificate and name, and ca_file in [cfgserver].",
            )
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return ConfigServerTimeout(
            f"no answer for {timeout:g} s",
            hint="Nothing was written. Check the server's load and the network, or raise timeout in [cfgserver].",
        )
    if reading:
        return ConfigServerTruncated("the connection ended before the answer was complete")
    reason = next((text for text in map(_reason, causes) if text), "the connection failed")
    return ConfigServerUnreachable(
        reason,
        hint="Nothing was written. Check host, port and url in [cfgserver] (port is the one of the [soap]"
        " section), and that Configuration Server runs.",
    )


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """The failure and all exceptions inside it: causes, contexts, reasons and arguments."""
    waiting: list[BaseException] = [failure]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        below = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting.extend(one for one in below if isinstance(one, BaseException))


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate was refused ({error.verify_message})"
    return (error.reason or "the handshake failed").replace("_", " ").lower()


def _reason(cause: BaseException) -> str:
    if isinstance(cause, socket.gaierror):
        return "the host name is not known"
    if isinstance(cause, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(cause, ConnectionError):
        return "the server closed the connection without an answer"
    if isinstance(cause, HTTPException):
        return "the server does not speak HTTP, or its HTTP cannot be read"
    if isinstance(cause, OSError) and cause.errno in errno.errorcode and cause.strerror:
        return cause.strerror.lower()
    return ""
