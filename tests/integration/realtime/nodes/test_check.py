"""``gvma check`` of several real Asterisk hosts on one database: each fault is found, and where."""

from __future__ import annotations

from typing import Any

from gvma.demo.defaults import PJSIP_TRANSPORT
from tests.harness.servers.many_hosts import ManyHosts
from tests.harness.waiting import wait_no_channels, wait_until

ROWS = """
insert into voicemail (context, mailbox, password, fullname) values ('GVMA_DN', '1000', '4711', 'Anna');
insert into ps_aors (id, mailboxes) values ('gvm-1000', '1000@GVMA_DN');
"""


def found(hosts: ManyHosts, group: str = "asterisk") -> dict[str, dict[str, Any]]:
    """Findings about nodes and database, by code."""
    findings = hosts.site.check("--only", group)
    return {one["code"]: one for one in findings if one["code"].startswith(("node-", "database-"))}


def test_two_nodes_as_gvma_wants_them_have_no_fault(hosts: ManyHosts) -> None:
    hosts.database.sql(ROWS)
    hosts.node(), hosts.node()
    assert found(hosts) == {}
    assert found(hosts, "sync") == {}


def test_what_hides_rows_or_reads_them_all_is_found_on_its_node(hosts: ManyHosts) -> None:
    hosts.database.sql(ROWS)
    hosts.node()
    hosts.node(
        voicemail="[general]\nformat=wav\npollmailboxes=yes\n[GVMA_DN]\n1000 => 1,Old\n",
        pjsip=f'{PJSIP_TRANSPORT}#include "{hosts.included}/gvma-pjsip.conf"\n'
        "[gvm-1000]\ntype=aor\nmailboxes=1000@GVMA_DN\n",
        sorcery="[res_pjsip]\naor=config,pjsip.conf,criteria=type=aor\naor=realtime,ps_aors\n",
    )
    second = hosts.site.settings["realtime_nodes"].split(", ")[1]  # type: ignore[attr-defined]
    findings = found(hosts)
    assert findings.keys() == {"node-shadows", "node-loads-all", "node-differs"}
    assert {one["where"] for one in findings.values()} == {second}
    assert "gvm-1000" in findings["node-shadows"]["message"]


def test_rows_that_a_start_has_read_are_no_aors_of_files(hosts: ManyHosts) -> None:
    hosts.database.sql(ROWS)
    hosts.node(sorcery="[res_pjsip]\naor=config,pjsip.conf,criteria=type=aor\naor=realtime,ps_aors\n")
    assert found(hosts).keys() == {"node-loads-all"}


def test_a_node_that_reads_another_database_or_no_driver_says_so(hosts: ManyHosts) -> None:
    hosts.database.sql(ROWS)
    hosts.node(res_pgsql="[general]\nhostname=127.0.0.1\nport=1\ndbname=elsewhere\nuser=asterisk\npassword=x\n")
    assert "failed: Unable to connect elsewhere@127.0.0.1" in found(hosts)["node-other-database"]["message"]
    node = hosts.nodes[0]
    (node.etc / "extconfig.conf").write_text("[settings]\nvoicemail => odbc,asterisk\nps_aors => odbc,asterisk\n")
    node.restart()
    assert "res_config_odbc.so is not loaded" in found(hosts)["node-other-database"]["message"]


def test_a_node_without_the_rows_without_polling_and_with_messages_of_its_own(hosts: ManyHosts) -> None:
    hosts.database.sql(ROWS)
    first = hosts.node()
    hosts.leave_message(first, "371000")
    inbox = hosts.messages / "GVMA_DN/1000/INBOX"
    wait_until(lambda: inbox.is_dir() and any(inbox.glob("*.txt")), "no message is left", first.log_text)
    wait_no_channels(first)
    hosts.node(own_messages=True, extconfig="[settings]\n", voicemail="[general]\nformat=wav\n")
    findings = found(hosts)
    assert {"node-other-database", "node-not-polling", "node-own-spool", "node-differs"} <= findings.keys()
    assert "1/0 at" in findings["node-own-spool"]["message"]


