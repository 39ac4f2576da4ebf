"""Ports for the servers of a demo: the process that took them ends without a warning."""

import subprocess
import sys

_TAKES_ONE = """
import socket
from gvma.demo.ports import free_port
free_port(socket.SOCK_STREAM)
"""


def test_a_program_that_took_a_port_ends_without_a_warning() -> None:
    command = [sys.executable, "-W", "error", "-c", _TAKES_ONE]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)

    assert ended.stderr == ""
