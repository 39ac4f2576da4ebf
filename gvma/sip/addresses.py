"""The addresses of host names, within a time limit; what a name without one means is not decided here."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from threading import Thread


def addresses_of(hosts: Iterable[str], seconds: float) -> dict[str, frozenset[str]]:
    """The IP addresses of each host, lower case, by the host as it was given; an address is its own.

    hosts: names, or addresses with or without brackets. seconds: the time limit of all of them together.
    A host is left with none where DNS does not know it or does not answer in time.
    """
    found: dict[str, frozenset[str]] = {host: frozenset() for host in hosts}

    def look_up(host: str) -> None:
        with suppress(OSError, UnicodeError):
            found[host] = frozenset(str(one[4][0]).lower() for one in socket.getaddrinfo(host.strip("[]"), None))

    # Not a pool: a look-up cannot be broken off, and the interpreter would wait for a pool's threads.
    threads = [Thread(target=look_up, args=(host,), daemon=True) for host in found]
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(found)
