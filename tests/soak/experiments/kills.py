"""The kill test: a sync of many changes over three files, ended by SIGKILL at any point, and what comes after it.

The invariant, at every point: the next run leaves every file all old or all new, whether Configuration Server
answers or not, and Asterisk knows it; the first plain run leaves all new; no PIN is lost, nothing lies about.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.syscalls import FAIL, Fault
from tests.harness.command import Done
from tests.harness.layer import Layer
from tests.soak.site import WatchedSite, undated, without_pins

BY_PHONE, BY_ADMINISTRATOR = "10000@GVMA_DN", "10001@GVMA_DN"
PHONE_PIN, LATER_PIN = "471147", "815815"
FIRST_PINS = {"here": "11111", "there": "22222"}


def layers(dns: int) -> dict[str, Layer]:
    """Two Configuration Layers: from one to the other, half of ``dns`` go and half come: ``2 * dns`` changes.

    Each comes with a subscription, a service in the dialplan comes and goes, and one box gets another first PIN.
    """
    stay = {str(10_000 + number): {"gvm_name": f"Agent {number}"} for number in range(max(2, dns // 4))}
    found = {}
    for place, (name, start) in enumerate((("here", 20_000), ("there", 30_000))):
        half = {str(start + number): {"gvm_email": f"{start + number}@example.com"} for number in range(dns // 2)}
        first = {"10001": {"gvm_password": FIRST_PINS[name], "gvm_name": f"Place {place}"}}
        found[name] = Layer({**stay, **first, **half})
    return found


@dataclass
class Experiment:
    """A site that a sync brings from one layer to the other and back, each time ended somewhere else.

    points: the different places at which a run was ended: of which run, how many calls before, call and file.
    """

    site: WatchedSite
    dns: int
    points: set[tuple[str, int, str]] = field(default_factory=set)
    outcomes: dict[str, int] = field(default_factory=dict)
    recovery_killed: bool = False

    def __post_init__(self) -> None:
        self.exports = {name: self.site.export(f"{name}.xml", layer) for name, layer in layers(self.dns).items()}
        self.missing = self.site.folder / "no-such-export.xml"
        self.want: dict[str, dict[str, bytes | None]] = {}
        self.at = "here"
        for name in ("there", "here"):
            self.go(name)
            self.want[name] = self.meaning()
        self.site.set_pins({BY_PHONE: PHONE_PIN})
        self.pin = FIRST_PINS["here"]

    @property
    def next(self) -> str:
        return "there" if self.at == "here" else "here"

    def meaning(self) -> dict[str, bytes | None]:
        return without_pins(self.site.state(), (BY_PHONE, BY_ADMINISTRATOR))

    def run(self, to: str, fault: Fault | None = None) -> Done:
        self.site.age()
        return self.site.run_sync(self.exports[to], fault=fault)

    def go(self, to: str) -> None:
        """A plain run, which must succeed."""
        done = self.run(to)
        assert done.status == 0, done
        self.at = to

    def calls(self) -> Sequence[str]:
        """What a whole run there would call, found by a run there; the site is there then."""
        done = self.run(self.next)
        assert done.status == 0, done
        self.at = self.next
        self.pin = FIRST_PINS[self.at]
        return done.calls

    def ended_at(
        self,
        fault: Fault,
        *,
        recovery: Fault | None = None,
        dry_run: bool = False,
        meanwhile: AbstractContextManager[object] | None = None,
    ) -> Done:
        """One round: a run that meets the fault, a run without Configuration Server, a plain run.

        recovery: a fault for the second run, which is then done again. meanwhile: surrounds the first run.
        """
        site = self.site
        old, target = site.state(), self.next
        with meanwhile or nullcontext():
            done = self.run(target, fault)
        self._count(done)
        if fault.how == FAIL:
            self._judge_failure(done, old)
        if dry_run:
            self._judge_dry_run(target)
        if recovery is not None:
            again = site.run_sync(self.missing, fault=recovery)
            assert again.killed or again.status in (10, 14, 17, 78), again
            self._count(again, "recovery")
            self.recovery_killed = again.killed
        mended = site.run_sync(self.missing)
        assert mended.status not in (0, 1), mended
        is_new = self._judge_files(old, target, done)
        assert site.difference_from_asterisk() == [], f"Asterisk has something else: {done}{mended}"
        self.outcomes["new" if is_new else "old"] = self.outcomes.get("new" if is_new else "old", 0) + 1
        assert site.litter() == [], done
        if is_new:  # a PIN chosen after the recovery: the plain run must not take it for the administrator's
            site.set_pins({BY_ADMINISTRATOR: LATER_PIN})
        self.go(target)
        self._judge_end(target, LATER_PIN if is_new else FIRST_PINS[target], done)
        return done

    def _count(self, done: Done, of: str = "sync") -> None:
        if done.calls:
            name, _, path = done.calls[-1].partition(" ")
            self.points.add((of, len(done.calls), f"{name} {Path(path).name}"))

    def _judge_failure(self, done: Done, old: dict[str, bytes | None]) -> None:
        """A run that met a fault and lived has left all old or all new itself, and said so."""
        assert not done.killed
        assert done.status in (0, 10, 11, 14, 16, 17, 78), done
        assert "Traceback" not in done.stderr, done
        if done.status:
            assert done.stderr.count("\n") >= 2, done
        self._judge_files(old, self.next, done)

    def _judge_dry_run(self, target: str) -> None:
        before = self.site.everything()
        journal = (self.site.backup_path / "state/transaction/journal.json").exists()
        done = self.site.run_sync(self.exports[target], "--dry-run")
        assert done.status == 0, done
        assert self.site.everything() == before, "a dry run wrote"
        assert ("was stopped" in done.stderr) == journal, done

    def _judge_files(self, old: dict[str, bytes | None], target: str, done: Done) -> bool:
        """Whether all is new; that it is neither old nor new fails."""
        state = self.site.state()
        is_old = undated(state) == undated(old)
        is_new = self.meaning() == self.want[target]
        assert is_old != is_new, f"mixed: {done}"
        pins = self.site.pins()
        assert pins[BY_PHONE] == PHONE_PIN, done
        assert pins[BY_ADMINISTRATOR] == (FIRST_PINS[target] if is_new else self.pin), done
        return is_new

    def _judge_end(self, target: str, pin: str, done: Done) -> None:
        site = self.site
        assert self.meaning() == self.want[target], done
        pins = site.pins()
        assert pins[BY_PHONE] == PHONE_PIN, done
        assert pins[BY_ADMINISTRATOR] == pin, done
        assert site.litter() == [], done
        assert not site.locked(), done
        assert site.difference_from_asterisk() == [], done
        pending = site.backup_path / "state/owed-reload.json"
        assert pending.exists() == (not site.has_asterisk), done
        self.pin = pin

    def second_run_changes_nothing(self) -> None:
        """What a plain run left is what the next one finds right."""
        before = self._without_times()
        done = self.run(self.at)
        assert (done.status, done.stdout, done.stderr) == (0, "", "")
        assert self._without_times() == before

    def _without_times(self) -> dict[str, tuple[object, ...]]:
        """Mode, inode and bytes of each file: the lock is opened, and ``run`` itself makes files look old."""
        return {name: (*seen[:2], *seen[3:]) for name, seen in self.site.everything().items()}


def spread(number: int, wanted: int) -> Iterator[int]:
    """``wanted`` places of ``number``, evenly; all of them where ``wanted`` is 0."""
    step = max(1, number // wanted) if wanted else 1
    yield from range(0, number, step)


def kill_everywhere(experiment: Experiment, wanted: int) -> None:
    """A round for each point of a run; ``wanted``: so many of them, 0 for all. The recovery is killed too."""
    number = len(experiment.calls())
    experiment.calls()
    for round_, point in enumerate(spread(number, wanted)):
        recovery = Fault(at=round_ * 7 % 60) if round_ % 3 == 2 else None
        done = experiment.ended_at(Fault(at=point), recovery=recovery, dry_run=round_ % 5 == 0)
        assert done.killed or point >= len(done.calls), done
    experiment.second_run_changes_nothing()
    assert set(experiment.outcomes) == {"old", "new"}


def kill_the_recovery_everywhere(experiment: Experiment, wanted: int) -> None:
    """Runs ended before, amid and after the renames, and the run after each of them ended at each point too."""
    calls = experiment.calls()
    experiment.calls()
    renames = [at for at, call in enumerate(calls) if call.startswith("renameat2") and call.endswith(".conf")]
    assert len(renames) == len(experiment.site.names)
    for point in (renames[0], renames[1], renames[-1] + 1, renames[-1] + 12):
        recovery, experiment.recovery_killed = 0, True
        while experiment.recovery_killed:
            experiment.ended_at(Fault(at=point), recovery=Fault(at=recovery))
            recovery += max(1, 60 // wanted) if wanted else 1


def fail_everywhere(experiment: Experiment, errors: Iterable[int], wanted: int) -> None:
    """As ``kill_everywhere``, with each call failing once."""
    number = len(experiment.calls())
    experiment.calls()
    for error in errors:
        for point in spread(number, wanted):
            experiment.ended_at(Fault(at=point, how=FAIL, error=error))
    experiment.second_run_changes_nothing()


def fill_the_disk(experiment: Experiment, step: int) -> None:
    """The disk is full after so many bytes, more each time, until a whole run has room."""
    room = 0
    while experiment.ended_at(Fault(how=FAIL, room=room)).status:
        room += step
    experiment.second_run_changes_nothing()


@contextmanager
def filled(folder: Path, left: int) -> Iterator[None]:
    """The disk that the folder is on has only so many bytes left."""
    filler = folder / "filler"
    disk = os.statvfs(folder)
    filler.write_bytes(bytes(max(0, disk.f_bavail * disk.f_frsize - left)))
    try:
        yield
    finally:
        filler.unlink()


def fill_a_real_disk(experiment: Experiment, step: int) -> int:
    """As ``fill_the_disk``, where the site has a small disk of its own; how many runs it took."""
    for number in itertools.count():
        meanwhile = filled(experiment.site.folder, number * step)
        if not experiment.ended_at(Fault(how=FAIL), meanwhile=meanwhile).status:
            experiment.second_run_changes_nothing()
            return number
    raise AssertionError("without end")
