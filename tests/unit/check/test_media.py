"""The media server's checks, each found and not found; and silent where Asterisk serves no media."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gvma.check import media as checks
from gvma.check.conf import Conf, read_conf
from gvma.check.evidence import Evidence, Media
from tests.unit.check.objects import dn, evidence

INCLUDED = "[default]\ninclude => moh_conf_treatment\n[moh_conf_treatment]\n"


def dialplan(text: str) -> dict[str, Conf]:
    return {"exten": read_conf("extensions.conf", lambda name: [(name, text.encode())], (";begin", ";end"))}


def seen(text: str = INCLUDED, media: Media = Media(True)) -> Evidence:  # noqa: B008  (frozen)
    return replace(evidence(), confs=dialplan(text), media=media)


def test_health() -> None:
    ill = Media(True, health="no answer: Connection refused")
    assert [f.where for f in checks.check_health(seen(media=ill))] == ["127.0.0.1:4573"]
    assert list(checks.check_health(seen())) == []
    assert list(checks.check_health(seen(media=replace(ill, used=False)))) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (INCLUDED, []),
        ("[default]\ninclude => from-genesys\n[from-genesys]\ninclude => moh_conf_treatment\n", []),
        ("[default]\n[moh_conf_treatment]\n", ["media-include"]),
    ],
)
def test_the_context_must_be_included(text: str, codes: list[str]) -> None:
    assert [f.code for f in checks.check_included(seen(text))] == codes


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
    ],
)
def test_the_dialplan_asks_the_server_that_the_settings_name(value: str, codes: list[str]) -> None:
    assert [f.code for f in checks.check_address(seen(f"[globals]\n{value}\n{INCLUDED}"))] == codes


def test_what_asterisk_cannot_use() -> None:
    lost = Media(True, unreadable=(("/sounds/calm", "is not there"),))
    assert [f.where for f in checks.check_sounds(seen(media=lost))] == ["/sounds/calm"]
    assert list(checks.check_sounds(seen(media=replace(lost, used=False)))) == []


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
    layer = evidence(servicequery=[dn("media", 29, service_type=service, contact=contact)])
    found = checks.check_served(replace(layer, confs=dialplan("[default]\n"), media=Media(used)))
    assert [finding.code for finding in found] == codes
