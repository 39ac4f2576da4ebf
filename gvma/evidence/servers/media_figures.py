"""Asks the media server for its figures, at ``metrics`` of ``[media]``; nothing is judged here."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Any

from gvma.errors import MediaServerUnreachableError
from gvma.evidence.model.media import FailedMediaCall, MediaFigures, MediaMinute
from gvma.settings import Address

# The server answers from memory. Its longest answer has 1,440 minutes and 100 failures.
_SECONDS = 3.0
_LARGEST = 1_000_000
# The year 10000, beyond which no clock counts.
_LATEST = 253_402_300_800


def ask_figures(metrics: Address) -> MediaFigures:
    """What ``/status.json`` says. Raises MediaServerUnreachableError."""
    try:
        return _figures(json.loads(_fetched(metrics)))
    except (OSError, HTTPException) as error:
        reason = "no answer" if isinstance(error, TimeoutError) else str(getattr(error, "strerror", "") or error)
        raise _unreachable(metrics, f"the media server's figures cannot be had: {reason}") from None
    except (ValueError, OverflowError, KeyError, TypeError, RecursionError):
        raise _unreachable(metrics, "what answers there is not the media server of this version") from None


def _unreachable(metrics: Address, message: str) -> MediaServerUnreachableError:
    hint = "Start `gvma agi serve`, or correct metrics of [media]; the server reads it when it starts."
    return MediaServerUnreachableError(message, where=str(metrics), hint=hint)


def _fetched(metrics: Address) -> bytes:
    connection = HTTPConnection(metrics.host, metrics.port, timeout=_SECONDS)
    try:
        connection.connect()
        limit = threading.Timer(_SECONDS, _cut_off, (connection.sock,))
        limit.daemon = True
        limit.start()
        try:
            connection.request("GET", "/status.json")
            response = connection.getresponse()
            text = response.read(_LARGEST)
        finally:
            limit.cancel()
    finally:
        connection.close()
    if response.status != 200:
        raise HTTPException(f"HTTP status {response.status}")
    return text


def _cut_off(sock: socket.socket) -> None:
    """End a conversation with a peer that sends a byte now and then: each one begins the socket's own limit anew."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _figures(answer: Any) -> MediaFigures:
    return MediaFigures(
        _count(answer["open_calls"]),
        tuple(
            MediaMinute(_time(one["at"]), _count(one["calls"]), _count(one["refused"]), _count(one["failed"]))
            for one in answer["minutes"]
        ),
        tuple(
            FailedMediaCall(
                _time(one["time"]),
                *(str(one[name]) for name in ("route", "outcome", "call_id", "uri", "reason")),
            )
            for one in answer["failures"]
        ),
    )


def _count(value: Any) -> int:
    number = int(value)
    if number < 0:
        raise ValueError(f"no count: {number}")
    return number


def _time(value: Any) -> float:
    at = float(value)
    if not 0 <= at < _LATEST:
        raise ValueError(f"no time: {at}")
    return at
