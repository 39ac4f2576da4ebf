"""What the blocks of sip.conf and pjsip.conf hold now, as values that can be compared with what is wanted."""

from __future__ import annotations

import pytest

from gvma.asterisk.conf.model import Conf
from gvma.asterisk.conf.reader import read_conf
from gvma.asterisk.drivers import CHAN_SIP, DRIVERS, PJSIP, Driver
from gvma.asterisk.entries import Address, Endpoint, Subscription
from gvma.settings.model import GvmaSettings

AT = "Tue Jan 15 20:36:50 2008"
ONE = GvmaSettings(siptserver_host="192.168.0.200", siptserver_port=5060)
SUBSCRIPTIONS = (
    Subscription("gvm-1111", "1111", "GVMA_DN"),
    Subscription("gvm-a-2222", "2222", "GVMA_AGENT"),
    Subscription("gvm-1000", "1000", "MY_COMPANY"),
)
ENDPOINTS = (
    Endpoint("gvma-sipserver", "mwi", "default", matches=("192.168.0.200",)),
    Endpoint("gwsim", "gateway", "default", (Address("10.0.0.2", 5066),), ("10.0.0.2",)),
    Endpoint("gsip", "sipserver", "default", (Address("10.0.0.1", 5060), Address("::1", 5060))),
    Endpoint("2001", "phone", "default"),
)

BOTH = pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.name)
MODES = pytest.mark.parametrize("mode", ["SUBSCRIBE", "REGISTER"])


@BOTH
@MODES
def test_every_subscription_is_read_back_with_the_settings_that_it_is_to_have(driver: Driver, mode: str) -> None:
    settings = ONE._replace(mwi_mode=mode)
    present = driver.read_subscriptions(driver.render(SUBSCRIPTIONS, ENDPOINTS[1:], settings, AT))
    assert {name: one.mailbox for name, one in present.items()} == {
        "gvm-1111": "1111@GVMA_DN",
        "gvm-a-2222": "2222@GVMA_AGENT",
        "gvm-1000": "1000@MY_COMPANY",
    }
    assert {one.settings for one in present.values()} == {driver.subscription_settings(settings)}


@BOTH
def test_another_mwi_mode_shows_as_other_settings(driver: Driver) -> None:
    register = ONE._replace(mwi_mode="REGISTER")
    assert driver.subscription_settings(ONE) != driver.subscription_settings(register)


@MODES
def test_a_block_of_pjsip_says_in_which_mwi_mode_it_was_written(mode: str) -> None:
    body = PJSIP.render(SUBSCRIPTIONS, ENDPOINTS, ONE._replace(mwi_mode=mode), AT)
    assert PJSIP.registers(body) == (mode == "REGISTER")


@pytest.mark.parametrize(
    ("driver", "before", "after", "is_said"),
    [
        (CHAN_SIP, "subscribemwi=yes", "host=dynamic", True),
        (CHAN_SIP, "subscribemwi=yes", "host=dynamic\nsubscribemwi=no", False),
        (CHAN_SIP, "subscribemwi=yes", "host=10.0.0.1", False),
        (CHAN_SIP, "subscribemwi=no", "host=dynamic", False),
        (PJSIP, "subscribemwi=yes", "host=dynamic", False),
    ],
)
def test_an_option_that_chan_sip_keeps_over_a_reload_is_said(
    driver: Driver, before: str, after: str, is_said: bool
) -> None:
    """Tried on Asterisk 16: nobody that registers gets a NOTIFY where subscribemwi=yes is kept."""
    bodies = (f"[gvm-1]\ntype=friend\n{lines}\nmailbox=1@GVMA_DN\n".encode() for lines in (before, after))
    assert bool(driver.kept_over_reload(*bodies)) == is_said


def test_another_address_or_port_of_sip_server_shows_as_other_settings_of_chan_sip_alone() -> None:
    moved = ONE._replace(siptserver_host="192.168.0.9")
    other_port = ONE._replace(siptserver_port=5080)
    assert len({CHAN_SIP.subscription_settings(one) for one in (ONE, moved, other_port)}) == 3
    assert len({PJSIP.subscription_settings(one) for one in (ONE, moved, other_port)}) == 1


