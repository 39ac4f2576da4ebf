"""The figures of good and failed runs, in a file that a collector never reads by half."""

from __future__ import annotations

from pathlib import Path

from gvma import __version__
from gvma.sync.after.metrics import Figures, metrics_text, write_metrics

GOOD = Figures(
    ended=1700000000.5,
    duration=1.25,
    exit_code=0,
    changes={"add": 3, "change": 1, "remove": 0},
    objects={"dn": 10, "agent": 2, "group": 1},
    reloads={"app_voicemail.so": True},
)


def _samples(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_a_good_run_tells_all_its_figures() -> None:
    assert _samples(metrics_text(GOOD, "")) == [
        "gvma_sync_last_run_timestamp_seconds 1700000000.500",
        "gvma_sync_last_success_timestamp_seconds 1700000000.500",
        "gvma_sync_duration_seconds 1.250",
        "gvma_sync_exit_code 0",
        'gvma_sync_changes{action="add"} 3',
        'gvma_sync_changes{action="change"} 1',
        'gvma_sync_changes{action="remove"} 0',
        'gvma_sync_objects{type="dn"} 10',
        'gvma_sync_objects{type="agent"} 2',
        'gvma_sync_objects{type="group"} 1',
        'gvma_sync_reload_ok{module="app_voicemail.so"} 1',
        f'gvma_build_info{{version="{__version__}"}} 1',
    ]


def test_a_failed_run_keeps_the_time_of_the_last_success() -> None:
    failed = Figures(1700000300.0, 0.5, 10, {}, {}, {"app_voicemail.so": False})
    samples = _samples(metrics_text(failed, metrics_text(GOOD, "")))
    assert "gvma_sync_last_success_timestamp_seconds 1700000000.500" in samples
    assert "gvma_sync_last_run_timestamp_seconds 1700000300.000" in samples
    assert "gvma_sync_exit_code 10" in samples
    assert 'gvma_sync_reload_ok{module="app_voicemail.so"} 0' in samples


def test_without_any_success_there_is_no_time_of_one() -> None:
    assert "last_success" not in metrics_text(Figures(1.0, 0.5, 10, {}, {}, {}), "")


def test_the_file_ends_in_a_newline_is_readable_by_all_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "gvma.prom"
    write_metrics(path, GOOD)
    write_metrics(path, GOOD)
    assert path.read_text().endswith("\n")
    assert path.stat().st_mode & 0o777 == 0o644
    assert [entry.name for entry in tmp_path.iterdir()] == ["gvma.prom"]
