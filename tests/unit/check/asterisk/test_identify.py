"""How PJSIP knows SIP Server, as Asterisk says it; once wrong, once right."""

from __future__ import annotations

from typing import Any

import pytest

from gvma.asterisk.drivers import CHAN_SIP
from gvma.check.asterisk.identify import check_identifier_order, check_identify
from gvma.evidence.model import AmiEvidence, Evidence
from gvma.settings import GvmaSettings, Settings
from tests.unit.check.objects import files

WELL = AmiEvidence(version="22.10.1")


def seen(live: AmiEvidence, settings: GvmaSettings | None = None, **changes: Any) -> Evidence:
    return Evidence(Settings(gvma=settings or GvmaSettings()), ami=live)._replace(**changes)


@pytest.mark.parametrize(
    ("identifies", "codes"),
    [
        ((("gvma", "10.0.0.20/32"),), []),
        ((("gvma", "10.0.0.20/32"), ("gvma", "10.0.0.21/32")), []),
        ((("trunks", "10.0.0.0/24"),), []),
        ((), ["identify-none"]),
        ((("other", "10.0.1.0/24"),), ["identify-none"]),
        ((("gvma", "10.0.0.20/32"), ("site", "10.0.0.0/8")), ["identify-twice"]),
        ((("gvma", "10.0.0.20:5060/32"), ("gateway", "10.0.0.20:5066/32")), []),
        ((("gateway", "10.0.0.20:5066/32"),), ["identify-none"]),
    ],
)
def test_one_endpoint_for_sip_servers_address(identifies: tuple[tuple[str, str], ...], codes: list[str]) -> None:
    live = WELL._replace(identifies=identifies)
    found = check_identify(seen(live, GvmaSettings(siptserver_host="10.0.0.20")))
    assert [finding.code for finding in found] == codes


def test_chan_sip_and_register_mode_need_no_identify() -> None:
    live = WELL._replace(identifies=())
    settings = GvmaSettings(siptserver_host="10.0.0.20")
    assert list(check_identify(seen(live, settings, driver=CHAN_SIP))) == []
    assert list(check_identify(seen(live, settings._replace(mwi_mode="REGISTER")))) == []


@pytest.mark.parametrize(
    ("order", "codes"),
    [
        ("ip,username,anonymous", ["identifier-order"]),
        ("", ["identifier-order"]),
        ("username,ip,anonymous", []),
        ("username", []),
    ],
)
def test_register_mode_wants_the_user_name_first(order: str, codes: list[str]) -> None:
    live = WELL._replace(identifies=(("gsip", "10.0.0.20/32"),), identifier_order=order)
    settings = GvmaSettings(siptserver_host="10.0.0.20", mwi_mode="REGISTER")
    assert [finding.code for finding in check_identifier_order(seen(live, settings))] == codes


def test_phones_behind_sip_servers_address_want_the_user_name_first() -> None:
    live = WELL._replace(
        identifies=(("gsip", "10.0.0.20/32"),),
        identifier_order="ip,username",
        contact_hosts=(("2001", "10.0.0.20"),),
    )
    settings = GvmaSettings(siptserver_host="10.0.0.20", routing=True)
    found = check_identifier_order(seen(live, settings))
    assert [finding.code for finding in found] == ["identifier-order-phones"]
    elsewhere = live._replace(contact_hosts=(("2001", "10.0.0.99"),))
    assert list(check_identifier_order(seen(elsewhere, settings))) == []
    text = files(channel="[gsip]\ntype=endpoint\naors=genesys\n[genesys]\ntype=aor\ncontact=sip:10.0.0.20\n")
    itself = live._replace(contact_hosts=(("genesys", "10.0.0.20"), ("gsip", "10.0.0.20")))
    assert list(check_identifier_order(seen(itself, settings, files=text))) == []
    # The site's own endpoint is identified, and business call routing dials SIP Server through gsip.
    routed = live._replace(identifies=(("genesys", "10.0.0.20/32"),), contact_hosts=(("gsip", "10.0.0.20"),))
    assert list(check_identifier_order(seen(routed, settings))) == []