CHAN_SIP_AS_WRITTEN = (
    "[gvm-1]\ntype=friend\nhost=192.168.0.200\nport=5060\nmailbox=1@GVMA_DN\nvmexten=1\nsubscribemwi=yes\n"
)


@pytest.mark.parametrize(
    "text",
    [
        CHAN_SIP_AS_WRITTEN,
        CHAN_SIP_AS_WRITTEN.replace("=", " = "),
        CHAN_SIP_AS_WRITTEN.replace("=", " => "),
        CHAN_SIP_AS_WRITTEN.replace("\n", "\n\t")[:-1],
        CHAN_SIP_AS_WRITTEN.replace("\n", " ; by hand\n"),
        CHAN_SIP_AS_WRITTEN.replace("port", "; a comment\n\nport"),
        CHAN_SIP_AS_WRITTEN.replace("vmexten=", "vmexten = "),
        CHAN_SIP_AS_WRITTEN.replace("GVMA_DN\n", "GVMA_DN ; x\n"),
        CHAN_SIP_AS_WRITTEN.removesuffix("\n"),
    ],
)
def test_blanks_and_comments_are_no_other_settings(text: str) -> None:
    for body in (text, f"; header\n{text}", CHAN_SIP_AS_WRITTEN.replace("1", "2") + text):
        present = CHAN_SIP.read_subscriptions(body.encode())["gvm-1"]
        assert present == ("1@GVMA_DN", CHAN_SIP.subscription_settings(ONE))


@pytest.mark.parametrize(
    "text",
    [
        CHAN_SIP_AS_WRITTEN.replace("vmexten=1", "vmexten=2"),
        CHAN_SIP_AS_WRITTEN.replace("vmexten=1\n", ""),
        CHAN_SIP_AS_WRITTEN.replace("port=5060\n", ""),
        CHAN_SIP_AS_WRITTEN + "secret=x\n",
        CHAN_SIP_AS_WRITTEN.replace("]", "](+)"),
    ],
)
def test_a_line_that_was_changed_by_hand_is_another_setting(text: str) -> None:
    present = CHAN_SIP.read_subscriptions(text.encode())["gvm-1"]
    assert present.mailbox == "1@GVMA_DN"
    assert present.settings != CHAN_SIP.subscription_settings(ONE)


def test_an_aor_list_that_was_changed_by_hand_is_another_setting() -> None:
    register = ONE._replace(mwi_mode="REGISTER")
    body = PJSIP.render(SUBSCRIPTIONS, (), register, AT).replace(b"aors=gvm-1111", b"aors=gvm-1000")
    other = [name for name, one in PJSIP.read_subscriptions(body).items()
             if one.settings != PJSIP.subscription_settings(register)]  # fmt: skip
    assert other == ["gvm-1111"]


def test_subscriptions_are_read_from_the_perl_gvma_and_from_asterisks_rewriting() -> None:
    text = b"[gvm-1]\ntype = friend\nmailbox = 1@GVMA_DN\n[other]\nmailbox=2@x\n[gvm-a-2]\nmailbox=2@GVMA_AGENT ; x\n"
    present = CHAN_SIP.read_subscriptions(text)
    assert {name: one.mailbox for name, one in present.items()} == {"gvm-1": "1@GVMA_DN", "gvm-a-2": "2@GVMA_AGENT"}


def test_an_object_that_watches_no_mailbox_is_no_subscription() -> None:
    assert set(CHAN_SIP.read_subscriptions(b"[gvm-1]\ntype=friend\n[gvm-2]\nmailbox=2@GVMA_DN\n")) == {"gvm-2"}


