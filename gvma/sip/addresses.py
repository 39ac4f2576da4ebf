"""The addresses of host names and of this host, within a time limit; what a missing one means is not decided here."""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

from gvma.asterisk.hosts import is_address
from gvma.looks import note

_MOST_NAMES = 50


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
    answer = dict(found)  # a thread that is late changes nothing more
    note("addresses", tuple(answer), *(f"{host} {sorted(each)}" for host, each in sorted(answer.items())))
    return answer


def hosts_of_asterisk(ami_host: str, mentioned: Iterable[str], seconds: float) -> frozenset[str]:
    """The addresses and names, lower case, by which SIP reaches the Asterisk whose AMI is at ``ami_host``.

    mentioned: hosts that objects of Configuration Server mention; one is Asterisk's where it leads to one of its
    addresses, and only the first fifty names are looked up. seconds: the time limit of all look-ups together.
    """
    host, own_name = ami_host.lower(), socket.gethostname().lower()
    distinct = set(mentioned)
    names = sorted(one for one in distinct if not is_address(one))[:_MOST_NAMES]
    found = addresses_of({host, own_name, *names}, seconds)
    addresses, local = set(found[host]), local_addresses()
    is_here = any(_is_of(one, local) for one in addresses | {host})
    if is_here:
        addresses |= local | {"localhost", own_name}
    hosts = {host} | addresses
    hosts |= {name for name in names if found[name] & addresses}
    hosts |= {one for one in distinct - hosts if one.strip("[]") in addresses or (is_here and _is_of(one, local))}
    note("asterisk", (ami_host, *sorted(distinct)), *sorted(hosts))
    return frozenset(hosts)


def local_addresses() -> set[str]:
    """Addresses of this host, from the kernel's table of local routes and, for IPv6, of its interfaces."""
    table = Path("/proc/net/fib_trie")
    if not table.exists():
        return {"127.0.0.1", "::1"}
    found = re.findall(r"\|-- (\d+\.\d+\.\d+\.\d+)\n\s+/32 host LOCAL", table.read_text("ascii"))
    return {*found, *_local_v6(Path("/proc/net/if_inet6")), "127.0.0.1", "::1"}


def _local_v6(table: Path) -> Iterator[str]:
    for line in table.read_text("ascii").splitlines() if table.exists() else ():
        yield str(ipaddress.IPv6Address(int(line.split()[0], 16)))


def is_local(host: str) -> bool:
    """Whether an address is this host's; all of 127.0.0.0/8 and ``localhost`` are. Another name is not looked up."""
    return host.lower() == "localhost" or _is_of(host, local_addresses())


def address_towards(host: str) -> str:
    """This host's address on the way to another; empty where no way is known. Nothing is sent."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host or "192.0.2.1", 9, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect(address)
            return str(sock.getsockname()[0])
    except OSError:
        return ""


def _is_of(address: str, local: set[str]) -> bool:
    return address.startswith("127.") or address in local
