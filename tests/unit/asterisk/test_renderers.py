"""The blocks of sip.conf, pjsip.conf and extensions.conf, against golden files written from the manual."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.asterisk.dialplan import patterns, read_dialplan, render_dialplan
from gvma.asterisk.drivers import CHAN_SIP, DRIVERS, PJSIP, Driver
from gvma.asterisk.entries import Endpoint, Extension, Hint, Subscription
from gvma.errors import SettingsError
from gvma.settings.model import GvmaSettings

AT = "Tue Jan 15 20:36:50 2008"
GOLDEN = Path(__file__).parents[2] / "golden"
SUBSCRIPTIONS = (
    Subscription("gvm-1111", "1111", "GVMA_DN"),
    Subscription("gvm-a-2222", "2222", "GVMA_AGENT"),
    Subscription("gvm-g-3333", "3333", "GVMA_AGENTGROUP"),
    Subscription("gvm-1000", "1000", "MY_COMPANY"),
)
ONE = GvmaSettings(siptserver_host="192.168.0.200", siptserver_port=5060)
PAIR = GvmaSettings(siptserver_host="192.168.0.200, 192.168.0.201")


def pjsip_conf(settings: GvmaSettings, identified: tuple[str, ...] = ()) -> bytes:
    mwi = PJSIP.mwi_endpoint(settings, identified)
    return PJSIP.render(SUBSCRIPTIONS, (mwi,) if mwi else (), settings, AT)


@pytest.mark.parametrize("mode", ["SUBSCRIBE", "REGISTER"])
def test_sip_conf_is_as_the_manual_shows_it(mode: str) -> None:
    text = CHAN_SIP.render(SUBSCRIPTIONS, (), ONE._replace(mwi_mode=mode), AT)
    assert text == (GOLDEN / f"sip-{mode.lower()}.conf").read_bytes()


@pytest.mark.parametrize("mode", ["SUBSCRIBE", "REGISTER"])
def test_pjsip_conf_serves_a_pair_of_sip_servers(mode: str) -> None:
    text = pjsip_conf(PAIR._replace(mwi_mode=mode))
    assert text == (GOLDEN / f"pjsip-{mode.lower()}.conf").read_bytes()


def test_where_sip_server_is_identified_elsewhere_only_aors_are_written() -> None:
    text = pjsip_conf(PAIR, ("192.168.0.200", "192.168.0.201"))
    assert text.count(b"type=aor\n") == 4
    assert b"endpoint" not in text


def test_of_a_pair_only_the_address_that_nobody_identifies_is_matched() -> None:
    text = pjsip_conf(PAIR, ("192.168.0.200",))
    assert [line for line in text.splitlines() if line.startswith(b"match")] == [b"match=192.168.0.201"]


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.name)
@pytest.mark.parametrize("mode", ["SUBSCRIBE", "REGISTER"])
def test_no_subscription_has_a_secret(driver: Driver, mode: str) -> None:
    assert b"secret" not in driver.render(SUBSCRIPTIONS, (), ONE._replace(mwi_mode=mode), AT)


def test_peers_stand_above_chan_sips_subscriptions_and_endpoints_below_those_of_pjsip() -> None:
    phone = Endpoint("2001", "phone", "default")
    for driver, first in ((CHAN_SIP, b"[2001]"), (PJSIP, b"[gvm-1111]")):
        text = driver.render(SUBSCRIPTIONS, (phone,), ONE, AT)
        assert text.splitlines()[2] == first


@pytest.mark.parametrize("host", ["", " , ", "10.0.0.1,10.0.0.2"])
def test_chan_sip_needs_exactly_one_address(host: str) -> None:
    with pytest.raises(SettingsError, match="siptserver_host"):
        CHAN_SIP.render(SUBSCRIPTIONS, (), GvmaSettings(siptserver_host=host), AT)


def test_pjsip_needs_an_address() -> None:
    with pytest.raises(SettingsError, match="siptserver_host"):
        PJSIP.render(SUBSCRIPTIONS, (), GvmaSettings(), AT)


def test_the_dialplan_has_the_manuals_ten_steps_for_prefixes_of_any_length() -> None:
    settings = GvmaSettings(
        vm_dn_ext_prefix="37", vm_agt_ext_prefix="385", vm_grp_ext_prefix="9", vm_voicemail_main_ext="8000"
    )
    assert render_dialplan(settings, AT) == (GOLDEN / "extensions.conf").read_bytes()


ROUTED = GvmaSettings(routing=True, routing_context="R")
HINTS = (Hint("2001", "SIP/2001"), Hint("2003", "SIP/2003"), Hint("2004", "SIP/2004"))
EXTENSIONS = (
    Extension("2001", ("Dial(SIP/2001,60)",)),
    Extension("2002", ("Dial(SIP/2002,60)",)),
    Extension("1500", ("Dial(SIP/${EXTEN}@gsip,30,r)", "Hangup()")),
    Extension("_0.", ("Dial(SIP/${EXTEN:1}@gwsim,60)",)),
)


def test_phones_stand_by_number_with_their_hints_above_service_numbers_and_the_way_out() -> None:
    lines = render_dialplan(ROUTED, AT, HINTS, EXTENSIONS).decode().partition("[R]\n")[2].splitlines()
    assert [line.removeprefix("exten => ").rpartition("(")[0] or line for line in lines] == [
        "exten => 2001,hint,SIP/2001",
        "2001,1,Dial",
        "2002,1,Dial",
        "exten => 2003,hint,SIP/2003",
        "exten => 2004,hint,SIP/2004",
        "1500,1,Dial",
        "1500,2,Hangup",
        "_0.,1,Dial",
    ]


def test_hints_and_extensions_are_read_back_from_the_routing_context_alone() -> None:
    hints, extensions = read_dialplan(render_dialplan(ROUTED, AT, HINTS, EXTENSIONS), "R")
    assert hints == {hint.extension: hint for hint in HINTS}
    assert extensions == {extension.pattern: extension for extension in EXTENSIONS}
    assert read_dialplan(render_dialplan(ROUTED, AT, HINTS, EXTENSIONS), "other") == ({}, {})


def test_each_context_has_its_patterns_once_those_with_a_hint_alone_among_them() -> None:
    found = patterns(render_dialplan(ROUTED, AT, HINTS, EXTENSIONS))
    assert found["R"] == ("2001", "2002", "2003", "2004", "1500", "_0.")
    assert found["GVMA"] == (
        "_37X.", "_37.", "_38X.", "_38.", "_39X.", "_39.", "_gvm-X.", "_gvm-a-X.", "_gvm-g-X.", "_gvm-.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("exten=>7,1,Dial(SIP/7, 60) ; rings", "Dial(SIP/7,60)"),
        (" exten => 7 , 1 , Dial(SIP/7,60)", "Dial(SIP/7,60)"),
        ("exten => 7,3,Dial(SIP/7,60)", "3,Dial(SIP/7,60)"),
    ],
)
def test_blanks_and_comments_do_not_make_another_extension_but_a_priority_does(line: str, step: str) -> None:
    assert read_dialplan(f"[R]\n{line}\n".encode(), "R")[1] == {"7": Extension("7", (step,))}
