"""Every command in every mode, and all that fails in every mode; none of it shows a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.soak.experiments.secrets import AMI, MODES, PJSIP, VOICEMAIL, search_everything
from tests.soak.site import watched_site


@pytest.mark.asterisk
def test_no_secret_is_in_anything_that_any_command_writes(start_asterisk: StartAsterisk, tmp_path: Path) -> None:
    files = {"voicemail.conf": VOICEMAIL, "pjsip.conf": PJSIP}
    with watched_site(tmp_path, start_asterisk(22, files, ami_secret=AMI)) as site:
        search = search_everything(site, MODES, MODES)
    print(f"searched {search.outputs} outputs and files of {len(search.files)} names")
    assert search.outputs > 350
