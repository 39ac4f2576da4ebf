"""Everything that makes Asterisk throw a file away, on a real Asterisk 16 and 22."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.soak.experiments.refusals import Refusal, refusals, refuse
from tests.soak.site import watched_site


@pytest.mark.parametrize("place", range(len(refusals("pjsip"))))
def test_what_asterisk_throws_away_or_reads_otherwise_is_put_back_with_exit_15(
    start_asterisk: StartAsterisk, version: int, tmp_path: Path, place: int
) -> None:
    with watched_site(tmp_path, start_asterisk(version)) as site:
        refusal: Refusal = refusals(site.asterisk.driver)[place]
        refuse(site, refusal)
