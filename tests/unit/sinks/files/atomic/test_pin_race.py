"""A change of files that races Asterisk's rewriting of voicemail.conf: every PIN is in the file afterwards.

The stand-in does what app_voicemail does: reads the file, truncates it by name, and appends to it by name,
entry by entry. It is a process of its own, so that the two really interleave.
"""

from __future__ import annotations

import multiprocessing
import random
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from gvma.asterisk.voicemail import read_boxes, with_pins
from gvma.sinks.base import SinkMoved
from gvma.sinks.files.atomic import transaction
from gvma.sinks.files.atomic.change import FileChange
from gvma.sinks.files.atomic.transaction import apply
from gvma.storage.asterisk import files
from gvma.storage.asterisk.files import read_target
from tests.fakes.asterisk_files import BEGIN, END, HEADER, MARKERS, MODULES, ChangedFiles, rewrite

ROUNDS = 50
BOX = "1000@GVMA_DN"
KEPT = [f"{box} => {box},Name,,,\n" for box in range(2000, 2060)]


def voicemail(pin: str, extra: int) -> bytes:
    """The file with one box whose PIN races, sixty that stay, and as many as ``extra`` that come and go."""
    boxes = [f"1000 => {pin},Ann,,,\n", *KEPT, *(f"{3000 + at} => 1,New,,,\n" for at in range(extra))]
    return f"[general]\n{BEGIN}\n{HEADER}[GVMA_DN]\n{''.join(boxes)}{END}\n\n".encode()


def change_pins(path: Path, orders: Connection) -> None:
    """The telephone: for each order one PIN, as Asterisk writes it."""
    while (pin := orders.recv()) is not None:
        text = path.read_bytes()
        rewrite(path, with_pins(text[text.find(b"[general]") :], {BOX: pin}))
        orders.send("done")


def looks_whole(content: bytes) -> bool:
    return END.encode() in content


def sync(site: ChangedFiles, extra: int) -> int:
    """As a sync: read, carry the PIN over, write; again where the file moved. The number of tries."""
    for tries in range(1, 100):
        target = read_target(site.etc / "voicemail.conf", complete=looks_whole)
        boxes = read_boxes(target.content)
        assert {line.split(" ")[0] + "@GVMA_DN" for line in KEPT} < set(boxes), "a torn file was read"
        change = FileChange(target, voicemail(boxes[BOX].pin, extra), MODULES["voicemail.conf"], asterisk_rewrites=True)
        try:
            applied = apply([change], backup_set=site.make_set([change]), markers=MARKERS)
        except SinkMoved:
            continue
        if applied.finish():
            return tries
    raise AssertionError("never came to an end")


@pytest.mark.long
@pytest.mark.parametrize("settle", [0.0, transaction._SETTLE_SECONDS])
def test_no_pin_is_lost_in_fifty_rounds_of_a_sync_racing_a_pin_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: float
) -> None:
    monkeypatch.setattr(transaction, "_SETTLE_SECONDS", settle)
    for name in ("_QUIET_SECONDS", "_ASTERISK_QUIET_SECONDS"):  # more rounds that meet in the middle
        monkeypatch.setattr(files, name, 0.01)
    site = ChangedFiles(tmp_path)
    path = site.etc / "voicemail.conf"
    site.write("voicemail.conf", voicemail("1000", 0))
    # Spawned, not forked: other tests' threads may hold locks. A daemon: a failed round leaves nobody waiting.
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    telephone = spawn.Process(target=change_pins, args=(path, theirs), daemon=True)
    telephone.start()
    theirs.close()
    chance = random.Random(20261121)
    for number in range(ROUNDS):
        pin = str(5000 + number)
        spin = chance.randrange(20_000)
        ours.send(pin)
        for _ in range(spin):  # not a wait: another point of the race each round
            pass
        sync(site, 1 + number % 7)
        assert ours.recv() == "done"
        boxes = read_boxes(path.read_bytes())
        assert boxes[BOX].pin == pin, f"lost in round {number}"
        assert len(boxes) >= 1 + len(KEPT)
        sync(site, 1 + number % 7)
        assert path.read_bytes() == voicemail(pin, 1 + number % 7)
    ours.send(None)
    telephone.join()
    assert site.litter() == []
