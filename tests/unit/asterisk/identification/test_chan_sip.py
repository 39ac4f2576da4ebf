"""Which peer of the site gets SIP Server's calls from chan_sip, and the context that ours take from it."""

from __future__ import annotations

import pytest

from gvma.asterisk.identification.chan_sip import ChanSipKnown, Peer, names_in, of_conf, of_site
from gvma.asterisk.identification.model import Identified, SipServer, SiteIdentification
from tests.unit.asterisk.identification import conf

HOST = "tserver.example"
SERVER = SipServer({HOST: {"10.0.0.1"}}, 5060)
GENERAL = b"[general]\ncontext=guests\n"


def peer(name: str, port: int, context: str = "from-tserver", *, any_port: bool = False) -> Peer:
    return Peer(name, "10.0.0.1", port, context, any_port)


@pytest.mark.parametrize(
    ("peers", "name"),
    [
        ([], ""),
        ([peer("a", 5060)], "a"),
        ([peer("a", 5070)], ""),
        ([peer("a", 5070, any_port=True)], "a"),
        ([peer("a", 5070, any_port=True), peer("b", 5060)], "b"),
        ([peer("a", 5060), peer("b", 5060)], "a"),
        ([Peer("a", "10.0.0.2", 5060, "x")], ""),
        ([peer("gvm-1000", 5060)], ""),
        ([peer("gsip", 5060)], ""),
    ],
)
def test_the_peer_with_address_and_port_gets_the_calls_then_one_with_insecure_port(
    peers: list[Peer], name: str
) -> None:
    found = of_site(ChanSipKnown(tuple(peers), "guests"), ChanSipKnown(), SERVER, own={"gsip"})
    expected = SiteIdentification({HOST: Identified(name)}, peer_context="from-tserver")
    assert found == (expected if name else SiteIdentification())


def test_a_context_that_every_peer_has_is_not_written() -> None:
    found = of_site(ChanSipKnown((peer("a", 5060, "guests"),), "guests"), ChanSipKnown(), SERVER, own=())
    assert found.peer_context == ""


def test_of_two_peers_the_first_in_the_file_gets_the_calls() -> None:
    text = GENERAL + b"[z]\ntype=peer\nhost=10.0.0.1\ncontext=z\n[a]\ntype=peer\nhost=10.0.0.1\ncontext=a\n"
    asked = ChanSipKnown((peer("a", 5060, "a"), peer("z", 5060, "z")), "guests")
    assert of_site(asked, of_conf(conf(text)), SERVER, own=()).peer_context == "z"


@pytest.mark.parametrize(
    ("lines", "context"),
    [
        (b"type=peer\nhost=10.0.0.1\ncontext=in\n", "in"),
        (b"type=friend\nhost=TServer.example\ncontext=in\n", "in"),
        (b"type=peer\nhost=10.0.0.1\nport=5070\ninsecure=invite,port\ncontext=in\n", "in"),
        (b"type=peer\nhost=10.0.0.1\nport=5070\ninsecure=very\ncontext=in\n", "in"),
        (b"type=peer\nhost=10.0.0.1\nport=5070\ninsecure=invite\ncontext=in\n", ""),
        (b"type=user\nhost=10.0.0.1\ncontext=in\n", ""),
        (b"type=peer\nhost=dynamic\ncontext=in\n", ""),
        (b"type=peer\nhost=10.0.0.1\n", ""),
    ],
)
def test_files_alone_say_which_context_calls_reach(lines: bytes, context: str) -> None:
    found = of_site(None, of_conf(conf(GENERAL + b"[tserver]\n" + lines)), SERVER, own=())
    assert found.peer_context == context


@pytest.mark.parametrize(
    ("lines", "refused_before"),
    [
        (b"port=5070\ninsecure=invite\n", "tserver, whose port is 5070"),
        (b"port=5070\n", "tserver, whose port is 5070"),
        (b"port=5060\n", ""),
        (b"port=5070\ninsecure=port\n", ""),
    ],
)
def test_a_peer_on_another_port_is_named_where_guests_are_refused(lines: bytes, refused_before: str) -> None:
    text = b"[tserver]\ntype=peer\nhost=10.0.0.1\ncontext=in\n" + lines
    no_guests = of_site(None, of_conf(conf(b"[general]\nallowguest=no\n" + text)), SERVER, own=())
    assert no_guests.refused_before == refused_before
    asked = of_site(ChanSipKnown(guests=False), of_conf(conf(GENERAL + text)), SERVER, own=())
    assert asked.refused_before == refused_before
    assert of_site(None, of_conf(conf(GENERAL + text)), SERVER, own=()).refused_before == ""


def test_host_names_of_peers_are_known() -> None:
    assert names_in(of_conf(conf(b"[a]\ntype=peer\nhost=Switch.example\n[b]\ntype=peer\nhost=10.0.0.1\n"))) == {
        "switch.example"
    }
