"""HAProxy as contrib/haproxy.cfg has it, before media servers on this host."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from socket import SOCK_STREAM

from gvma.demo.ports import free_port
from gvma.demo.servers.haproxy import PrivateHaproxy, configured

CONTRIB = Path(__file__).parents[3] / "contrib/haproxy.cfg"


class LoadBalancer(PrivateHaproxy):
    """A context manager; ``port`` is what ``GVMA_AGI`` gets. servers: ports of media servers."""

    def __init__(self, servers: Sequence[int], folder: Path) -> None:
        self.port = free_port(SOCK_STREAM)
        super().__init__(configured(CONTRIB.read_text("utf-8"), self.port, servers), folder)
