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


def test_a_media_module_is_not_missed_where_there_is_no_media_server() -> None:
    assert list(checks.check_modules(seen(replace(WELL, loaded=ALL - {"app_confbridge.so"})))) == []


def test_another_storage_of_app_voicemail_is_app_voicemail_too() -> None:
    live = replace(WELL, loaded=ALL - {"app_voicemail.so"} | {"app_voicemail_odbc.so"})
    assert list(checks.check_modules(seen(live))) == []


def test_res_mwi_external_excludes_app_voicemail() -> None:
    live = replace(WELL, loaded=ALL | {checks.EXTERNAL_MWI})
    assert [finding.code for finding in checks.check_modules(seen(live))] == ["module-conflict"]


BOXES = f"{MARKERS[0]}\n[GVMA_DN]\n1000 => 1,Anne\n1001 => 1,Bob\n{MARKERS[1]}\n[site]\n5 => 1\n"


@pytest.mark.parametrize(
    ("held", "codes"),
    [
        ({"1000@GVMA_DN", "1001@GVMA_DN"}, []),
        ({"1000@GVMA_DN"}, ["drift"]),
        ({"1000@GVMA_DN", "1001@GVMA_DN", "9@GVMA_AGENT"}, ["drift"]),
        (set[str](), ["drift"]),
    ],
)
def test_boxes_that_asterisk_holds_and_those_of_the_block(held: set[str], codes: list[str]) -> None:
    evidence = seen(replace(WELL, boxes=frozenset(held)), **conf("vm", BOXES))
    assert [finding.code for finding in checks.check_drift(evidence)] == codes


def test_subscriptions_that_asterisk_holds_and_those_of_the_block() -> None:
    text = f"{MARKERS[0]}\n[sip-server]\ntype=endpoint\n[gvm-1000]\ntype=aor\n{MARKERS[1]}\n"
    right = seen(replace(WELL, subscriptions={"gvm-1000": "1000@GVMA_DN"}), **conf("driver", text))
    assert list(checks.check_drift(right)) == []
    wrong = seen(replace(WELL, subscriptions={}), **conf("driver", text))
    assert [finding.code for finding in checks.check_drift(wrong)] == ["drift"]


@pytest.mark.parametrize(
    ("identifies", "codes"),
    [
        ((("gvma", "10.0.0.20/32"),), []),
        ((("gvma", "10.0.0.20/32"), ("gvma", "10.0.0.21/32")), []),
        ((("trunks", "10.0.0.0/24"),), []),
        ((), ["identify-none"]),
        ((("other", "10.0.1.0/24"),), ["identify-none"]),
        ((("gvma", "10.0.0.20/32"), ("site", "10.0.0.0/8")), ["identify-twice"]),
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


def test_a_context_that_asterisk_does_not_hold() -> None:
    text = f"[default]\ninclude => GVMA\n{MARKERS[0]}\n[GVMA]\nexten => 1,1,NoOp\n{MARKERS[1]}\n"
    held = replace(WELL, contexts=frozenset({"default", "GVMA"}))
    assert list(checks.check_contexts(seen(held, **conf("exten", text)))) == []
    lost = replace(WELL, contexts=frozenset({"default"}))
    assert [finding.code for finding in checks.check_contexts(seen(lost, **conf("exten", text)))] == [
        "dialplan-context"
    ]
