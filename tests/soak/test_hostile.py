"""At least 300 hostile values in every option, through simulator, sync and Asterisk 16 and 22."""

from __future__ import annotations

from pathlib import Path

from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.soak.experiments.hostile import EXTENSIONS, VALUES, VOICEMAIL, sync_hostile_values
from tests.soak.site import watched_site


def test_of_hostile_values_asterisk_holds_what_the_plan_said_and_nothing_more(
    start_asterisk: StartAsterisk, version: int, tmp_path: Path
) -> None:
    assert len(VALUES) >= 300
    with watched_site(
        tmp_path, start_asterisk(version, {"voicemail.conf": VOICEMAIL, "extensions.conf": EXTENSIONS})
    ) as site:
        assert sync_hostile_values(site, VALUES) > 1000
