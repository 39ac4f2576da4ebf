"""Two real Asterisk 22 on one real PostgreSQL: SIP Server may ask either, and either may be gone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gvma.sip.subscriber import Subscriber, subscribe_once
from tests.harness.servers.many_hosts import ManyHosts, mwi
from tests.harness.waiting import wait_until

BOTH_DRIVERS = pytest.mark.parametrize("hosts", ["pgsql", "odbc"], indirect=True)
ROWS = """
insert into voicemail (context, mailbox, password, fullname) values ('GVMA_DN', '1000', '4711', 'Anna');
insert into ps_aors (id, mailboxes) values ('gvm-1000', '1000@GVMA_DN');
"""


def sync(hosts: ManyHosts, *words: str) -> dict[str, Any]:
    """The object that it prints."""
    return json.loads(hosts.gvma("--output", "json", "sync", "--from", str(hosts.site.tree), *words))  # type: ignore[no-any-return]


def status(hosts: ManyHosts, name: str) -> list[int]:
    """What each node answers to a SUBSCRIBE."""
    return [subscribe_once(name, "127.0.0.1", node.sip_port).status for node in hosts.nodes]


@BOTH_DRIVERS
def test_a_sync_adds_and_removes_a_mailbox_on_every_node_without_a_reload(hosts: ManyHosts) -> None:
    hosts.node(), hosts.node()
    assert status(hosts, "gvm-1000") == [404, 404]
    hosts.site.layer.dns = {"1000": {"gvm_name": "Zoë; X^2"}, "1001": {}}
    answer = sync(hosts)
    assert [node["status"] for node in answer["nodes"]] == ["ok", "ok"]
    assert status(hosts, "gvm-1000") == [200, 200]
    assert [node.cli("dialplan eval function VM_INFO(1000@GVMA_DN,fullname)")[-1] for node in hosts.nodes] == [
        "Result: Zoë; X^2",
        "Result: Zoë; X^2",
    ]
    del hosts.site.layer.dns["1000"]
    sync(hosts, "--allow-remove")
    assert status(hosts, "gvm-1000") == [404, 404]
    assert status(hosts, "gvm-1001") == [200, 200]


@BOTH_DRIVERS
def test_a_message_through_one_node_lights_the_lamp_at_the_other_and_outlives_its_node(hosts: ManyHosts) -> None:
    hosts.database.sql(ROWS)
    first, second = hosts.node(), hosts.node()
    with Subscriber("gvm-1000", "127.0.0.1", second.sip_port) as sip_server:
        assert sip_server.subscribe().status == 200
        assert mwi(sip_server) == "Voice-Message: 0/0 (0/0)"
        hosts.leave_message(first, "371000")
        assert mwi(sip_server) == "Voice-Message: 1/0 (0/0)"
    first.kill()
    with Subscriber("gvm-1000", "127.0.0.1", second.sip_port) as sip_server:
        assert sip_server.subscribe().status == 200
        assert mwi(sip_server) == "Voice-Message: 1/0 (0/0)"


@BOTH_DRIVERS
def test_a_node_that_is_lost_under_calls_takes_its_own_calls_alone(hosts: ManyHosts) -> None:
    hosts.site.layer.dns = {"1000": {}, "1001": {}}
    sync(hosts)
    first, second = hosts.node(), hosts.node()
    with Subscriber("gvm-1000", "127.0.0.1", second.sip_port) as sip_server:
        assert sip_server.subscribe().status == 200
        assert mwi(sip_server) == "Voice-Message: 0/0 (0/0)"
        hosts.leave_message(first, "371001")
        first.wait_log("Playing 'beep")
        hosts.leave_message(second, "371000")
        second.wait_log("Playing 'beep")
        first.kill()
        hosts.site.layer.dns["1002"] = {}
        assert [node["status"] for node in sync(hosts)["nodes"]] == ["unreachable", "ok"]
        assert mwi(sip_server) == "Voice-Message: 1/0 (0/0)"
    answers = [subscribe_once(name, "127.0.0.1", second.sip_port) for name in ("gvm-1001", "gvm-1002")]
    assert [answer.status for answer in answers] == [200, 200]


@BOTH_DRIVERS
def test_a_database_that_comes_back_is_used_again(hosts: ManyHosts) -> None:
    hosts.database.sql(ROWS)
    hosts.node()
    server = hosts.database.server
    assert status(hosts, "gvm-1000") == [200]
    server.stop()
    assert status(hosts, "gvm-1000") == [404]
    server.start()
    # ODBC does not try again for a second (negative_connection_cache).
    wait_until(lambda: status(hosts, "gvm-1000") == [200], "the row is not seen again", hosts.nodes[0].log_text)


def test_an_open_subscription_and_a_call_outlive_the_database(hosts: ManyHosts) -> None:
    hosts.database.sql(ROWS)
    node = hosts.node()
    with Subscriber("gvm-1000", "127.0.0.1", node.sip_port) as sip_server:
        assert sip_server.subscribe().status == 200
        assert mwi(sip_server) == "Voice-Message: 0/0 (0/0)"
        hosts.leave_message(node, "371000")
        node.wait_log("Playing 'beep")
        hosts.database.server.stop()
        assert mwi(sip_server) == "Voice-Message: 1/0 (0/0)"
        hosts.leave_message(node, "371000")
        node.wait_log("No entry in voicemail config file for '1000'")
    assert status(hosts, "gvm-1000") == [404]


def test_a_sync_says_that_the_nodes_files_are_old(hosts: ManyHosts) -> None:
    hosts.site.layer.dns = {"1000": {}}
    done = hosts.site.gvma("sync", "--from", str(hosts.site.tree))
    assert (done.status, "node-files" in done.stderr) == (0, False)
    hosts.site.settings["vm_dn_ext_prefix"] = "77"
    done = hosts.site.gvma("sync", "--from", str(hosts.site.tree))
    assert done.status == 0
    assert "gvma-extensions.conf would be written otherwise now" in done.stderr


def rows_read(hosts: ManyHosts) -> int:
    """How many rows of ps_aors were read so far; all nodes must have ended."""
    connected = "select count(*) from pg_stat_activity where usename = 'asterisk'"
    wait_until(lambda: hosts.database.sql(connected) == ["0"], "a node is still connected", lambda: "")
    (count,) = hosts.database.sql(
        "select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_user_tables where relname = 'ps_aors'"
    )
    return int(count)


def test_a_start_does_not_read_the_table_where_the_mapping_says_so(hosts: ManyHosts) -> None:
    hosts.database.sql(
        "insert into ps_aors (id, mailboxes) select 'gvm-' || n, n || '@GVMA_DN' from generate_series(1, 1000) n;"
    )
    before = rows_read(hosts)
    hosts.node().stop()
    assert rows_read(hosts) == before
    mapping = "[res_pjsip]\naor=config,pjsip.conf,criteria=type=aor\naor=realtime,ps_aors\n"
    hosts.node(sorcery=mapping).stop()
    assert rows_read(hosts) >= before + 1000
