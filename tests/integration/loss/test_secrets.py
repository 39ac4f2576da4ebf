"""No secret in anything that any command writes, in any mode, however it ends; the short form of
``tests/soak/test_secrets.py``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.soak.experiments.secrets import AMI, LOUD, PJSIP, VOICEMAIL, search_everything
from tests.soak.site import watched_site

WRITTEN = {
    "manifest.json",
    "snapshot.json",
    "first-pins",
    "gvma.text.log",
    "gvma.json.log",
    "gvma.prom",
    "history.jsonl",
    "hook.got",
}


@pytest.mark.asterisk
def test_no_secret_is_in_anything_that_any_command_writes(start_asterisk: StartAsterisk, tmp_path: Path) -> None:
    files = {"voicemail.conf": VOICEMAIL, "pjsip.conf": PJSIP}
    with watched_site(tmp_path, start_asterisk(22, files, ami_secret=AMI)) as site:
        search = search_everything(site, ((), (*LOUD, "--output", "json")), (LOUD,))
    assert search.outputs > 80
    assert search.files >= WRITTEN
