"""The history on the disk: what comes back, what damage costs, and how large it grows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gvma.plan.counts import Counts
from gvma.plan.items import Item
from gvma.storage.history import log
from gvma.storage.history.model import Cause, PastRun, Starter

RUN = PastRun(
    run_id="1f2e3d4c5b6a7988",
    at="2026-11-21T21:30:00Z",
    command="sync",
    exit_code=0,
    starter=Starter("asterisk", "ann", "pbx1", "terminal"),
    changes=Counts(1, 1, 0),
    items=(Item("change", "mailbox", "1000@GVMA_DN", "DN 1000", ("name", "pin")), Item("add", "hint", "2001", "")),
    items_left_out=3,
    why=(Cause("DN 1000", "gvm_name", None, "Ann"), Cause("DN 1001", "", "present", None)),
    backup_set="20261121T213000Z-1a2b3c4d",
    seconds=1.25,
)
FAILED = PastRun(
    "2", "2026-11-21T21:35:00Z", "backup restore", 17, Starter("root"), restored="x", failure=("backup-set", "damaged")
)


def path(root: Path) -> Path:
    return root / "state" / log.NAME


def test_every_run_comes_back_newest_first(tmp_path: Path) -> None:
    log.add(tmp_path, RUN)
    log.add(tmp_path, FAILED)
    assert log.read(tmp_path) == log.History((FAILED, RUN), 0)
    assert path(tmp_path).stat().st_mode & 0o777 == 0o600


def test_where_nothing_was_kept_there_is_nothing(tmp_path: Path) -> None:
    assert log.read(tmp_path) == log.History()


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({**RUN.as_json(), "at": 7}).encode(),
        json.dumps({**RUN.as_json(), "items": [{"action": "burn"}]}).encode(),
        json.dumps({**RUN.as_json(), "changes": {"add": 1e400}}).encode(),
        json.dumps({**RUN.as_json(), "who": "root"}).encode(),
    ],
)
def test_a_damaged_line_is_counted_and_the_others_stay(tmp_path: Path, line: bytes) -> None:
    log.add(tmp_path, RUN)
    with path(tmp_path).open("ab") as file:
        file.write(line + b"\n")
    log.add(tmp_path, FAILED)
    assert log.read(tmp_path) == log.History((FAILED, RUN), 1)


@pytest.mark.parametrize("kept", [1, 50, -2])
def test_a_line_that_a_kill_cut_costs_no_other(tmp_path: Path, kept: int) -> None:
    log.add(tmp_path, RUN)
    whole = path(tmp_path).read_bytes()
    path(tmp_path).write_bytes(whole + whole[:kept])
    log.add(tmp_path, FAILED)
    assert log.read(tmp_path) == log.History((FAILED, RUN), 1)


def test_a_line_that_lost_its_end_alone_is_whole(tmp_path: Path) -> None:
    log.add(tmp_path, RUN)
    path(tmp_path).write_bytes(path(tmp_path).read_bytes().rstrip(b"\n"))
    log.add(tmp_path, FAILED)
    assert log.read(tmp_path) == log.History((FAILED, RUN), 0)


def test_it_keeps_two_files_of_a_bounded_size(tmp_path: Path) -> None:
    runs = [RUN._replace(run_id=str(number)) for number in range(30)]
    for run in runs:
        log.add(tmp_path, run, largest=5_000)
    line = len(json.dumps(RUN.as_json()))
    sizes = [file.stat().st_size for file in (tmp_path / "state").iterdir()]
    assert len(sizes) == 2
    assert max(sizes) <= 5_000 + line
    kept = log.read(tmp_path).runs
    assert 5 < len(kept) < 30
    assert [run.run_id for run in kept] == [str(number) for number in range(29, 29 - len(kept), -1)]
