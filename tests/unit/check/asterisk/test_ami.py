"""AMI, version and modules as Asterisk says them; once wrong, once right."""

from __future__ import annotations

from typing import Any

import pytest

from gvma.asterisk.drivers import CHAN_SIP, PJSIP, Driver
from gvma.asterisk.modules import (
    ALWAYS_NEEDED,
    DRIVER_MODULES,
    EXTERNAL_MWI,
    MEDIA_MODULES,
    REGISTER_MODULES,
    ROUTING_MODULES,
)
from gvma.check.asterisk import ami as checks
from gvma.errors import AmiAccountInUseError, AsteriskUnreachableError, CredentialsError
from gvma.evidence.model import AmiEvidence, Evidence
from gvma.settings import GvmaSettings, Settings

ALL = frozenset(
    {
        *ALWAYS_NEEDED,
        *DRIVER_MODULES["pjsip"],
        *DRIVER_MODULES["sip"],
        *REGISTER_MODULES,
        *ROUTING_MODULES,
        *MEDIA_MODULES,
        "res_timing_timerfd.so",
    }
)


WELL = AmiEvidence(version="22.10.1", loaded=ALL)


def seen(live: AmiEvidence, settings: GvmaSettings | None = None, **changes: Any) -> Evidence:
    return Evidence(Settings(gvma=settings or GvmaSettings()), ami=live)._replace(**changes)


@pytest.mark.parametrize(
    ("live", "codes"),
    [
        (AmiEvidence(problem=AsteriskUnreachableError("refused")), ["ami-unreachable"]),
        (AmiEvidence(problem=CredentialsError("no")), ["ami-credentials"]),
        (AmiEvidence(problem=AmiAccountInUseError("in use")), ["ami-in-use"]),
        (AmiEvidence(refused=("ModuleLoad needs system",)), ["ami-permission"]),
        (WELL, []),
    ],
)
def test_ami_is_reached_with_all_that_is_needed(live: AmiEvidence, codes: list[str]) -> None:
    assert [finding.code for finding in checks.check_reached(seen(live))] == codes


@pytest.mark.parametrize(
    ("version", "old"), [("13.38.3", True), ("16.28.0~dfsg-0+deb11u4", False), ("GIT-master-abc", False)]
)
def test_the_oldest_asterisk(version: str, old: bool) -> None:
    found = list(checks.check_version(seen(WELL._replace(version=version))))
    assert bool(found) is old


@pytest.mark.parametrize(
    ("without", "code"),
    [
        ("app_voicemail.so", "module-missing"),
        ("res_pjsip_mwi.so", "module-missing"),
    ],
)
def test_a_module_that_is_missing(without: str, code: str) -> None:
    live = WELL._replace(loaded=ALL - {without})
    assert [finding.code for finding in checks.check_modules(seen(live))] == [code]
    assert list(checks.check_modules(seen(WELL))) == []


def test_a_module_that_is_loaded_and_does_not_run() -> None:
    """pbx_config.so does so where extensions.conf could not be read at Asterisk's start."""
    found = list(checks.check_modules(seen(WELL._replace(idle=frozenset({"pbx_config.so", "cdr_odbc.so"})))))
    assert [(finding.code, finding.where) for finding in found] == [("module-missing", "pbx_config.so")]


@pytest.mark.parametrize(
    ("driver", "without", "wrong"),
    [
        (PJSIP, "res_pjsip_exten_state.so", True),
        (PJSIP, "app_dial.so", True),
        (CHAN_SIP, "res_pjsip_exten_state.so", False),
        (CHAN_SIP, "app_dial.so", True),
    ],
)
def test_routing_needs_presence_and_dial(driver: Driver, without: str, wrong: bool) -> None:
    live = WELL._replace(loaded=ALL - {without})
    found = checks.check_modules(seen(live, GvmaSettings(routing=True), driver=driver))
    assert [finding.code for finding in found] == ["module-missing"] * wrong
    assert list(checks.check_modules(seen(live, driver=driver))) == []


def test_another_storage_of_app_voicemail_is_app_voicemail_too() -> None:
    live = WELL._replace(loaded=ALL - {"app_voicemail.so"} | {"app_voicemail_odbc.so"})
    assert list(checks.check_modules(seen(live))) == []


def test_res_mwi_external_excludes_app_voicemail() -> None:
    live = WELL._replace(loaded=ALL | {EXTERNAL_MWI})
    assert [finding.code for finding in checks.check_modules(seen(live))] == ["module-conflict"]
