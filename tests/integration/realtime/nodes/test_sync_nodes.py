"""gvma sync into the database of real Asterisk hosts: they have what was written, and are asked for it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gvma.ami.manager import connect
from gvma.configserver.objects import ConfigObject
from gvma.mailboxes import desired
from gvma.sinks.realtime.rows.encoding import encoded
from gvma.sip.subscriber import subscribe_once
from tests.harness.layer import Layer
from tests.harness.servers.many_hosts import ManyHosts
from tests.hostile import CORPUS

BOTH_DRIVERS = pytest.mark.parametrize("hosts", ["pgsql", "odbc"], indirect=True)
LAYER = Layer(dns={"1000": {"gvm_name": "Ann", "gvm_password": "4711"}, "1001": {}})
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
TEXTS = ("gvm_name", "gvm_email", "gvm_pager_email")
HOSTILE = {
    str(number): {option: value}
    for number, (option, value) in enumerate(
        ((option, value) for option in TEXTS for value in CORPUS if not NOT_XML.search(value)), 20_000
    )
}


def statuses(hosts: ManyHosts, name: str) -> list[int]:
    return [subscribe_once(name, "127.0.0.1", node.sip_port).status for node in hosts.nodes]


@BOTH_DRIVERS
def test_every_node_has_what_a_sync_writes_and_says_so(hosts: ManyHosts) -> None:
    hosts.node(), hosts.node()
    hosts.site.put(LAYER)
    answer = hosts.site.try_sync(json=True, reload=True).json()
    assert [one["status"] for one in answer["nodes"]] == ["ok", "ok"]
    assert statuses(hosts, "gvm-1000") == [200, 200]
    del hosts.site.layer.dns["1000"]
    answer = hosts.site.try_sync("--allow-remove", json=True, reload=True).json()
    assert [one["status"] for one in answer["nodes"]] == ["ok", "ok"]
    assert statuses(hosts, "gvm-1000") == [404, 404]


def test_a_node_that_is_down_is_a_warning_and_keeps_nobody_from_syncing(hosts: ManyHosts) -> None:
    hosts.node()
    hosts.node().stop()
    hosts.site.put(LAYER)
    answer = hosts.site.try_sync(json=True, reload=True).json()
    assert [one["status"] for one in answer["nodes"]] == ["ok", "unreachable"]
    assert [one["code"] for one in answer["warnings"]] == ["node-unreachable"]
    assert answer["exit_code"] == 0
    assert subscribe_once("gvm-1000", "127.0.0.1", hosts.nodes[0].sip_port).status == 200


def test_a_node_that_contradicts_is_15_and_the_rows_stay(hosts: ManyHosts) -> None:
    hosts.node(), hosts.node(voicemail="[general]\nformat=wav\n[GVMA_DN]\n1000 => 1,Somebody else,,,\n")
    hosts.site.put(LAYER)
    done = hosts.site.try_sync(json=True, reload=True)
    answer = done.json()
    assert answer["exit_code"] == 15
    assert [one["status"] for one in answer["nodes"]] == ["ok", "differs"]
    assert "the mailbox 1000@GVMA_DN has another name" in answer["errors"][0]["message"]
    assert hosts.database.sql("select count(*) from voicemail") == ["2"]
    assert hosts.site.try_sync(reload=True).status == 0


@BOTH_DRIVERS
def test_of_hostile_values_asterisk_has_what_configuration_server_said(hosts: ManyHosts) -> None:
    node = hosts.node()
    hosts.site.put(replace(Layer(), dns=HOSTILE))
    done = hosts.site.try_sync(json=True, reload=True)
    assert done.json()["exit_code"] == 0
    objects = [ConfigObject("CfgDN", at, dn, 1, options=HOSTILE[dn]) for at, dn in enumerate(HOSTILE)]
    wanted = {
        one.key: (one.name, one.email, one.pager)
        for one in desired(objects, [], []).mailboxes
        if all(len(encoded(text)) <= 80 for text in (one.name, one.email, one.pager))
    }
    assert len(wanted) > 200
    written = hosts.database.sql("select mailbox || '@' || context from voicemail order by mailbox")
    assert written == sorted(wanted)
    with connect(node.settings()) as ami:
        # Asterisk 22 falls where it is asked for the e-mail of a mailbox of Realtime that has none.
        there = {
            key: tuple(
                ami.variable(f"VM_INFO({key},{field})") if text else ""
                for field, text in zip(("fullname", "email", "pager"), texts, strict=True)
            )
            for key, texts in wanted.items()
        }
    assert there == wanted
    assert hosts.site.try_sync(reload=True).stdout == ""


@BOTH_DRIVERS
def test_a_sync_right_after_the_database_was_restarted_takes_no_node_for_one_that_contradicts(hosts: ManyHosts) -> None:
    hosts.node()
    hosts.site.put(LAYER)
    hosts.site.sync(reload=True)
    assert statuses(hosts, "gvm-1000") == [200]  # over a connection that the restart cuts
    hosts.database.server.stop()
    hosts.database.server.start()
    hosts.site.layer.dns |= {"1000": {"gvm_name": "Anna", "gvm_password": "4711"}, "1002": {}}
    answer = hosts.site.try_sync(json=True, reload=True).json()
    assert [one["status"] for one in answer["nodes"]] == ["ok"]
    assert answer["exit_code"] == 0
