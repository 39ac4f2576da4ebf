"""What Asterisk does not take is found by reading back and put back, on a real Asterisk 16 and 22."""

from __future__ import annotations

from pathlib import Path

from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.soak.experiments.refusals import refusals, refuse, refuse_where_asterisk_reads_another_folder
from tests.soak.site import watched_site


def test_what_asterisk_throws_away_or_reads_otherwise_is_put_back_with_exit_15(
    start_asterisk: StartAsterisk, version: int, tmp_path: Path
) -> None:
    with watched_site(tmp_path, start_asterisk(version)) as site:
        found = refusals(site.asterisk.driver)
        # One for each file; `make soak` has them all.
        for refusal in (found[0], found[3], found[5]):
            refuse(site, refusal)
        refuse_where_asterisk_reads_another_folder(site)
