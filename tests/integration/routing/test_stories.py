"""Business call routing on real servers: SIP Server, gateway and phones are user agents
on loopback addresses of their own, and every line that Asterisk has of it was written by `gvma sync`.

Each story happens twice on each server: with the peers that gvma writes, and with peers that the site wrote.
"""

from __future__ import annotations

import pytest

from gvma.ami.manager import connect
from gvma.sip.message import address_uri
from tests.integration.routing import Routed, World
from tests.useragent import UserAgent


def invites(agent: UserAgent) -> list[str]:
    """The Request-URIs of all INVITEs that reached somebody."""
    return [message.uri for message in agent.received if message.method == "INVITE" and not message.is_response]


def register(*desks: UserAgent) -> None:
    for desk in desks:
        assert desk.register(desk.user).status == 200


def test_sip_server_hears_of_the_whole_of_a_phones_life(world: World) -> None:
    watch = world.sip_server.subscribe("2001", "presence", from_user="gsip")
    assert watch.response.status == 200

    def notified(text: str, after: int) -> int:
        """Wait for a NOTIFY with this text; where to look from for the next."""
        world.sip_server.wait_notify(text, watch, after=after)
        return len(world.sip_server.received)

    seen = notified("<basic>closed</basic>", 0)
    register(world.desk, world.other_desk)
    seen = notified("<basic>open</basic>", seen)
    call = world.other_desk.call("2001", from_user="2002")
    seen = notified("Ringing", seen)
    world.desk.wait_call().answer()
    assert call.wait_final().status == 200
    seen = notified("On the phone", seen)
    call.hang_up()
    seen = notified("Ready", seen)
    assert world.desk.register("2001", expires=0).status == 200
    notified("<basic>closed</basic>", seen)
    # A private call is none of SIP Server's business but for the presence (the manual's lines 1474-1479).
    assert invites(world.sip_server) == []


def test_a_call_that_a_phone_makes_shows_it_busy_too(world: World) -> None:
    register(world.desk, world.other_desk)
    watch = world.sip_server.subscribe("2001", "presence", from_user="gsip")
    world.sip_server.wait_notify("Ready", watch)
    seen = len(world.sip_server.received)
    world.other_desk.auto_answer = True
    call = world.desk.call("2002", from_user="2001")
    assert call.wait_final().status == 200
    world.sip_server.wait_notify("On the phone", watch, after=seen)
    seen = len(world.sip_server.received)
    call.hang_up()
    world.sip_server.wait_notify("Ready", watch, after=seen)
    assert invites(world.sip_server) == []


@pytest.mark.parametrize("number", ["2999", "_2XXX", "2400"])
def test_a_number_without_a_hint_is_not_found(world: World, number: str) -> None:
    assert world.sip_server.subscribe(number, "presence", from_user="gsip").response.status == 404


def test_a_service_number_reaches_sip_server_with_ringback_and_ends_after_the_limit(world: World) -> None:
    register(world.desk)
    world.sip_server.auto_ring = False
    call = world.desk.call("2400", from_user="2001")
    taken = world.sip_server.wait_call()
    assert taken.invite is not None
    assert address_uri(taken.invite.uri).partition("@")[0] == "sip:2400"
    # SIP Server says 100 and does not ring, so the 180 is Asterisk's own: the r of Dial().
    world.sip_server.respond(taken.invite, 100, "Trying", taken.local_tag)
    call.wait_for(lambda call: 180 in [message.status for message in call.provisional])
    taken.wait_request("CANCEL")
    assert call.wait_final().status >= 400


def test_a_service_call_that_sip_server_answers_is_a_call(world: World) -> None:
    register(world.desk)
    world.sip_server.auto_answer = True
    call = world.desk.call("2400", from_user="2001")
    assert call.wait_final().status == 200
    call.hang_up()
    world.sip_server.wait_call().wait_ended()


def test_sip_servers_call_reaches_the_phone_without_a_challenge(world: World) -> None:
    register(world.desk)
    watch = world.sip_server.subscribe("2001", "presence", from_user="gsip")
    world.sip_server.wait_notify("Ready", watch)
    call = world.sip_server.call("2001", from_user="8005551234")
    taken = world.desk.wait_call()
    assert taken_for(world) == "gsip"
    taken.answer()
    assert call.wait_final().status == 200
    world.sip_server.wait_notify("On the phone", watch)
    call.hang_up()
    taken.wait_ended()


def taken_for(world: World) -> str:
    """The peer or endpoint for which Asterisk takes the call that is on its way."""
    lines = world.asterisk.cli("core show channels concise")
    (incoming,) = [line for line in lines if "!Dial!" in line]
    return incoming.partition("!")[0].partition("/")[2].rpartition("-")[0]


def test_a_phone_that_is_registered_on_sip_server_is_called_there_and_not_watched(world: World) -> None:
    register(world.desk)
    assert world.sip_server.subscribe("2003", "presence", from_user="gsip").response.status == 404
    world.sip_server.auto_answer = True
    call = world.desk.call("2003", from_user="2001")
    assert call.wait_final().status == 200
    assert [uri.partition("@")[0] for uri in invites(world.sip_server)] == ["sip:2003"]
    call.hang_up()


def test_an_external_number_reaches_the_gateway_without_the_prefix(world: World) -> None:
    register(world.desk)
    world.gateway.auto_answer = True
    call = world.desk.call("05551234", from_user="2001")
    assert call.wait_final().status == 200
    assert [uri.partition("@")[0] for uri in invites(world.gateway)] == ["sip:5551234"]
    assert invites(world.sip_server) == []
    call.hang_up()


def test_a_call_from_the_gateway_reaches_phone_and_service(world: World) -> None:
    register(world.desk)
    world.desk.auto_answer = world.sip_server.auto_answer = True
    for number in ("2001", "2400"):
        call = world.gateway.call(number, from_user="5551234")
        assert call.wait_final().status == 200
        call.hang_up()


def test_a_number_that_is_a_pattern_gets_nothing_and_a_warning(routed: Routed) -> None:
    assert "_2XXX" in routed.said
    with connect(routed.asterisk.settings()) as ami:
        assert "_2XXX" not in ami.dialplan("GVMA_ROUTING")
        peers = ami.sip_peers() if routed.asterisk.driver == "sip" else ami.endpoints()
    assert not [name for name in peers if "XXX" in name and not name.startswith("gvm-")]


def test_no_peer_for_routing_has_a_secret_and_a_second_sync_changes_nothing(routed: Routed) -> None:
    name = "sip.conf" if routed.asterisk.driver == "sip" else "pjsip.conf"
    text = (routed.asterisk.etc / name).read_text("utf-8")
    assert "secret" not in text
    assert "auth" not in text
    assert routed.installation.sync().stdout == ""
    assert (routed.asterisk.etc / name).read_text("utf-8") == text
