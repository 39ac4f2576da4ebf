"""What a plan wants for SIP Server, by who gets its requests already."""

from __future__ import annotations

import pytest

from gvma.asterisk.drivers import CHAN_SIP, PJSIP, Driver
from gvma.asterisk.entries import Subscription
from gvma.asterisk.identification.model import By, Identified, SiteIdentification
from gvma.mailboxes import Desired
from gvma.plan.wanted import Wanted, wanted_of
from gvma.routing import SiteRouting
from gvma.settings.model import GvmaSettings

HOST = "10.0.0.1"
SETTINGS = GvmaSettings(siptserver_host=HOST)


def wanted(known: SiteIdentification, driver: Driver = PJSIP, **changes: object) -> Wanted:
    settings = SETTINGS._replace(**changes)  # type: ignore[arg-type]
    asked = Desired(subscriptions=(Subscription("gvm-1000", "1000", "GVMA_DN"),))
    return wanted_of(asked, ((), ()), settings, driver, SiteRouting(identification=known), owners=b"", objects={})


def by(how: By) -> SiteIdentification:
    return SiteIdentification({HOST: Identified("tserver", how)})


@pytest.mark.parametrize(
    ("how", "reason", "warns"),
    [
        ("address", "which the site's own endpoint tserver identifies", False),
        ("anonymous", "whose requests the site's own endpoint tserver gets, as those of every unknown sender", False),
        (
            "request",
            "whose requests may be those of the site's own endpoint tserver, which is known by a header or the URI",
            True,
        ),
        ("number", "whose calls reach the site's own endpoint tserver, where they come from that number", True),
    ],
)
def test_what_the_site_gets_is_left_to_it_and_said(how: By, reason: str, warns: bool) -> None:
    plan = wanted(by(how))
    assert plan.endpoints == ()
    assert plan.left_out == (f"endpoint gvma-sipserver for {HOST}, {reason}",)
    assert [one.code for one in plan.warnings] == ["mwi-endpoint-left-out"] * warns


def test_the_settings_have_the_last_word_and_end_the_warning() -> None:
    ours = wanted(by("request"), mwi_endpoint="ours")
    assert [one.name for one in ours.endpoints] == ["gvma-sipserver"]
    assert (ours.left_out, ours.warnings) == ((), ())
    theirs = wanted(by("request"), mwi_endpoint="site")
    assert theirs.endpoints == ()
    assert theirs.left_out == (f"endpoint gvma-sipserver for {HOST}, since mwi_endpoint = site",)
    assert theirs.warnings == ()
    assert wanted(SiteIdentification(), mwi_endpoint="site").endpoints == ()


def test_an_endpoint_of_ours_that_comes_before_the_sites_own_stays_with_a_warning() -> None:
    beside = SiteIdentification(beside={HOST: Identified("anonymous", "anonymous")})
    assert [one.name for one in wanted(beside).endpoints] == ["gvma-sipserver"]
    assert [one.code for one in wanted(beside).warnings] == ["mwi-endpoint-first"]
    assert wanted(beside, mwi_endpoint="site").endpoints == ()
    assert wanted(beside, mwi_endpoint="ours").warnings == ()


def test_subscriptions_of_chan_sip_have_the_context_of_the_sites_own_peer() -> None:
    plan = wanted(SiteIdentification({HOST: Identified("tserver")}, peer_context="in"), CHAN_SIP)
    assert "context=in" in plan.subscription_settings.splitlines()
    assert (plan.endpoints, plan.left_out, plan.warnings) == ((), (), ())
    assert "context" not in wanted(SiteIdentification(), CHAN_SIP).subscription_settings
