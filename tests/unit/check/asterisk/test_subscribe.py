"""What refuses SIP Server's SUBSCRIBE, as Asterisk and its files say it."""

from __future__ import annotations

import pytest

from gvma.asterisk.drivers import CHAN_SIP, PJSIP, Driver
from gvma.asterisk.identification.rights import OWN_RULES, AclRule, SipServerRequests, SubscribeRights, permitted
from gvma.check.asterisk.subscribe import check_subscribe
from gvma.check.finding import Finding
from gvma.evidence.model import AmiEvidence, Evidence
from gvma.settings import GvmaSettings, Settings
from tests.unit.check.objects import files

SETTINGS = GvmaSettings(siptserver_host="10.0.0.20")
NOBODY, EVERYBODY = AclRule(False, "0.0.0.0/0.0.0.0"), AclRule(True, "0.0.0.0/0")
SIP_SERVER = AclRule(True, "10.0.0.0/255.255.255.0")


def found(
    rights: SubscribeRights,
    driver: Driver = PJSIP,
    text: str = "",
    acls: dict[str, tuple[AclRule, ...]] | None = None,
    settings: GvmaSettings = SETTINGS,
) -> list[Finding]:
    ami = AmiEvidence(sipserver=SipServerRequests(rights={"tserver": rights}, acls=acls or {}))
    seen = Evidence(Settings(gvma=settings), ami=ami, driver=driver, files=files(channel=text))
    return [*check_subscribe(seen._replace(addresses={"10.0.0.20": frozenset({"10.0.0.20"})}))]


@pytest.mark.parametrize(
    ("rights", "driver", "message"),
    [
        (SubscribeRights(), PJSIP, ""),
        (SubscribeRights(may_subscribe=False), PJSIP, "endpoint tserver has allow_subscribe=no"),
        (SubscribeRights(may_subscribe=False), CHAN_SIP, "peer tserver has allowsubscribe=no"),
        (SubscribeRights(is_challenged=True), PJSIP, "endpoint tserver has auth"),
        (SubscribeRights(is_challenged=True), CHAN_SIP, "peer tserver has secret"),
        (SubscribeRights(acls=("lan",)), PJSIP, "endpoint tserver has acl=lan, which Asterisk does not know"),
    ],
)
def test_what_refuses_a_subscribe_is_named(rights: SubscribeRights, driver: Driver, message: str) -> None:
    assert [(one.code, one.message) for one in found(rights, driver)] == (
        [("sipserver-refused", message)] * bool(message)
    )


@pytest.mark.parametrize(
    ("rules", "codes"),
    [
        ((NOBODY,), ["sipserver-refused"]),
        ((NOBODY, SIP_SERVER), []),
        ((SIP_SERVER, NOBODY), ["sipserver-refused"]),
        ((AclRule(False, "192.168.0.0/16"),), []),
        ((AclRule(False, "::/::"),), []),
    ],
)
def test_the_rules_of_a_named_acl_decide(rules: tuple[AclRule, ...], codes: list[str]) -> None:
    assert [one.code for one in found(SubscribeRights(acls=("lan",)), acls={"lan": rules})] == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[tserver]\ntype=endpoint\ndeny=0.0.0.0/0.0.0.0\n", ["sipserver-refused"]),
        ("[tserver]\ntype=endpoint\ndeny=0.0.0.0/0.0.0.0\npermit=192.168.0.0/16,10.0.0.20\n", []),
        ("[closed](!)\ndeny=0.0.0.0/0\n[tserver](closed)\ntype=endpoint\n", ["sipserver-refused"]),
        ("", ["sipserver-acl"]),
    ],
)
def test_the_lines_of_an_endpoint_decide_where_a_file_has_them(text: str, codes: list[str]) -> None:
    assert [one.code for one in found(SubscribeRights(acls=(OWN_RULES,)), text=text)] == codes


def test_an_acl_for_all_of_pjsip_is_one_for_sip_server() -> None:
    text = "[lan]\ntype=acl\ndeny=0.0.0.0/0.0.0.0\npermit=192.168.0.0/16\n"
    (finding,) = found(SubscribeRights(), text=text)
    assert finding.message == "[lan] of type=acl has deny/permit, which does not permit 10.0.0.20"
    assert found(SubscribeRights(), CHAN_SIP, text) == []


def test_register_mode_has_no_subscribe() -> None:
    assert found(SubscribeRights(may_subscribe=False), settings=SETTINGS._replace(mwi_mode="REGISTER")) == []


def test_of_the_rules_that_have_an_address_the_last_counts() -> None:
    assert permitted((), ["10.0.0.20"])
    assert permitted((NOBODY, EVERYBODY), ["10.0.0.20"])
    assert not permitted((NOBODY, SIP_SERVER), ["10.0.0.20", "10.9.0.20"])
    assert not permitted((AclRule(False, "2001:db8::/ffff:ffff::"),), ["2001:db8::20"])
