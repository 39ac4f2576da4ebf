"""Hostile values through simulator, sync and Asterisk; the short form of ``tests/soak/test_hostile.py``."""

from __future__ import annotations

from pathlib import Path

from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.soak.experiments.hostile import EXTENSIONS, VALUES, VOICEMAIL, sync_hostile_values
from tests.soak.site import watched_site


def test_of_hostile_values_asterisk_holds_what_the_plan_said_and_nothing_more(
    start_asterisk: StartAsterisk, version: int, tmp_path: Path
) -> None:
    with watched_site(
        tmp_path, start_asterisk(version, {"voicemail.conf": VOICEMAIL, "extensions.conf": EXTENSIONS})
    ) as site:
        assert sync_hostile_values(site, VALUES[::4]) > 200
