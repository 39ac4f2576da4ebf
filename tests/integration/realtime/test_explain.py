"""gvma explain of a site whose mailboxes are rows: where each stands, and what an Asterisk host has of it."""

from __future__ import annotations

from tests.harness.layer import Layer
from tests.harness.servers.many_hosts import ManyHosts

LAYER = Layer(dns={"1000": {"gvm_name": "Ann", "gvm_password": "86420"}})


def test_a_mailbox_and_its_subscription_are_rows_that_the_first_host_has(hosts: ManyHosts) -> None:
    hosts.node()
    hosts.site.put(LAYER)
    with hosts.site.served():
        assert hosts.site.try_sync(json=True, reload=True).json()["exit_code"] == 0
        said = hosts.site.gvma("--output", "json", "explain", "1000").json()
    (box,) = said["mailboxes"]
    assert (box["where"], box["subscription"]["where"]) == ({"table": "voicemail"}, {"table": "ps_aors"})
    assert (box["loaded"], box["subscription"]["loaded"], box["pin"]) == (True, True, "first")
    assert (box["new"], box["old"]) == (0, 0)
    assert "asterisk-lacks-it" not in [reason["code"] for reason in said["reasons"]]


def test_a_host_that_is_away_is_named_and_another_one_answers_in_its_place(hosts: ManyHosts) -> None:
    first = hosts.node()
    hosts.node()
    hosts.site.put(LAYER)
    with hosts.site.served():
        assert hosts.site.try_sync(json=True, reload=True).json()["exit_code"] == 0
        first.stop()
        said = hosts.site.gvma("--output", "json", "explain", "1000").json()
        status = hosts.site.gvma("--output", "json", "status").json()
    assert said["mailboxes"][0]["loaded"] is True
    away = hosts.site.settings["realtime_nodes"].split(", ")[0]  # type: ignore[attr-defined]
    assert [(one["code"], one["where"]) for one in status["problems"]] == [("node-unreachable", away)]
    assert status["asterisk"]["version"].startswith("22.")
    assert status["exit_code"] == 1
