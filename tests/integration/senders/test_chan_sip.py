"""Whoever reached a context of chan_sip before a sync reaches it afterwards, and SIP Server hears of its mailboxes."""

from __future__ import annotations

from socket import SOCK_DGRAM

import pytest

from gvma.demo.ports import free_port
from tests.integration.senders import ANSWERED, BUSY, NOT_FOUND, PORT, SIPSERVER, UNKNOWN_SENDER, Senders
from tests.integration.senders.conftest import Lay

OTHER_PORT = free_port(SOCK_DGRAM)


def peer(name: str, *lines: str, context: str = "from-tserver", host: str = SIPSERVER) -> str:
    more = "".join(f"{line}\n" for line in lines)
    return f"[{name}]\ntype=peer\nhost={host}\ncontext={context}\n{more}"


SITES = {
    "the same port": peer("tserver", f"port={PORT}"),
    "another port and insecure=port": peer("tserver", f"port={OTHER_PORT}", "insecure=port"),
    "insecure=port,invite and a secret": peer("tserver", "port=5099", "insecure=port,invite", "secret=x"),
    "a name": peer("tserver", f"port={OTHER_PORT}", "insecure=port", host="localhost"),
    "a template": f"[server](!)\ninsecure=port\nport={OTHER_PORT}\n" + peer("tserver").replace("]", "](server)", 1),
    "a friend": peer("tserver", f"port={OTHER_PORT}", "insecure=port").replace("type=peer", "type=friend"),
}


def _ways(senders: Senders) -> list[int]:
    return [senders.call(port=port) for port in (PORT, OTHER_PORT)]


def _sync_changes_no_way(senders: Senders) -> None:
    before = _ways(senders)
    senders.site.sync()
    assert _ways(senders) == before
    assert senders.hears()
    assert senders.site.sync().stdout == ""
    senders.asterisk.restart()
    assert _ways(senders) == before


@pytest.mark.asterisk
@pytest.mark.parametrize("known_by", SITES)
def test_a_sites_peer_for_sip_server_keeps_its_calls(lay: Lay, known_by: str) -> None:
    senders = lay(16, {"sip.conf": SITES[known_by]})
    assert senders.call() == ANSWERED
    _sync_changes_no_way(senders)


@pytest.mark.asterisk
def test_a_guest_reaches_what_a_guest_reached(lay: Lay) -> None:
    senders = lay(16, {"sip.conf": peer("tserver", f"port={OTHER_PORT}")})
    assert _ways(senders) == [NOT_FOUND, ANSWERED]
    _sync_changes_no_way(senders)
    assert "context=" not in senders.site.block("sip.conf")


@pytest.mark.asterisk
def test_calls_that_asterisk_refused_before_are_said_before_ours_take_them(lay: Lay) -> None:
    senders = lay(16, {"sip.conf": "allowguest=no\n" + peer("tserver", f"port={OTHER_PORT}", "insecure=invite")})
    assert _ways(senders) == [UNKNOWN_SENDER, ANSWERED]
    said = f"the site's own peer tserver, whose port is {OTHER_PORT}"
    assert said in senders.site.gvma("sync", "--dry-run").stderr
    assert said in senders.site.gvma("sync").stderr
    assert _ways(senders) == [NOT_FOUND, ANSWERED]
    assert any(said in one["message"] for one in senders.site.check())
    senders.site.settings["siptserver_port"] = OTHER_PORT  # as the message says
    senders.site.sync()
    assert _ways(senders) == [UNKNOWN_SENDER, ANSWERED]
    assert not any(said in one["message"] for one in senders.site.check())


@pytest.mark.asterisk
def test_a_peer_that_the_site_writes_below_our_block_gets_sip_servers_calls_with_the_next_sync(lay: Lay) -> None:
    senders = lay(16, {"sip.conf": ""})
    senders.site.sync()
    assert senders.call() == NOT_FOUND
    senders.add("sip.conf", SITES["the same port"])
    senders.site.sync()
    assert senders.call() == ANSWERED
    assert senders.hears()
    assert senders.site.sync().stdout == ""


@pytest.mark.asterisk
def test_a_peer_that_goes_leaves_no_context_behind(lay: Lay) -> None:
    senders = lay(16, {"sip.conf": SITES["another port and insecure=port"]})
    senders.site.sync()
    assert senders.call() == ANSWERED
    senders.site.replace("sip.conf", SITES["another port and insecure=port"], "")
    senders.reload()
    senders.site.sync()
    assert senders.call() == NOT_FOUND
    assert senders.hears()


@pytest.mark.asterisk
def test_our_peer_of_business_call_routing_takes_no_calls_from_the_sites_own(lay: Lay) -> None:
    senders = lay(16, {"sip.conf": SITES["another port and insecure=port"]})
    senders.site.settings |= {"routing": "yes", "routing_endpoints": "yes", "routing_gateway_host": "127.0.0.9"}
    _sync_changes_no_way(senders)


@pytest.mark.asterisk
def test_sip_server_that_registers_keeps_its_calls(lay: Lay) -> None:
    senders = lay(16, {"sip.conf": SITES["another port and insecure=port"]})
    senders.site.settings["mwi_mode"] = "REGISTER"
    senders.site.sync()
    assert senders.agent().register("gvm-1000").status == 200
    senders.agent().wait_notify("Voice-Message: 0/0")
    assert senders.call() == ANSWERED


@pytest.mark.asterisk
def test_another_sender_keeps_its_way(lay: Lay) -> None:
    other = peer("other", f"port={OTHER_PORT}", context="from-elsewhere")
    senders = lay(16, {"sip.conf": peer("tserver", "port=5099", "insecure=port") + other})
    assert _ways(senders) == [ANSWERED, BUSY]
    _sync_changes_no_way(senders)
