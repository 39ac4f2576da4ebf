"""A site's own lines for a box or an object of ours: a sync says so, and takes nothing of it for a failure."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

import pytest

from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site

OWN_BOX = "[general]\nformat=wav\n[GVMA_DN]\n1000 => 1,Mallory,,,\n[site]\n"
OWN_PEER = "[gvm-1000]\ntype=friend\nhost=dynamic\nmailbox=1@site\n"
OWN_AOR = "[gvm-1000]\ntype=aor\nmailboxes=1@site\n"


def _codes(installation: Site) -> list[str]:
    answer: dict[str, Any] = json.loads(installation.sync("--output", "json").stdout)
    return [one["code"] for one in answer["warnings"] if one["code"].endswith("-of-the-site")]


@pytest.mark.parametrize("mode", ["SUBSCRIBE", "REGISTER"])
def test_what_the_site_defines_too_is_warned_about_and_is_no_difference(
    start_asterisk: StartAsterisk, version: int, mode: str
) -> None:
    name, text = ("sip.conf", OWN_PEER) if version == 16 else ("pjsip.conf", OWN_AOR)
    asterisk = start_asterisk(version, {"voicemail.conf": OWN_BOX})
    path = asterisk.etc / name
    path.write_text((path.read_text() if path.exists() else "") + text)
    with ExitStack() as stack:
        installation = Site(asterisk.folder, Layer(dns={"1000": {}, "1001": {}}), asterisk=asterisk)
        stack.enter_context(installation.served())
        installation.settings |= {"siptserver_host": "127.0.0.5", "mwi_mode": mode}
        assert _codes(installation) == ["box-of-the-site", "object-of-the-site"]
        assert _codes(installation) == ["box-of-the-site", "object-of-the-site"]
        # One that goes from the block stays with the site.
        installation.put(Layer(dns={"1001": {}, "1002": {}}))
        installation.sync("--force")
        assert _codes(installation) == []
