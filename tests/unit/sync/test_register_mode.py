"""REGISTER mode with PJSIP, where SIP Server is known by the object that it registers on, and never by its address."""

from __future__ import annotations

import pytest

from tests.fakes.ami import Reply, ScriptedManager, events
from tests.harness.site import Site
from tests.unit.sync.answers import AORS

ABOUT_SENDERS = {"pjsip show identifiers", "pjsip show identifies"}


@pytest.fixture(autouse=True)
def register_mode(site: Site, ami: ScriptedManager) -> None:
    site.settings |= {"mwi_mode": "REGISTER", "channel_driver": "pjsip"}
    endpoints = [f"EndpointList\nObjectType: endpoint\nObjectName: {name}\nAuths: " for name in AORS]
    ami.replies["PJSIPShowEndpoints"] = Reply(events(*endpoints, complete="EndpointListComplete"))
    ami.replies["PJSIPShowEndpoint"] = _endpoint


def _endpoint(action: dict[str, str]) -> Reply:
    detail = f"EndpointDetail\nObjectType: endpoint\nMailboxes: {AORS.get(action['Endpoint'], '')}"
    return Reply(events(detail, complete="EndpointDetailComplete"))


def _asked(ami: ScriptedManager) -> set[str]:
    commands = {action["Command"] for action in ami.received if action["Action"] == "Command"}
    endpoints = {action["Endpoint"] for action in ami.received if action["Action"] == "PJSIPShowEndpoint"}
    return (commands & ABOUT_SENDERS) | (endpoints - AORS.keys())


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_a_sync_does_not_ask_who_identifies_sip_server(
    site: Site, ami: ScriptedManager, words: tuple[str, ...]
) -> None:
    done = site.try_sync(*words, reload=True)
    assert (done.status, "not asked" in done.stdout) == (0, False), str(done)
    assert _asked(ami) == set()


def test_a_sync_asks_it_where_our_endpoints_of_routing_are_known_by_their_address(
    site: Site, ami: ScriptedManager
) -> None:
    site.settings |= {"routing": "yes", "routing_endpoints": "yes"}
    site.try_sync("--dry-run", reload=True)
    assert _asked(ami) >= ABOUT_SENDERS


def test_check_does_not_ask_it(site: Site, ami: ScriptedManager) -> None:
    done = site.gvma("check")
    assert "PJSIPShowAors" in ami.actions(), str(done)
    assert not {"pjsip show identifiers", "anonymous"} & _asked(ami)
