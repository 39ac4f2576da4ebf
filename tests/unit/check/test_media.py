"""The media server's checks, each found and not found; and silent where Asterisk serves no media."""

from __future__ import annotations

import pytest

from gvma.asterisk.modules import MEDIA_MODULES
from gvma.check import media as checks
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import AmiEvidence, Evidence, MediaEvidence
from gvma.settings import MediaSettings, Settings
from tests.unit.check.objects import dn, evidence, files

INCLUDED = "[default]\ninclude => moh_conf_treatment\n[moh_conf_treatment]\n"


def seen(text: str = INCLUDED, media: MediaEvidence = MediaEvidence(True)) -> Evidence:  # noqa: B008  (frozen)
    return evidence()._replace(files=files(dialplan=text), media=media)


def test_health() -> None:
    ill = MediaEvidence(True, problem="no answer: Connection refused")
    assert [f.where for f in checks.check_health(seen(media=ill))] == ["127.0.0.1:4573"]
    assert list(checks.check_health(seen())) == []
    assert list(checks.check_health(seen(media=ill._replace(used=False)))) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (INCLUDED, []),
        ("[default]\ninclude => from-genesys\n[from-genesys]\ninclude => moh_conf_treatment\n", []),
        ("[default]\n[moh_conf_treatment]\n", ["media-include"]),
        ("[unused]\ninclude => moh_conf_treatment\n[moh_conf_treatment]\n", ["media-include-unreached"]),
    ],
)
def test_the_context_must_be_included_where_calls_come(text: str, codes: list[str]) -> None:
    site = seen(text)._replace(files=files(dialplan=text, channel="[gsip]\ncontext=default\n"))
    assert [f.code for f in checks.check_included(site)] == codes


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("", []),
        ("GVMA_AGI=agi://127.0.0.1:4573", []),
        ("GVMA_AGI=agi://127.0.0.1", []),
        ("GVMA_AGI=hagi://_agi._tcp.example.com", []),
        ("GVMA_AGI=agi://${SERVER}:4573", []),
        ("GVMA_AGI=agi://127.0.0.1:4574", ["media-address"]),
        ("GVMA_AGI = agi://10.0.0.9", ["media-address"]),
        (f"GVMA_AGI=agi://127.0.0.1:{'9' * 5000}", ["media-address"]),
    ],
)
def test_the_dialplan_asks_the_server_that_the_settings_name(value: str, codes: list[str]) -> None:
    assert [f.code for f in checks.check_address(seen(f"[globals]\n{value}\n{INCLUDED}"))] == codes


def test_an_ipv6_address_is_the_same_in_the_dialplan_and_in_the_settings() -> None:
    site = seen(f"[globals]\nGVMA_AGI=agi://[::1]:4573\n{INCLUDED}")
    site = site._replace(settings=Settings(media=MediaSettings(agi_host="::1")))
    assert list(checks.check_address(site)) == []
    elsewhere = site._replace(settings=Settings(media=MediaSettings(agi_host="::2")))
    assert [f.message for f in checks.check_address(elsewhere)] == [
        "GVMA_AGI = agi://[::1]:4573, but [media] has [::2]:4573"
    ]


def test_what_asterisk_cannot_use() -> None:
    lost = MediaEvidence(True, unusable=(("/sounds/calm", "is not there"),))
    assert [f.where for f in checks.check_sounds(seen(media=lost))] == ["/sounds/calm"]
    assert list(checks.check_sounds(seen(media=lost._replace(used=False)))) == []


@pytest.mark.parametrize(
    ("service", "contact", "used", "codes"),
    [
        ("treatment", "127.0.0.1:5060", False, ["media-dialplan"]),
        ("treatment", "127.0.0.1:5060", True, []),
        ("treatment", "10.9.9.9:5060", False, []),
        ("softswitch", "127.0.0.1:5060", False, []),
    ],
)
def test_a_service_that_leads_here_is_served_here(service: str, contact: str, used: bool, codes: list[str]) -> None:
    configured = evidence(servicequery=[dn("media", 29, service_type=service, contact=contact)])
    where = configured._replace(files=files(dialplan="[default]\n"), media=MediaEvidence(used))
    found = list(checks.check_served(where))
    assert [finding.code for finding in found] == codes
    assert all(f.message == f"contact = {contact} is this Asterisk, and no context takes its calls" for f in found)


def test_media_services_lead_here() -> None:
    services = [
        dn(name, 29, service_type=name, contact="sip:127.0.0.1:5060")
        for name in ("treatment", "music", "mcu", "recorder")
    ]
    away = [*services[:3], dn("recorder", 29, service_type="recorder", contact="10.9.9.9")]

    def found(dns: list[ConfigObject], *, used: bool) -> list[tuple[str, str]]:
        seen = evidence(servicequery=dns)._replace(media=MediaEvidence(used))
        return [(finding.code, finding.where) for finding in checks.check_services(seen)]

    assert found(services, used=True) == []
    assert found(away, used=True) == [("sipserver-media-contact", "DN recorder")]
    assert found(services[1:], used=True) == [("sipserver-media-contact", "servicequery")]
    assert found(away, used=False) == [("sipserver-media-elsewhere", "DN recorder")]
    assert found(services[1:], used=False) == []


MODULES = frozenset({*MEDIA_MODULES, "res_timing_timerfd.so"})


@pytest.mark.parametrize("without", ["app_confbridge.so", "res_agi.so", "res_timing_timerfd.so"])
def test_a_module_that_the_media_server_needs(without: str) -> None:
    missing = seen()._replace(ami=AmiEvidence(loaded=MODULES - {without}))
    assert [finding.code for finding in checks.check_modules(missing)] == ["module-media"]
    assert list(checks.check_modules(missing._replace(ami=AmiEvidence(loaded=MODULES)))) == []
    assert list(checks.check_modules(missing._replace(media=MediaEvidence(used=False)))) == []


@pytest.mark.parametrize(
    ("service", "wrong"),
    [("recordr", True), ("treatement", True), ("musik", True), ("recorder", False), ("softswitch", False), ("", False)],
)
def test_a_service_type_that_is_nearly_a_media_services_is_named(service: str, wrong: bool) -> None:
    found = list(checks.check_service_types(evidence(servicequery=[dn("media", 29, service_type=service)])))
    assert [f.code for f in found] == ["sipserver-service-type"] * wrong
