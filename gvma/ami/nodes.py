"""The Asterisk hosts of a Realtime site: one account of AMI on all of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from gvma.settings.model import GvmaSettings


def nodes(settings: GvmaSettings) -> Mapping[str, GvmaSettings]:
    """For each of ``realtime_nodes``, as it is written there, the settings whose AMI is that node's.

    A node without a port has the port of ``asterisk_cm_port``.
    """
    return {node: _of_node(settings, node) for node in settings.realtime_nodes}


def _of_node(settings: GvmaSettings, node: str) -> GvmaSettings:
    host, colon, port = node.rpartition(":")
    if not colon or host.endswith(":") or (host.count(":") and not host.endswith("]")):  # an IPv6 address alone
        return settings._replace(asterisk_cm_host=node.strip("[]"))
    return settings._replace(asterisk_cm_host=host.strip("[]"), asterisk_cm_port=int(port))
