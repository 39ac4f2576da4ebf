"""Who has to get SIP Server's requests after a reload."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gvma.asterisk.entries import Endpoint
from gvma.asterisk.identification.chan_sip import ChanSipKnown, Peer
from gvma.asterisk.identification.expectation import expectation
from gvma.asterisk.identification.model import SipServer
from gvma.asterisk.identification.pjsip import Identify, PjsipKnown

SERVER = SipServer({"10.0.0.1": {"10.0.0.1"}}, 5060)
OURS = Endpoint("gvma-sipserver", "mwi", "default", matches=("10.0.0.1",))
TSERVER, NEW, MINE = (Identify(name, ("10.0.0.1/32",)) for name in ("tserver", "new", "gvma-sipserver"))


@pytest.mark.parametrize(
    ("before", "endpoints", "after", "says"),
    [
        ([TSERVER], [], [TSERVER], []),
        ([TSERVER, MINE], [], [TSERVER], []),
        ([TSERVER], [], [TSERVER, NEW], []),
        ([], [OURS], [MINE], []),
        ([MINE], [OURS], [MINE], []),
        ([], [], [], []),
        ([TSERVER], [], [], ["endpoint tserver does not get the requests of SIP Server, 10.0.0.1, any more"]),
        (
            [TSERVER, MINE],
            [],
            [TSERVER, MINE],
            ["endpoint gvma-sipserver gets the requests of SIP Server, 10.0.0.1, which were tserver's"],
        ),
        (
            [],
            [OURS],
            [],
            [
                "endpoint gvma-sipserver does not get the requests of SIP Server, 10.0.0.1: Asterisk has not loaded "
                "its identify (where sorcery.conf takes identifies from a database, set mwi_endpoint = site)"
            ],
        ),
    ],
)
def test_who_got_the_requests_gets_them_and_ours_where_nobody_did(
    before: Sequence[Identify], endpoints: list[Endpoint], after: Sequence[Identify], says: list[str]
) -> None:
    wanted = expectation(PjsipKnown(identifies=tuple(before)), SERVER, {"gvma-sipserver"}, endpoints, "")
    assert list(wanted.differences(PjsipKnown(identifies=tuple(after)))) == says


@pytest.mark.parametrize(
    ("after", "differs"),
    [
        ([Peer("tserver", "10.0.0.1", 5060, "in")], False),
        ([Peer("tserver", "10.0.0.1", 5060, "default")], True),
        ([Peer("other", "10.0.0.1", 5060, "in")], True),
    ],
)
def test_the_peer_of_chan_sip_keeps_its_context(after: list[Peer], differs: bool) -> None:
    before = ChanSipKnown((Peer("tserver", "10.0.0.1", 5060, "in"),))
    wanted = expectation(before, SERVER, (), (), "in")
    says = ["SIP peer tserver does not get the calls of SIP Server into in any more"] if differs else []
    assert list(wanted.differences(ChanSipKnown(tuple(after)))) == says
