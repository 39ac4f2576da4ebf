"""Business call routing on real servers (requirements S1 to S13): SIP Server, gateway and phones are user agents
on loopback addresses of their own, and every line that Asterisk has of it was written by `gvma sync`.

Each story is told twice on each server: with the peers that gvma writes, and with peers that the site wrote.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from socket import SOCK_DGRAM

import pytest

from gvma.ami import connect
from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.ports import free_port
from gvma.sip.message import address_uri
from tests.integration.conftest import StartAsterisk
from tests.integration.installation import EXTENSION, ROUTING_POINT, Installation, Layer
from tests.useragent import UserAgent

SIP_SERVER, GATEWAY, DESK, OTHER_DESK = "127.0.0.3", "127.0.0.2", "127.0.0.4", "127.0.0.5"
LAYER = Layer(
    dns={
        ("2001", EXTENSION): {},
        ("2002", EXTENSION): {},
        ("_2XXX", EXTENSION): {},
        ("2400", ROUTING_POINT): {},
    }
)
DIALPLAN = """\
[general]
[default]
include => GVMA
include => GVMA_ROUTING
"""
SIP_GENERAL = """\
[general]
udpbindaddr=127.0.0.1:{sip_port}
context=nowhere
allowguest=no
srvlookup=no
disallow=all
allow=ulaw
"""
# As the manual has them (its lines 1970-2026); callcounter is what makes chan_sip tell busy from idle.
SIP_OWN = """\
[gwsim]
type=peer
host={gateway}
port={gateway_port}
context=default
canreinvite=no
[gsip]
type=peer
username=gsip
host={sip_server}
port={sip_server_port}
context=default
canreinvite=no
[phone](!)
type=friend
host=dynamic
context=default
notifyringing=yes
callcounter=yes
canreinvite=no
[2001](phone)
[2002](phone)
"""
PJSIP_GENERAL = """\
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{sip_port}
"""
PJSIP_OWN = """\
[site](!)
type=endpoint
context=default
disallow=all
allow=ulaw
direct_media=no
[gwsim](site)
aors=gwsim
[gwsim]
type=aor
contact=sip:{gateway}:{gateway_port}
[gwsim]
type=identify
endpoint=gwsim
match={gateway}
[gsip](site)
aors=gsip
[gsip]
type=aor
contact=sip:{sip_server}:{sip_server_port}
[gsip]
type=identify
endpoint=gsip
match={sip_server}
[2001](site)
aors=2001
[2001]
type=aor
max_contacts=1
remove_existing=yes
[2002](site)
aors=2002
[2002]
type=aor
max_contacts=1
remove_existing=yes
"""


@dataclass(frozen=True)
class Routed:
    """An Asterisk to which one sync has brought business call routing. said: what that sync printed on stderr."""

    installation: Installation
    sip_server_port: int
    gateway_port: int
    said: str

    @property
    def asterisk(self) -> PrivateAsterisk:
        return self.installation.asterisk


def _params() -> list[object]:
    return [
        pytest.param((version, written), id=f"{version}-{'written' if written else 'own'}", marks=pytest.mark.asterisk)
        for version in (16, 22)
        for written in (True, False)
    ]


@pytest.fixture(scope="module", params=_params())
def routed(request: pytest.FixtureRequest, start_module_asterisk: StartAsterisk) -> Iterator[Routed]:
    version, written = request.param
    ports = free_port(SOCK_DGRAM), free_port(SOCK_DGRAM)
    places = {
        "sip_server": SIP_SERVER,
        "gateway": GATEWAY,
        "sip_server_port": ports[0],
        "gateway_port": ports[1],
    }
    general, own = (SIP_GENERAL, SIP_OWN) if version == 16 else (PJSIP_GENERAL, PJSIP_OWN)
    name = "sip.conf" if version == 16 else "pjsip.conf"
    text = general if written else general + _filled(own, places)
    asterisk = start_module_asterisk(version, {name: text, "extensions.conf": DIALPLAN})
    with ExitStack() as stack:
        installation = Installation(asterisk, stack, LAYER)
        installation.settings |= {
            "siptserver_host": SIP_SERVER,
            "siptserver_port": places["sip_server_port"],
            "routing": "yes",
            "routing_endpoints": "yes" if written else "no",
            "routing_service_seconds": 1,
            "routing_gateway_host": GATEWAY,
            "routing_gateway_port": places["gateway_port"],
        }
        said = installation.sync().stderr
        yield Routed(installation, *ports, said)


def _filled(text: str, places: Mapping[str, object]) -> str:
    for word, value in places.items():
        text = text.replace(f"{{{word}}}", str(value))
    return text


@dataclass
class World:
    """Everybody around one Asterisk."""

    asterisk: PrivateAsterisk
    sip_server: UserAgent
    gateway: UserAgent
    desk: UserAgent
    other_desk: UserAgent


@pytest.fixture
def world(routed: Routed) -> Iterator[World]:
    server = ("127.0.0.1", routed.asterisk.sip_port)
    with ExitStack() as stack:

        def agent(user: str, host: str, port: int = 0) -> UserAgent:
            return stack.enter_context(UserAgent(server, user, host=host, port=port))

        yield World(
            routed.asterisk,
            agent("gsip", SIP_SERVER, routed.sip_server_port),
            agent("gwsim", GATEWAY, routed.gateway_port),
            agent("2001", DESK),
            agent("2002", OTHER_DESK),
        )


def invites(agent: UserAgent) -> list[str]:
    """The Request-URIs of all INVITEs that reached somebody."""
    return [message.uri for message in agent.received if message.method == "INVITE" and not message.is_response]


def register(*desks: UserAgent) -> None:
    for desk in desks:
        assert desk.register(desk.user).status == 200


def test_the_whole_of_a_phones_life_is_told_to_sip_server(world: World) -> None:
    watch = world.sip_server.subscribe("2001", "presence", from_user="gsip")
    assert watch.response.status == 200

    def told(text: str, after: int) -> int:
        """Wait for a NOTIFY with this text; where to look from for the next."""
        world.sip_server.wait_notify(text, watch, after=after)
        return len(world.sip_server.received)

    seen = told("<basic>closed</basic>", 0)
    register(world.desk, world.other_desk)
    seen = told("<basic>open</basic>", seen)
    call = world.other_desk.call("2001", from_user="2002")
    seen = told("Ringing", seen)
    world.desk.wait_call().answer()
    assert call.wait_final().status == 200
    seen = told("On the phone", seen)
    call.hang_up()
    seen = told("Ready", seen)
    assert world.desk.register("2001", expires=0).status == 200
    told("<basic>closed</basic>", seen)
    # A private call is none of SIP Server's business but for the presence (S4).
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


OWN_DIALPLAN = """\
[general]
[default]
include => GVMA
include => GVMA_ROUTING
#include site_phones.conf
exten => 2400,1,Queue(own)
 same => n,Hangup()
