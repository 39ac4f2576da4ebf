"""Which AMI is a node's."""

from __future__ import annotations

import threading

import pytest

from gvma.ami.nodes import nodes, of_each_node
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


def test_every_node_is_asked_though_one_is_silent_and_answers_keep_the_order_of_the_settings() -> None:
    settings = GvmaSettings()._replace(realtime_nodes=("silent", "ready"))
    asked_too = threading.Event()

    def ask(node: str, own: GvmaSettings) -> str:
        if node == "silent":
            assert asked_too.wait(60)
        asked_too.set()
        return f"{node} at {own.asterisk_cm_host}"

    assert list(of_each_node(settings, ask).items()) == [("silent", "silent at silent"), ("ready", "ready at ready")]
    assert of_each_node(GvmaSettings(), ask) == {}
