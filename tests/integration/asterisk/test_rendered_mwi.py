"""MWI and presence through the rendered blocks, on both servers: SIP Server is played by the user agent."""

from __future__ import annotations

from gvma.asterisk.drivers import CHAN_SIP, PJSIP
from gvma.asterisk.entries import Mailbox, Subscription
from gvma.configserver.objects import ConfigObject
from gvma.mailboxes import desired
from gvma.routing import routing
from tests.harness.servers.asterisk_fixtures import StartAsterisk, StartTelephone
from tests.integration.asterisk.test_rendered_blocks import SETTINGS, files_of

BOXES = (
    Mailbox("1000", "GVMA_DN", "1000", "1000"),
    Mailbox("2222", "GVMA_AGENT", "2222", "2222"),
    Mailbox("3333", "GVMA_AGENTGROUP", "3333", "3333"),
)
SUBSCRIPTIONS = (
    Subscription("gvm-1000", "1000", "GVMA_DN"),
    Subscription("gvm-a-2222", "2222", "GVMA_AGENT"),
    Subscription("gvm-g-3333", "3333", "GVMA_AGENTGROUP"),
    Subscription("gvm-9000", "9000", "default"),
)
WANTED = desired([], [], [])._replace(mailboxes=BOXES, subscriptions=SUBSCRIPTIONS)


def test_sip_server_subscribes_to_every_kind_of_box_and_to_no_other(
    start_asterisk: StartAsterisk, start_telephone: StartTelephone, version: int
) -> None:
    asterisk = start_asterisk(version, files_of(WANTED, version))
    sipserver = start_telephone(asterisk, host="127.0.0.5", port=SETTINGS.siptserver_port)
    for it in SUBSCRIPTIONS:
        subscribed = sipserver.subscribe(it.name)
        assert subscribed.response.status == 200
        assert "Messages-Waiting: no" in sipserver.wait_notify("Voice-Message: 0/0", subscribed).text
    assert sipserver.subscribe("gvm-9999", from_user="gvm-1000" if version == 22 else "").response.status == 404


def test_sip_server_registers_for_every_kind_of_box(
    start_asterisk: StartAsterisk, start_telephone: StartTelephone, version: int
) -> None:
    asterisk = start_asterisk(version, files_of(WANTED, version, "REGISTER"))
    sipserver = start_telephone(asterisk, host="127.0.0.5", port=SETTINGS.siptserver_port)
    for it in SUBSCRIPTIONS:
        seen = len(sipserver.received)
        assert sipserver.register(it.name).status == 200
        assert "Voice-Message: 0/0" in sipserver.wait_notify("Messages-Waiting: no", after=seen).text


def test_sip_server_watches_a_phone_and_reaches_it_without_a_challenge(
    start_asterisk: StartAsterisk, start_telephone: StartTelephone, version: int
) -> None:
    driver = CHAN_SIP if version == 16 else PJSIP
    routed = routing([ConfigObject("CfgDN", 1, "2001", 1)], [ConfigObject("CfgDN", 2, "2400", 4)], SETTINGS, driver)
    asterisk = start_asterisk(version, files_of(WANTED, version, "SUBSCRIBE", routed))
    sipserver = start_telephone(asterisk, "gsip", host="127.0.0.5", port=SETTINGS.siptserver_port)
    phone = start_telephone(asterisk, "2001", host="127.0.0.6")
    watched = sipserver.subscribe("2001", "presence", from_user="gsip")
    assert watched.response.status == 200
    sipserver.wait_notify("<basic>closed</basic>", watched)
    assert phone.register("2001").status == 200
    sipserver.wait_notify("<basic>open</basic>", watched)
    assert sipserver.subscribe("2002", "presence", from_user="gsip").response.status == 404
    business = sipserver.call("2001", from_user="gsip")
    ringing = phone.wait_call()
    ringing.answer()
    assert business.wait_final().status == 200
    business.hang_up()
    customer = phone.call("2400", from_user="2001")
    arrived = sipserver.wait_call()
    arrived.answer()
    assert customer.wait_final().status == 200
    assert arrived.invite is not None
    assert arrived.invite.uri.startswith("sip:2400@127.0.0.5")
    customer.hang_up()
    assert sipserver.subscribe("gvm-1000", from_user="gvm-1000").response.status == 200