def test_a_probe_subscribes_at_every_node_for_mailboxes_of_each_kind(hosts: ManyHosts) -> None:
    hosts.database.sql(
        ROWS + "insert into voicemail (context, mailbox, password) values ('GVMA_AGENT', '2000', '1');"
        "insert into ps_aors (id, mailboxes) "
        "select 'gvm-g-' || n, n || '@GVMA_AGENTGROUP' from generate_series(1, 9) n;"
        "insert into ps_aors (id, mailboxes) values ('gvm-a-2000', '2000@GVMA_AGENT');"
    )
    hosts.node()
    hosts.node(pjsip=PJSIP_TRANSPORT)  # SIP Server is a stranger there
    hosts.node().stop()
    first, second, away = hosts.site.settings["realtime_nodes"].split(", ")  # type: ignore[attr-defined]
    answer = hosts.site.check_result("--probe", "--only", "voicemail")
    probes = {(one["node"], one["name"]): (one["answer"], one["messages"]) for one in answer["probes"]}
    names = ("gvm-1000", "gvm-a-2000", "gvm-g-9", "gvm-g-8")
    assert probes == {(first, name): (200, "0/0") for name in names} | {(second, name): (401, None) for name in names}
    found = [one for one in answer["findings"] if one["code"].startswith("probe-")]
    assert [(one["code"], one["where"]) for one in found] == [("probe-refused", second)] * len(names)
    assert found[0]["message"] == "gvm-1000: SUBSCRIBE was answered 401"
    assert away not in str(answer["probes"])


def test_a_node_that_is_away_is_a_warning(hosts: ManyHosts) -> None:
    hosts.database.sql(ROWS)
    hosts.node()
    hosts.node().stop()
    findings = found(hosts)
    assert findings.keys() == {"node-unreachable"}
    assert findings["node-unreachable"]["severity"] == "warning"


def test_settings_that_have_changed_since_the_files_were_written_are_found(hosts: ManyHosts) -> None:
    hosts.node()
    hosts.site.settings["vm_dn_ext_prefix"] = "77"
    assert "gvma-extensions.conf" in found(hosts)["node-files-old"]["where"]
    hosts.gvma("realtime", "files", str(hosts.included))
    assert "_77" in found(hosts)["node-files-old"]["message"]  # written, and not read yet
    hosts.nodes[0].cli("dialplan reload")
    assert found(hosts) == {}


def test_a_database_without_guarantees_or_read_only_or_away_is_found(hosts: ManyHosts) -> None:
    assert found(hosts, "sync") == {}
    hosts.database.sql("grant update (password) on voicemail to gvma;")
    assert "password" in found(hosts, "sync")["database-grants"]["message"]
    hosts.database.sql("revoke update (password) on voicemail from gvma;")
    hosts.database.sql(f"alter database {hosts.database.name} set default_transaction_read_only = on")
    assert "takes no writes" in found(hosts, "sync")["database-unreachable"]["message"]
    hosts.database.server.stop()
    assert "takes no writes" not in found(hosts, "sync")["database-unreachable"]["message"]


def test_a_whole_check_says_nothing_of_files_that_this_host_does_not_need(hosts: ManyHosts) -> None:
    hosts.node()
    hosts.site.layer.dns = {"1000": {}}
    with hosts.site.served():
        hosts.gvma("sync")
        result = hosts.site.check_result()
    assert result["channel_driver"] == {"driver": "pjsip", "reason": "sink = realtime needs PJSIP."}
    groups = {one["group"]: one["code"] for one in result["findings"]}
    assert groups.keys() <= {"settings", "configserver", "switch"}, groups
    assert "settings-path" not in {one["code"] for one in result["findings"]}
