"""Which AMI is a node's."""

from __future__ import annotations

import pytest

from gvma.ami.nodes import nodes
from gvma.settings.model import GvmaSettings


@pytest.mark.parametrize(
    ("node", "host", "port"),
    [
        ("ast-1.example:5039", "ast-1.example", 5039),
        ("ast-1.example", "ast-1.example", 5038),
        ("10.0.0.7:5038", "10.0.0.7", 5038),
        ("[2001:db8::7]:5039", "2001:db8::7", 5039),
        ("[2001:db8::7]", "2001:db8::7", 5038),
        ("2001:db8::7", "2001:db8::7", 5038),
    ],
)
def test_a_node_is_asked_at_its_host_and_port(node: str, host: str, port: int) -> None:
    settings = GvmaSettings()._replace(realtime_nodes=(node,))
    found = nodes(settings)[node]
    assert (found.asterisk_cm_host, found.asterisk_cm_port) == (host, port)
