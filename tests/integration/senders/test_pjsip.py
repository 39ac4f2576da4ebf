"""Whoever reached a context of PJSIP before a sync reaches it afterwards, and SIP Server hears of its mailboxes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from socket import SOCK_DGRAM

import pytest

from gvma.demo.ports import free_port
from tests.integration.senders import (
    ANSWERED,
    BUSY,
    NOT_FOUND,
    SIPSERVER,
    UNKNOWN_SENDER,
    Senders,
    endpoint,
    identify,
)
from tests.integration.senders.conftest import Lay

TSERVER = endpoint("tserver")
WIZARD = (
    "[tserver]\ntype=wizard\nsends_auth=no\naccepts_registrations=no\nremote_hosts=localhost\n"
    "endpoint/context=from-tserver\nendpoint/allow=ulaw\n"
)
HEADER = ("X-Genesys-CallUUID", "00A1")
SITES = {
    "address": {"pjsip.conf": TSERVER + identify("tserver", f"match={SIPSERVER}")},
    "name": {"pjsip.conf": TSERVER + identify("tserver", "match=localhost")},
    "wizard": {"pjsip.conf": "", "pjsip_wizard.conf": WIZARD},
    "header": {"pjsip.conf": TSERVER + identify("tserver", "match_header=X-Genesys-CallUUID: /./")},
    "anonymous": {"pjsip.conf": endpoint("anonymous")},
    "network": {"pjsip.conf": TSERVER + identify("tserver", "match=127.0.0.0/8")},
}


def _sync_changes_no_way(senders: Senders) -> str:
    """Syncs twice, and gives what a dry run says first. Asterisk 16 and 22 are asked by real requests."""
    before = senders.call()
    senders.site.lay_out()
    planned = senders.site.gvma("sync", "--dry-run")
    assert planned.status == 0, str(planned)
    senders.site.sync()
    assert senders.call() == before
    assert senders.hears()
    again = senders.site.sync()
    assert again.stdout == ""
    return planned.stdout


@pytest.mark.asterisk
@pytest.mark.parametrize("version", [16, 22])
@pytest.mark.parametrize("known_by", SITES)
def test_sip_servers_calls_keep_their_way_however_the_site_knows_it(lay: Lay, known_by: str, version: int) -> None:
    senders = lay(version, SITES[known_by], driver="pjsip")
    senders.headers = [HEADER] if known_by == "header" else []
    assert senders.call() == ANSWERED
    planned = _sync_changes_no_way(senders)
    name = "anonymous" if known_by == "anonymous" else "tserver"
    assert f"Left out: endpoint gvma-sipserver for {SIPSERVER}, " in planned
    assert f"the site's own endpoint {name}" in planned
    assert "type=endpoint" not in senders.site.block("pjsip.conf")


@pytest.mark.asterisk
def test_without_anybody_else_sip_server_gets_our_endpoint(lay: Lay) -> None:
    senders = lay(22, {"pjsip.conf": TSERVER + identify("tserver", "match=127.0.0.9")})
    assert senders.call() == UNKNOWN_SENDER
    senders.site.sync()
    assert senders.call() == NOT_FOUND
    assert senders.hears()
    assert "match=127.0.0.1\n" in senders.site.block("pjsip.conf")


@pytest.mark.asterisk
@pytest.mark.parametrize("version", [16, 22])
def test_an_endpoint_that_from_alone_names_is_said_before_ours_comes_first(lay: Lay, version: int) -> None:
    senders = lay(version, {"pjsip.conf": TSERVER}, driver="pjsip")
    assert senders.call(from_user="tserver") == ANSWERED
    said = "without it those that name tserver in From would be those of the site's own endpoint tserver"
    assert said in senders.site.gvma("sync", "--dry-run").stderr
    assert said in senders.site.gvma("sync").stderr
    found = [one["message"] for one in senders.site.check() if one["code"] == "identify-uncertain"]
    assert len(found) == 1
    assert said in found[0]
    senders.site.settings["mwi_endpoint"] = "site"  # as the message says
    senders.site.sync()
    assert senders.call(from_user="tserver") == ANSWERED
    assert "identify-uncertain" not in {one["code"] for one in senders.site.check()}


@pytest.mark.asterisk
def test_the_file_that_includes_the_configured_one_may_identify_sip_server(lay: Lay) -> None:
    senders = lay(
        22, {"pjsip.conf": TSERVER + identify("tserver", f"match={SIPSERVER}") + "#include pjsip_custom.conf\n"}
    )
    senders.put("pjsip_custom.conf", endpoint("phone", "from-elsewhere"))
    senders.site.settings["asterisk_cfg_file_pjsip"] = "pjsip_custom.conf"
    assert senders.call() == ANSWERED
    _sync_changes_no_way(senders)
    assert "type=endpoint" not in senders.site.block("pjsip_custom.conf")


def _identify_by_exec(senders: Senders, condition: str = "true") -> None:
    """A command prints the identify for SIP Server, where a condition of the shell holds."""
    command = senders.asterisk.etc / "identify.sh"
    printed = identify("tserver", f"match={SIPSERVER}")
    command.write_text(f"#!/bin/sh\ncd {senders.asterisk.etc}\n{condition} || exit 0\ncat <<'END'\n{printed}END\n")
    command.chmod(0o755)
    senders.add("asterisk.conf", "execincludes = yes\n", reload=False)
    senders.add("pjsip.conf", f"#exec {command}\n", reload=False)
    senders.asterisk.restart()
    assert senders.call() == ANSWERED


@pytest.mark.asterisk
def test_a_command_behind_exec_may_identify_sip_server(lay: Lay) -> None:
    senders = lay(22, {"pjsip.conf": TSERVER})
    _identify_by_exec(senders)
    _sync_changes_no_way(senders)
    assert "type=endpoint" not in senders.site.block("pjsip.conf")


@pytest.mark.asterisk
@pytest.mark.parametrize("version", [16, 22])
@pytest.mark.parametrize("known_by", ["name", "wizard"])
def test_a_site_that_identifies_sip_server_later_gets_its_calls(lay: Lay, known_by: str, version: int) -> None:
    senders = lay(version, {"pjsip.conf": endpoint("phone", "from-elsewhere")}, driver="pjsip")
    senders.site.sync()
    assert senders.call() == NOT_FOUND
    senders.add("pjsip_wizard.conf", SITES[known_by].get("pjsip_wizard.conf", ""), reload=False)
    senders.put("pjsip.conf", SITES[known_by]["pjsip.conf"] + senders.site.text("pjsip.conf"))
    senders.site.sync()
    assert senders.call() == ANSWERED
    assert senders.hears()
    assert "type=endpoint" not in senders.site.block("pjsip.conf")
    assert senders.site.sync().stdout == ""


@pytest.mark.asterisk
def test_a_site_that_identifies_sip_server_no_more_gets_our_endpoint(lay: Lay) -> None:
    senders = lay(22, SITES["wizard"])
    senders.site.sync()
    assert senders.call() == ANSWERED
    senders.put("pjsip_wizard.conf", "")
    assert senders.call() == UNKNOWN_SENDER
    senders.site.sync()
    assert senders.call() == NOT_FOUND
    assert senders.hears()


@pytest.mark.asterisk
def test_somebody_elses_calls_from_sip_servers_host_keep_their_way(lay: Lay) -> None:
    gateway_port = free_port(SOCK_DGRAM)
    gateway = endpoint("gateway", "from-elsewhere") + identify("gateway", f"match={SIPSERVER}:{gateway_port}")
    senders = lay(22, {"pjsip.conf": gateway.replace("gateway-identify", "z-identify")})
    assert senders.call(port=gateway_port) == BUSY
    assert senders.call() == UNKNOWN_SENDER
    senders.site.sync()
    assert senders.call(port=gateway_port) == BUSY
    assert senders.call() == NOT_FOUND
    assert senders.hears()
    assert senders.site.sync().stdout == ""


@pytest.mark.asterisk
def test_a_phone_without_a_password_keeps_its_context_at_sip_servers_address(lay: Lay) -> None:
    senders = lay(22, {"pjsip.conf": endpoint("5551", "from-elsewhere")})
    assert senders.call() == BUSY
    said = senders.site.sync().stderr
    assert senders.call() == BUSY
    assert "set mwi_endpoint = ours" in said
    senders.site.settings["routing_endpoint_context"] = "from-elsewhere"
    senders.site.sync()
    assert senders.call() == BUSY
    assert senders.hears()


@pytest.mark.asterisk
@pytest.mark.parametrize(("mwi_endpoint", "status", "hears"), [("ours", NOT_FOUND, True), ("site", ANSWERED, False)])
def test_the_administrator_decides_about_a_header(lay: Lay, mwi_endpoint: str, status: int, hears: bool) -> None:
    senders = lay(22, SITES["header"])
    senders.site.settings["mwi_endpoint"] = mwi_endpoint
    assert senders.site.sync().stderr == ""
    assert senders.hears() is hears
    senders.headers = [HEADER]
    assert senders.call() == status


@pytest.mark.asterisk
def test_an_endpoint_of_ours_that_asterisk_knows_stays_where_a_site_adds_one_for_unknown_senders(lay: Lay) -> None:
    senders = lay(22, {"pjsip.conf": ""})
    senders.site.sync()
    senders.add("pjsip.conf", endpoint("anonymous"))
    assert senders.call() == NOT_FOUND
    said = senders.site.gvma("sync", "--dry-run").stderr
    assert "our endpoint gets the requests of 127.0.0.1; without it the site's own endpoint anonymous would" in said
    senders.site.sync()
    assert senders.call() == NOT_FOUND
    assert senders.hears()


@pytest.mark.asterisk
def test_a_database_may_identify_sip_server(lay: Lay) -> None:
    senders = lay(22, {"pjsip.conf": TSERVER})
    database = senders.asterisk.folder / "realtime.sqlite3"
    with closing(sqlite3.connect(database)) as tables:
        tables.execute("CREATE TABLE ps_endpoint_id_ips (id TEXT, endpoint TEXT, match TEXT)")
        tables.execute("INSERT INTO ps_endpoint_id_ips VALUES ('x', 'tserver', ?)", (SIPSERVER,))
        tables.commit()
    senders.put("res_config_sqlite3.conf", f"[site]\ndbfile => {database}\nbatch => 0\n", reload=False)
    senders.put("extconfig.conf", "[settings]\nps_endpoint_id_ips => sqlite3,site\n", reload=False)
    identifies = "identify=realtime,ps_endpoint_id_ips\n"
    senders.put("sorcery.conf", f"[res_pjsip_endpoint_identifier_ip]\n{identifies}", reload=False)
    senders.asterisk.restart()
    assert senders.call() == ANSWERED
    senders.site.lay_out()
    planned = senders.site.gvma("sync", "--dry-run", "--no-reload")
    assert "its files do not tell all (sorcery.conf takes identify from realtime,ps_endpoint_id_ips)" in planned.stderr
    _sync_changes_no_way(senders)
    assert "type=endpoint" not in senders.site.block("pjsip.conf")


@pytest.mark.asterisk
@pytest.mark.parametrize("known_by", ["name", "wizard", "anonymous"])
def test_files_alone_decide_without_ami_and_the_plan_says_so(lay: Lay, known_by: str) -> None:
    senders = lay(22, SITES[known_by])
    senders.site.lay_out()
    planned = senders.site.gvma("sync", "--dry-run", "--no-reload").stdout
    assert "Asterisk was not asked who gets SIP Server's requests; its files alone decide.\n" in planned
    assert f"Left out: endpoint gvma-sipserver for {SIPSERVER}, " in planned
    senders.site.sync("--no-reload")
    senders.reload()
    assert senders.call() == ANSWERED
    assert senders.hears()


@pytest.mark.asterisk
def test_what_the_site_takes_out_without_a_reload_is_planned_for_with_ours(lay: Lay) -> None:
    """Asterisk still knows it before the plan, and knows it no more after our reload."""
    senders = lay(22, SITES["wizard"])
    senders.put("pjsip_wizard.conf", "", reload=False)
    senders.site.sync()
    assert senders.call() == NOT_FOUND
    assert senders.hears()
    assert senders.site.sync().stdout == ""


@pytest.mark.asterisk
def test_a_change_after_which_sip_servers_calls_go_elsewhere_is_put_back(lay: Lay) -> None:
    """The site's identify goes as soon as our block is there."""
    senders = lay(22, {"pjsip.conf": TSERVER})
    _identify_by_exec(senders, "! grep -q gvm-1000 pjsip.conf")
    before = senders.site.text("pjsip.conf")
    senders.site.lay_out()
    done = senders.site.gvma("sync")
    assert done.status == 15, str(done)
    assert f"endpoint tserver does not get the requests of SIP Server, {SIPSERVER}, any more" in done.stderr
    assert "The files were put back and Asterisk has reloaded them" in done.stderr
    assert senders.site.text("pjsip.conf") == before
    assert senders.call() == ANSWERED
