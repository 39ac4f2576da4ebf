"""What Asterisk says against files and settings, written down as Asterisk says it; once wrong, once right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gvma.check import live as checks
from gvma.check.conf import read_conf
from gvma.check.evidence import Evidence, Live, Media
from gvma.errors import AsteriskUnreachableError, CredentialsError
from gvma.settings import GvmaSettings, Settings

MARKERS = (";$---GVMA-BEGIN-GVMA---$", ";$---GVMA-END-GVMA---$")
ALL = frozenset(
    {
        *checks.COMMON_MODULES,
        *checks.DRIVER_MODULES["pjsip"],
        *checks.DRIVER_MODULES["sip"],
        *checks.REGISTER_MODULES,
        *checks.ROUTING_MODULES,
        *checks.MEDIA_MODULES,
        "res_timing_timerfd.so",
    }
)
WELL = Live(version="22.10.1", asked=tuple(ALL), loaded=ALL)


def seen(live: Live, settings: GvmaSettings | None = None, **changes: Any) -> Evidence:
    return replace(Evidence(Settings(gvma=settings or GvmaSettings()), live=live), **changes)


def conf(name: str, text: str) -> dict[str, Any]:
    return {"confs": {name: read_conf(name, lambda _: [(name, text.encode())], MARKERS)}}


@pytest.mark.parametrize(
    ("live", "codes"),
    [
        (Live(problem=AsteriskUnreachableError("refused")), ["ami-unreachable"]),
        (Live(problem=CredentialsError("no")), ["ami-credentials"]),
        (Live(refused=("ModuleLoad needs system",)), ["ami-permission"]),
        (WELL, []),
    ],
)
def test_ami_is_reached_with_all_that_is_needed(live: Live, codes: list[str]) -> None:
    assert [finding.code for finding in checks.check_reached(seen(live))] == codes


@pytest.mark.parametrize(
    ("version", "old"), [("13.38.3", True), ("16.28.0~dfsg-0+deb11u4", False), ("GIT-master-abc", False)]
)
def test_the_oldest_asterisk(version: str, old: bool) -> None:
    found = list(checks.check_version(seen(replace(WELL, version=version))))
    assert bool(found) is old


@pytest.mark.parametrize(
    ("without", "code"),
    [
        ("app_voicemail.so", "module-missing"),
        ("res_pjsip_mwi.so", "module-missing"),
        ("app_confbridge.so", "module-media"),
        ("res_timing_timerfd.so", "module-media"),
    ],
)
def test_a_module_that_is_missing(without: str, code: str) -> None:
    live = replace(WELL, loaded=ALL - {without})
    assert [finding.code for finding in checks.check_modules(seen(live, media=Media(True)))] == [code]
    assert list(checks.check_modules(seen(WELL, media=Media(True)))) == []


def test_a_module_that_is_loaded_and_does_not_run() -> None:
    """pbx_config.so does so where extensions.conf could not be read at Asterisk's start."""
    found = list(checks.check_modules(seen(replace(WELL, idle=frozenset({"pbx_config.so", "cdr_odbc.so"})))))
    assert [(finding.code, finding.where) for finding in found] == [("module-missing", "pbx_config.so")]


def test_a_media_module_is_not_missed_where_there_is_no_media_server() -> None:
    assert list(checks.check_modules(seen(replace(WELL, loaded=ALL - {"app_confbridge.so"})))) == []


@pytest.mark.parametrize(
    ("driver", "without", "wrong"),
    [
        ("pjsip", "res_pjsip_exten_state.so", True),
        ("pjsip", "app_dial.so", True),
        ("sip", "res_pjsip_exten_state.so", False),
        ("sip", "app_dial.so", True),
    ],
)
def test_routing_needs_presence_and_dial(driver: str, without: str, wrong: bool) -> None:
    live = replace(WELL, loaded=ALL - {without})
    found = checks.check_modules(seen(live, GvmaSettings(routing=True), driver=driver))
    assert [finding.code for finding in found] == ["module-missing"] * wrong
    assert list(checks.check_modules(seen(live, driver=driver))) == []


def test_another_storage_of_app_voicemail_is_app_voicemail_too() -> None:
    live = replace(WELL, loaded=ALL - {"app_voicemail.so"} | {"app_voicemail_odbc.so"})
    assert list(checks.check_modules(seen(live))) == []


def test_res_mwi_external_excludes_app_voicemail() -> None:
    live = replace(WELL, loaded=ALL | {checks.EXTERNAL_MWI})
    assert [finding.code for finding in checks.check_modules(seen(live))] == ["module-conflict"]


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
    live = replace(WELL, identifies=identifies)
    found = checks.check_identify(seen(live, GvmaSettings(siptserver_host="10.0.0.20")))
    assert [finding.code for finding in found] == codes


def test_chan_sip_and_register_mode_need_no_identify() -> None:
    live = replace(WELL, identifies=())
    settings = GvmaSettings(siptserver_host="10.0.0.20")
    assert list(checks.check_identify(seen(live, settings, driver="sip"))) == []
    assert list(checks.check_identify(seen(live, replace(settings, mwi_mode="REGISTER")))) == []


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
    live = replace(WELL, identifies=(("gsip", "10.0.0.20/32"),), identifier_order=order)
    settings = GvmaSettings(siptserver_host="10.0.0.20", mwi_mode="REGISTER")
    assert [finding.code for finding in checks.check_identifier_order(seen(live, settings))] == codes


def test_phones_behind_sip_servers_address_want_the_user_name_first() -> None:
    live = replace(
        WELL,
        identifies=(("gsip", "10.0.0.20/32"),),
        identifier_order="ip,username",
        contact_hosts=(("2001", "10.0.0.20"),),
    )
    settings = GvmaSettings(siptserver_host="10.0.0.20", routing=True)
    found = checks.check_identifier_order(seen(live, settings))
    assert [finding.code for finding in found] == ["identifier-order-phones"]
    elsewhere = replace(live, contact_hosts=(("2001", "10.0.0.99"),))
    assert list(checks.check_identifier_order(seen(elsewhere, settings))) == []
    text = conf("driver", "[gsip]\ntype=endpoint\naors=genesys\n[genesys]\ntype=aor\ncontact=sip:10.0.0.20\n")
    itself = replace(live, contact_hosts=(("genesys", "10.0.0.20"), ("gsip", "10.0.0.20")))
    assert list(checks.check_identifier_order(seen(itself, settings, **text))) == []
    # The site's own endpoint is identified, and business call routing dials SIP Server through gsip.
    routed = replace(live, identifies=(("genesys", "10.0.0.20/32"),), contact_hosts=(("gsip", "10.0.0.20"),))
    assert list(checks.check_identifier_order(seen(routed, settings))) == []


@pytest.mark.parametrize(
    ("general", "codes"),
    [
        ("passwordlocation=spooldir", []),
        ("passwordlocation=spoolfolder", ["password-location"]),
        ("odbcstorage=asterisk", ["voicemail-storage"]),
        ("externpass=/usr/bin/pass", ["voicemail-storage"]),
        ("format=wav", []),
    ],
)
def test_where_messages_and_pins_are_kept(general: str, codes: list[str]) -> None:
    evidence = seen(WELL, **conf("vm", f"[general]\n{general}\n"))
    assert [finding.code for finding in checks.check_storage(evidence)] == codes
