"""What the site's own files say, and where gvma cannot see it: a sync goes on, and names it."""

from __future__ import annotations

import os

import pytest

from tests.harness.site import Site


def _include(site: Site, name: str, target: str) -> None:
    site.write(name, f"{site.text(name)}#include {target}\n")


def _fifo(site: Site) -> str:
    os.mkfifo(site.etc / "pipe.conf")
    return "it is a fifo, not a regular file"


def _device(site: Site) -> str:
    (site.etc / "pipe.conf").symlink_to("/dev/null")
    return "it is a device, not a regular file"


def _too_large(site: Site) -> str:
    (site.etc / "pipe.conf").touch()
    os.truncate(site.etc / "pipe.conf", 20 * 2**30)
    return "it is larger than "


@pytest.mark.parametrize("make", [_fifo, _device, _too_large])
def test_an_include_that_is_not_read_is_named_with_its_line_and_the_reason(site: Site, make: object) -> None:
    assert callable(make)
    reason = make(site)
    _include(site, "pjsip.conf", "pipe.conf")
    line = site.text("pjsip.conf").count("\n")
    for words in (["--dry-run"], []):
        done = site.try_sync(*words)
        assert done.status == 0, str(done)
        assert f"pjsip.conf, line {line}: gvma does not read {site.etc}/pipe.conf" in done.stderr
        assert reason in done.stderr


def test_an_include_that_includes_itself_is_named(site: Site) -> None:
    site.write("round.conf", "#include round.conf\n")
    _include(site, "voicemail.conf", "round.conf")
    assert "round.conf, line 1: #include round.conf includes itself" in site.try_sync().stderr


def test_an_include_that_is_read_is_no_word(site: Site) -> None:
    site.write("more.conf", "[more]\n")
    _include(site, "voicemail.conf", "more.conf")
    site.write("voicemail.conf", site.text("voicemail.conf") + "#tryinclude missing.conf\n")
    assert site.try_sync().stderr == ""


@pytest.mark.parametrize(("zone", "known"), [("central", True), ("Central", False), ("berlin", False)])
def test_a_zone_that_the_site_does_not_define_is_said(site: Site, zone: str, known: bool) -> None:
    zones = "[zonemessages]\ncentral=America/Chicago|'vm-received' Q 'digits/at' IMp\n"
    site.write("voicemail.conf", site.text("voicemail.conf") + zones)
    site.layer.dns["1001"] = {"gvm_options": f"attach=yes|tz={zone}"}
    site.layer.dns["1002"] = {"gvm_options": f"tz={zone}|attach=yes"}
    said = f"1001@GVMA_DN, gvm_options: tz={zone} of 1001@GVMA_DN names no zone of [zonemessages]"
    assert (said in site.try_sync().stderr) is not known
    assert site.try_sync().stdout == ""
