"""The blocks of sip.conf, pjsip.conf and extensions.conf, against golden files written from the manual."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.asterisk.dialplan import render_dialplan
from gvma.asterisk.entries import Subscription
from gvma.asterisk.pjsip import render_pjsip
from gvma.asterisk.sip import read_subscriptions, render_sip
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


@pytest.mark.parametrize("mode", ["SUBSCRIBE", "REGISTER"])
def test_sip_conf_is_as_the_manual_shows_it(mode: str) -> None:
    assert render_sip(SUBSCRIPTIONS, ONE, mode, AT) == (GOLDEN / f"sip-{mode.lower()}.conf").read_bytes()


@pytest.mark.parametrize("mode", ["SUBSCRIBE", "REGISTER"])
def test_pjsip_conf_serves_a_pair_of_sip_servers(mode: str) -> None:
    assert render_pjsip(SUBSCRIPTIONS, PAIR, mode, AT) == (GOLDEN / f"pjsip-{mode.lower()}.conf").read_bytes()


def test_where_sip_server_is_identified_elsewhere_only_aors_are_written() -> None:
    text = render_pjsip(SUBSCRIPTIONS, PAIR, "SUBSCRIBE", AT, identified_elsewhere=["192.168.0.200", "192.168.0.201"])
    assert text.count(b"type=aor\n") == 4
    assert b"endpoint" not in text


def test_of_a_pair_only_the_address_that_nobody_identifies_is_matched() -> None:
    text = render_pjsip(SUBSCRIPTIONS, PAIR, "SUBSCRIBE", AT, identified_elsewhere=["192.168.0.200"])
    assert [line for line in text.splitlines() if line.startswith(b"match")] == [b"match=192.168.0.201"]


@pytest.mark.parametrize("render", [render_sip, render_pjsip])
@pytest.mark.parametrize("mode", ["SUBSCRIBE", "REGISTER"])
def test_every_subscription_is_read_back_and_none_has_a_secret(render: object, mode: str) -> None:
    text = (render_sip if render is render_sip else render_pjsip)(SUBSCRIPTIONS, ONE, mode, AT)
    assert read_subscriptions(text) == {
        "gvm-1111": "1111@GVMA_DN",
        "gvm-a-2222": "2222@GVMA_AGENT",
        "gvm-g-3333": "3333@GVMA_AGENTGROUP",
        "gvm-1000": "1000@MY_COMPANY",
    }
    assert b"secret" not in text


def test_subscriptions_are_read_from_the_perl_gvma_and_from_asterisks_rewriting() -> None:
    text = b"[gvm-1]\ntype = friend\nmailbox = 1@GVMA_DN\n[other]\nmailbox=2@x\n[gvm-a-2]\nmailbox=2@GVMA_AGENT ; x\n"
    assert read_subscriptions(text) == {"gvm-1": "1@GVMA_DN", "gvm-a-2": "2@GVMA_AGENT"}


@pytest.mark.parametrize("host", ["", " , ", "10.0.0.1,10.0.0.2"])
def test_chan_sip_needs_exactly_one_address(host: str) -> None:
    with pytest.raises(SettingsError, match="siptserver_host"):
        render_sip(SUBSCRIPTIONS, GvmaSettings(siptserver_host=host), "SUBSCRIBE", AT)


def test_pjsip_needs_an_address() -> None:
    with pytest.raises(SettingsError, match="siptserver_host"):
        render_pjsip(SUBSCRIPTIONS, GvmaSettings(), "SUBSCRIBE", AT)


def test_the_dialplan_has_the_manuals_ten_steps_for_prefixes_of_any_length() -> None:
    settings = GvmaSettings(
        vm_dn_ext_prefix="37", vm_agt_ext_prefix="385", vm_grp_ext_prefix="9", vm_voicemail_main_ext="8000"
    )
    assert render_dialplan(settings, AT) == (GOLDEN / "extensions.conf").read_bytes()
