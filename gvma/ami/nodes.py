"""The Asterisk hosts of a Realtime site: one account of AMI on all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from gvma.settings.model import GvmaSettings

_T = TypeVar("_T")
_AT_ONCE = 16


def nodes(settings: GvmaSettings) -> Mapping[str, GvmaSettings]:
    """For each of ``realtime_nodes``, as it is written there, the settings whose AMI is that node's.

    A node without a port has the port of ``asterisk_cm_port``.
    """
    return {node: _of_node(settings, node) for node in settings.realtime_nodes}


def of_each_node(settings: GvmaSettings, ask: Callable[[str, GvmaSettings], _T]) -> dict[str, _T]:
    """By node, in the order of the settings, what ``ask`` returns for the node and its settings.

    All are asked at the same time, so that one that is away delays no other.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  (start-up: most sites have no nodes)

    asked = nodes(settings)
    if not asked:
        return {}
    with ThreadPoolExecutor(min(_AT_ONCE, len(asked))) as pool:
        return dict(zip(asked, pool.map(ask, asked, asked.values()), strict=True))


def _of_node(settings: GvmaSettings, node: str) -> GvmaSettings:
    host, colon, port = node.rpartition(":")
    if not colon or host.endswith(":") or (host.count(":") and not host.endswith("]")):  # an IPv6 address alone
        return settings._replace(asterisk_cm_host=node.strip("[]"))
    return settings._replace(asterisk_cm_host=host.strip("[]"), asterisk_cm_port=int(port))
