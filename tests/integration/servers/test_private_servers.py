"""PostgreSQL and HAProxy as the tests start them: ready when they say so, gone with whoever started them."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gvma.demo.debian import NotObtainableError
from gvma.demo.ports import free_port
from gvma.demo.servers.haproxy import PrivateHaproxy
from gvma.demo.servers.postgresql import PrivatePostgreSQL
from tests.harness.children import SECONDS, child_process
from tests.harness.servers.postgresql_fixtures import PASSWORDS, Database

KILLED = """
import sys
from gvma.demo.servers.postgresql import PrivatePostgreSQL
with PrivatePostgreSQL() as server:
    print(server._server.pid, flush=True)
    sys.stdin.read()
"""
LISTENING = """\
defaults
    mode tcp
    timeout connect 1500ms
    timeout client 1m
    timeout server 1m
listen all
    bind 127.0.0.1:{port}
    server one 127.0.0.1:{other}
"""


def test_every_account_but_postgres_needs_its_password(database: Database) -> None:
    def whoami(user: str, password: str) -> list[str]:
        return database.server.sql("select current_user", database.name, user=user, password=password)

    assert whoami("postgres", "") == ["postgres"]
    assert whoami("gvma", PASSWORDS["gvma"]) == ["gvma"]
    for password in ("", "another"):
        with pytest.raises(NotObtainableError, match="no password supplied|password authentication failed"):
            whoami("gvma", password)


def test_what_it_holds_outlives_a_stop_and_a_crash(database: Database) -> None:
    server = database.server
    database.sql("create table kept (n int); insert into kept values (7); checkpoint;")
    server.stop()
    with pytest.raises(NotObtainableError, match="refused"):
        database.sql("select n from kept")
    server.start()
    assert database.sql("select n from kept") == ["7"]
    server.kill()
    server.start()
    assert database.sql("select n from kept") == ["7"]


def test_it_is_gone_when_its_parent_is_killed_and_leaves_no_server_behind(folder_for_all: Path) -> None:
    environment = os.environ | {"TMPDIR": str(folder_for_all)}
    with child_process(
        [sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    try:
        gone, _, _ = select.select([child], [], [], SECONDS)
    finally:
        os.close(child)
    assert gone


def test_its_folder_goes_with_it(folder_for_all: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder_for_all))
    with PrivatePostgreSQL() as server:
        assert server.sql("show server_version")[0].startswith("18.")
        assert len(list(folder_for_all.iterdir())) == 1
    assert list(folder_for_all.iterdir()) == []


def test_haproxy_listens_once_it_is_started(tmp_path: Path) -> None:
    port = free_port(socket.SOCK_STREAM)
    with PrivateHaproxy(LISTENING.format(port=port, other=free_port(socket.SOCK_STREAM)), tmp_path):
        socket.create_connection(("127.0.0.1", port)).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_configuration_that_haproxy_refuses_is_an_error_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(NotObtainableError, match="unknown keyword 'nonsense'"):
        PrivateHaproxy("nonsense\n", tmp_path).__enter__()
