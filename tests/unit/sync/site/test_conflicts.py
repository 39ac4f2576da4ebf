"""What the site's own files define as well as our block does is said, and the rest of the sync goes its way."""

from __future__ import annotations

import pytest

from tests.harness.site import Site
from tests.unit.sync import OWN_FILES


def _warnings(site: Site, *words: str) -> list[tuple[str, str, str]]:
    answer = site.try_sync(*words, json=True).json()
    assert answer["exit_code"] == 0
    return [(one["code"], one["message"], one["where"]) for one in answer["warnings"]]


def _site_has(site: Site, name: str, text: str) -> str:
    path = site.etc / name
    path.write_bytes(OWN_FILES.get(name, b"") + text.encode())
    return str(path)


@pytest.mark.parametrize("context", ["GVMA_DN", "gvma_dn"])
def test_a_box_that_the_site_defines_too_is_named_with_its_file(site: Site, context: str) -> None:
    path = _site_has(site, "voicemail.conf", f"[{context}]\n1002 => 1,Mallory,,,\n[site]\n")
    [(code, message, where)] = _warnings(site)
    assert (code, where) == ("box-of-the-site", path)
    assert message.startswith("mailbox 1002@GVMA_DN also stands outside of the managed block")
    assert [code for code, _, _ in _warnings(site)] == ["box-of-the-site"]


def test_boxes_in_an_included_file_are_named_with_that_file(site: Site) -> None:
    path = _site_has(site, "boxes.inc", "1000 => 1,Mallory,,,\n1001 => 1,Trudy,,,\n1999 => 1,Own,,,\n")
    _site_has(site, "voicemail.conf", "[GVMA_DN]\n#include boxes.inc\n[site]\n")
    [(code, message, where)] = _warnings(site)
    assert (code, where) == ("box-of-the-site", path)
    assert message.startswith("mailboxes 1000@GVMA_DN, 1001@GVMA_DN also stand outside")


@pytest.mark.parametrize(
    "text",
    [
        "[GVMA_DN]\n1999 => 1,Own,,,\n",
        "[site]\n1002 => 1,Own,,,\n",
        ";--\n[GVMA_DN]\n1002 => 1,Own,,,\n--;\n",
        ";[GVMA_DN]\n;1002 => 1,Own,,,\n",
    ],
)
def test_boxes_of_the_site_that_are_not_ours_are_its_own_business(site: Site, text: str) -> None:
    _site_has(site, "voicemail.conf", text)
    assert _warnings(site) == []


@pytest.mark.parametrize(
    ("driver", "text", "named"),
    [
        ("pjsip", "[gvm-1000]\ntype=aor\nmailboxes=1@site\n", True),
        ("pjsip", "[gvm-1000]\ntype = endpoint\naors=gvm-1000\n", False),
        ("pjsip", "[gvm-1000](!)\ntype=aor\n", False),
        ("pjsip", "[gvm-9]\ntype=aor\n", False),
        ("pjsip", "[gvm-1000](+)\nqualify_frequency=30\n", False),
        ("sip", "[gvm-1000](+)\nqualify=yes\n", False),
        ("sip", "[gvm-1000]\ntype=friend\nhost=dynamic\n", True),
        ("sip", "[GVM-1000]\ntype=friend\nhost=dynamic\n", True),
    ],
)
def test_an_object_that_the_site_defines_too_is_named_with_its_file(
    site: Site, driver: str, text: str, named: bool
) -> None:
    site.settings["channel_driver"] = driver
    path = _site_has(site, f"{driver}.conf", text)
    found = _warnings(site)
    assert [(code, where) for code, _, where in found] == ([("object-of-the-site", path)] if named else [])
    assert all(message.startswith("object gvm-1000 also stands outside") for _, message, _ in found)
    assert site.block(f"{driver}.conf").count("\n[gvm-1000]\n") == (0 if named else 1)


def test_in_register_mode_the_sites_own_endpoint_is_in_the_way_too(site: Site) -> None:
    site.settings["mwi_mode"] = "REGISTER"
    _site_has(site, "pjsip.conf", "[gvm-1000]\ntype=endpoint\n")
    assert [code for code, _, _ in _warnings(site)] == ["object-of-the-site"]


def test_an_object_is_written_once_the_site_has_removed_its_own(site: Site) -> None:
    _site_has(site, "pjsip.conf", "[gvm-1000]\ntype=aor\n")
    assert len(_warnings(site)) == 1
    site.replace("pjsip.conf", "[gvm-1000]\ntype=aor\n", "")
    answer = site.try_sync(json=True).json()
    assert (answer["changes"], answer["warnings"]) == ({"add": 1, "change": 0, "remove": 0}, [])