def test_two_objects_with_the_same_spaced_lines_keep_each_their_own_mailbox() -> None:
    body = (
        b"[gvm-1]\nmailbox = 1@X\nvmexten = 1\n[gvm-2]\nmailbox = 1@X\nvmexten = 1\n[gvm-3]\nmailbox=3@X\nvmexten = 1\n"
    )
    present = CHAN_SIP.read_subscriptions(body)
    assert [one.mailbox for one in present.values()] == ["1@X", "1@X", "3@X"]
    assert present["gvm-1"].settings == present["gvm-2"].settings != present["gvm-3"].settings


@pytest.mark.parametrize("endpoints", [ENDPOINTS, ENDPOINTS[::-1]])
def test_every_endpoint_of_pjsip_is_read_back_as_it_was_written(endpoints: tuple[Endpoint, ...]) -> None:
    found = PJSIP.read_endpoints(PJSIP.render(SUBSCRIPTIONS, endpoints, ONE, AT))
    assert found == {endpoint.name: PJSIP.endpoint_lines(endpoint) for endpoint in endpoints}


def test_every_peer_of_chan_sip_is_read_back_as_it_was_written() -> None:
    found = CHAN_SIP.read_endpoints(CHAN_SIP.render(SUBSCRIPTIONS, ENDPOINTS[1:], ONE, AT))
    assert found == {endpoint.name: CHAN_SIP.endpoint_lines(endpoint) for endpoint in ENDPOINTS[1:]}


def test_an_endpoint_with_other_blanks_is_the_same_and_with_another_line_another() -> None:
    phone = ENDPOINTS[3]
    text = "\n".join(PJSIP.endpoint_lines(phone))
    assert PJSIP.read_endpoints(text.replace("=", " = ").encode())["2001"] == PJSIP.endpoint_lines(phone)
    assert PJSIP.read_endpoints(text.replace("ulaw,alaw", "ulaw").encode())["2001"] != PJSIP.endpoint_lines(phone)


def test_chan_sip_takes_names_that_differ_in_case_for_one_and_pjsip_does_not() -> None:
    assert CHAN_SIP.folded("gvm-A") == CHAN_SIP.folded("gvm-a")
    assert PJSIP.folded("gvm-A") != PJSIP.folded("gvm-a")


def conf(text: bytes) -> Conf:
    return read_conf("x.conf", lambda name: [(name, text)])


def test_what_of_ours_the_site_defines_itself() -> None:
    site = conf(
        b"[GVM-A-1]\ntype=friend\n[gvm-2](!)\ntype=aor\n[gvm-3]\ntype=endpoint\n[gvm-4]\ntype=aor\n[2001]\ntype=aor\n"
    )

    def found(driver: Driver, mode: str) -> list[str]:
        return [one.name for one in driver.subscriptions_defined(site, mode)]

    assert found(CHAN_SIP, "SUBSCRIBE") == ["GVM-A-1", "gvm-3", "gvm-4"]
    assert found(PJSIP, "SUBSCRIBE") == ["gvm-4"]
    assert found(PJSIP, "REGISTER") == ["gvm-3", "gvm-4"]


def test_sip_server_gets_an_endpoint_of_ours_for_the_addresses_that_nobody_identifies() -> None:
    pair = GvmaSettings(siptserver_host="10.0.0.1,10.0.0.2", routing_endpoint_context="in")
    assert PJSIP.mwi_endpoint(pair, {"10.0.0.1"}) == Endpoint("gvma-sipserver", "mwi", "in", matches=("10.0.0.2",))
    assert PJSIP.mwi_endpoint(pair, {"10.0.0.1", "10.0.0.2"}) is None
    assert PJSIP.mwi_endpoint(pair._replace(mwi_mode="REGISTER"), ()) is None
    assert CHAN_SIP.mwi_endpoint(pair, ()) is None


def test_sip_server_is_known_by_its_port_too_where_others_have_its_address() -> None:
    one = GvmaSettings(siptserver_host="10.0.0.1,2001:db8::1", siptserver_port=5070)
    endpoint = PJSIP.mwi_endpoint(one, (), {"10.0.0.1", "2001:db8::1"})
    assert endpoint is not None
    assert endpoint.matches == ("10.0.0.1:5070", "[2001:db8::1]:5070")
