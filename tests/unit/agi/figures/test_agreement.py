"""/metrics, /status.json, `gvma agi status` and the page of the media server say the same of the same calls."""

from __future__ import annotations

import time
from pathlib import Path

from gvma.evidence.servers.media_figures import ask_figures
from gvma.web.app import create_app
from gvma.web.facts import Facts
from tests.harness.command import in_this_process
from tests.unit.agi.figures.conftest import ShowFigures
from tests.unit.agi.figures.test_figures import call_that_ends, play_one, samples


def test_every_reader_counts_the_same_failures_of_the_last_hour(show_figures: ShowFigures, tmp_path: Path) -> None:
    running, at = show_figures()
    begin = time.time() - 3600
    play_one(running)
    for route in (b"refusing", b"giving_up", b"treatmnt"):
        call_that_ends(running, route)

    outcomes = [(key[2], value) for key, value in samples(at).items() if key[0] == "gvma_agi_calls_total"]
    counted = {name: sum(value for one, value in outcomes if one == name) for name, value in outcomes if value}
    assert counted == {"done": 1, "refused": 1, "failed": 2}

    figures = ask_figures(at)
    hour = figures.since(begin)
    assert (hour.calls, hour.refused, hour.failed) == (4, 1, 2)
    assert [one.outcome for one in figures.failures_since(begin)] == ["refused", "failed", "failed"]

    settings = tmp_path / "gvma_asterisk76.cfg"
    settings.write_text(f"[media]\nmetrics = {at}\n")
    settings.chmod(0o600)
    said = in_this_process("--config", str(settings), "agi", "status")
    assert "last hour: 4 calls, 1 refused, 2 failed" in said.stdout
    page = create_app(Facts(settings), hosts=(), account=None).test_client().get("/media").text
    assert "In the last hour 4 calls ended: 1 refused, 2 failed." in page
    assert page.count(">refused</td>") == 1
    assert page.count(">failed</td>") == 2
