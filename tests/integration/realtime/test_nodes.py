"""Two real Asterisk 22 on one real PostgreSQL: SIP Server may ask either, and either may be gone."""

from __future__ import annotations

import pytest

from gvma.sip.subscriber import Subscriber, subscribe_once
from tests.harness.many_hosts import ManyHosts, mwi
from tests.harness.waiting import wait_until

BOTH_DRIVERS = pytest.mark.parametrize("hosts", ["pgsql", "odbc"], indirect=True)
ROWS = """
insert into voicemail (context, mailbox, password, fullname) values ('GVMA_DN', '1000', '4711', 'Anna');
insert into ps_aors (id, mailboxes) values ('gvm-1000', '1000@GVMA_DN');
"""
GONE = "delete from voicemail where context like 'GVMA%'; delete from ps_aors where id like 'gvm-%';"


def status(hosts: ManyHosts, name: str) -> list[int]:
    """What each node answers to a SUBSCRIBE."""
    return [subscribe_once(name, "127.0.0.1", node.sip_port).status for node in hosts.nodes]


@BOTH_DRIVERS
def test_a_row_is_there_and_gone_on_every_node_without_a_reload(hosts: ManyHosts) -> None:
    hosts.node(), hosts.node()
    assert status(hosts, "gvm-1000") == [404, 404]
    hosts.database.sql(ROWS)
    assert status(hosts, "gvm-1000") == [200, 200]
    hosts.database.sql(GONE)
    assert status(hosts, "gvm-1000") == [404, 404]


@BOTH_DRIVERS
def test_a_message_through_one_node_lights_the_lamp_at_the_other_and_outlives_its_node(hosts: ManyHosts) -> None:
    hosts.database.sql(ROWS)
    first, second = hosts.node(), hosts.node()
    with Subscriber("gvm-1000", "127.0.0.1", second.sip_port) as sip_server:
        assert sip_server.subscribe().status == 200
        assert mwi(sip_server) == "Voice-Message: 0/0 (0/0)"
        hosts.leave_message(first, "371000")
        assert mwi(sip_server) == "Voice-Message: 1/0 (0/0)"
    first.stop()
    with Subscriber("gvm-1000", "127.0.0.1", second.sip_port) as sip_server:
        assert sip_server.subscribe().status == 200
        assert mwi(sip_server) == "Voice-Message: 1/0 (0/0)"


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