exten => _0.,1,Dial(Local/${EXTEN:1}@elsewhere)
"""
OWN_PHONES = """\
exten => 2001,hint,Custom:desk2001
exten => 2002,1,NoOp(the site's own)
"""


def test_what_the_site_wrote_itself_is_left_alone_and_named(start_asterisk: StartAsterisk, version: int) -> None:
    name, general = ("sip.conf", SIP_GENERAL) if version == 16 else ("pjsip.conf", PJSIP_GENERAL)
    peer = "type=peer\nhost=127.0.0.9\n" if version == 16 else "type=endpoint\ncontext=default\nallow=ulaw\n"
    files = {
        "extensions.conf": OWN_DIALPLAN,
        "site_phones.conf": OWN_PHONES,
        name: f"{general}#include site_peers.conf\n[2002]\n{peer}",
        "site_peers.conf": f"[gwsim]\n{peer}",
    }
    asterisk = start_asterisk(version, files)
    with ExitStack() as stack:
        installation = Installation(asterisk, stack, LAYER)
        installation.settings |= {
            "siptserver_host": SIP_SERVER,
            "routing": "yes",
            "routing_endpoints": "yes",
            "routing_gateway_host": GATEWAY,
        }
        installation.write_settings()
        shown = installation.gvma("sync", "--dry-run", "--no-diff").stdout.splitlines()
        told = json.loads(installation.gvma("--output", "json", "sync", "--dry-run", "--no-diff").stdout)
        installation.sync()
    left_out = {"hint 2001", "extension 2002", "extension 2400", "extension _0.", "endpoint gwsim", "endpoint 2002"}
    assert {line.removeprefix("Left out: ") for line in shown if line.startswith("Left out: ")} == left_out
    assert set(told["left_out"]) == left_out
    with connect(asterisk.settings()) as ami:
        ours = ami.dialplan("GVMA_ROUTING")
        assert {"gsip", "2001"} <= (ami.sip_peers() if version == 16 else ami.endpoints())
    assert [word for word in ("'2001' =>", "'2002' =>", "'2400' =>", "'_0.' =>") if word in ours] == [
        "'2001' =>",
        "'2002' =>",
    ]
    assert ours.count("hint:") == 1
    assert "NoOp" not in ours
    block = (asterisk.etc / name).read_text("utf-8").partition(";$---GVMA-BEGIN-GVMA---$")[2]
    assert "[gwsim]" not in block
    assert "[2002]" not in block
