"""Cron runs by the hundred against a world that changes and fails at random, with a fixed seed.

A model says what each box should be; after every run that says it succeeded, files and Asterisk are as the model
says, and after every other run they are as they were. No byte outside of the blocks changes but by those who
change it here: an administrator's editor, and Asterisk's own rewriting.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from gvma.ami.manager import connect
from gvma.asterisk.managed_block.block import body_of, find_block
from gvma.asterisk.voicemail import read_boxes
from tests.fakes.deaf import deaf_port
from tests.fakes.syscalls import Fault
from tests.harness.command import Done
from tests.harness.layer import Layer
from tests.soak.site import BEGIN, END, WatchedSite

CONTEXT = "GVMA_DN"
KEEP_LAST = 5
_SERVER_FAILURES = ("refuse", "401", "fault", "truncate", "malformed", "500", "delay", "empty")
_EXITS = {"401": 12, "empty": 13}
_KILL_POINTS = 300


@dataclass
class Model:
    """What Configuration Server says, and what was chosen by phone since.

    applied: gvm_password of each box at the last sync that came to its end. chosen: PINs by phone.
    """

    dns: dict[str, dict[str, str]]
    applied: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)

    def first_pin(self, number: str) -> str:
        return self.dns[number].get("gvm_password", number)

    def apply(self) -> None:
        """A sync has come to its end."""
        for number in self.dns:
            if self.applied.get(number) != self.first_pin(number):
                self.chosen.pop(number, None)
        self.chosen = {number: pin for number, pin in self.chosen.items() if number in self.dns}
        self.applied = {number: self.first_pin(number) for number in self.dns}

    def boxes(self) -> dict[str, tuple[str, str]]:
        """PIN and name by number, once it is applied."""
        return {
            number: (self.chosen.get(number, self.first_pin(number)), options.get("gvm_name", number))
            for number, options in self.dns.items()
        }


class World:
    """One site with a real Asterisk, a simulator, and everybody who changes something. happened: what, how often."""

    def __init__(self, site: WatchedSite, seed: int) -> None:
        self.site = site
        self.chance = random.Random(seed)
        self.model = Model({str(1_000 + number): {} for number in range(30)})
        self._put_layer()
        self.simulator = site.simulator
        self.simulator.delay = 1.5
        self.happened: Counter[str] = Counter()
        self.first_set = ""
        self._next, self._edits = 2_000, 0

    def live(self, runs: int) -> None:
        """All of it: so many runs, then the end's reckoning."""
        with self.site.served():
            self.site.settings |= {"keep_last": KEEP_LAST, "keep_daily": 0, "keep_monthly": 0, "max_remove_percent": 20}
            self.site.settings["routing"] = "no"
            self._first_run()
            for _ in range(runs):
                for _ in range(self.chance.randrange(3)):
                    self._somebody_changes_something()
                self.chance.choices(
                    (self._plain_run, self._run_without_answer, self._run_without_asterisk, self._killed_run),
                    (60, 20, 8, 12),
                )[0]()
            self._plain_run()
        self._reckon()

    # Who changes what

    def _somebody_changes_something(self) -> None:
        changes: tuple[Callable[[], None], ...] = (
            self._new_dn,
            self._dn_goes,
            self._new_name,
            self._new_first_pin,
            self._owner_changes_pin,
            self._administrator_edits,
        )
        change = self.chance.choice(changes)
        change()
        self.happened[change.__name__.strip("_")] += 1
        self._put_layer()

    def _put_layer(self) -> None:
        self.site.put(Layer(self.model.dns))

    def _new_dn(self) -> None:
        self.model.dns[str(self._next)] = {"gvm_name": f"New {self._next}"}
        self._next += 1

    def _dn_goes(self) -> None:
        if len(self.model.dns) > 25:
            del self.model.dns[self._any_dn()]

    def _new_name(self) -> None:
        self.model.dns[self._any_dn()]["gvm_name"] = f"Name {self.chance.randrange(1_000)}"

    def _new_first_pin(self) -> None:
        self.model.dns[self._any_dn()]["gvm_password"] = str(self.chance.randrange(10_000, 99_999))

    def _any_dn(self) -> str:
        return self.chance.choice(sorted(self.model.dns))

    def _owner_changes_pin(self) -> None:
        """Asterisk itself rewrites voicemail.conf, as for a PIN by phone."""
        number = self.chance.choice(sorted(self._in_file()))
        line = read_boxes(self._block())[f"{number}@{CONTEXT}"]
        pin = str(self.chance.randrange(100_000, 999_999))
        with connect(self.site.asterisk.operator_settings()) as ami:
            ami.action(
                "UpdateConfig",
                SrcFilename="voicemail.conf",
                DstFilename="voicemail.conf",
                **{
                    "Action-000000": "Update",
                    "Cat-000000": CONTEXT,
                    "Var-000000": number,
                    "Value-000000": f">{pin},{line.name},{line.email},{line.pager},{line.options}",
                },
            )
        assert self._in_file()[number][0] == pin, "Asterisk did not write it"
        self.model.chosen[number] = pin

    def _administrator_edits(self) -> None:
        """A line comes above or below the block of one file, or the last one that came goes."""
        path = self.site.etc / self.chance.choice(self.site.names)
        text = path.read_bytes()
        self._edits += 1
        line = f"; edited by hand {self._edits} \u00e4\n".encode(self.chance.choice(("utf-8", "latin-1")))
        place = text.index(BEGIN) if self.chance.random() < 0.5 else len(text)
        path.write_bytes(text[:place] + line + text[place:])

    # The runs

    def _first_run(self) -> None:
        """It adds the block, and a line after it that Asterisk cannot lose."""
        before = {name: content or b"" for name, content in self.site.state().items()}
        assert self._run().status == 0
        self.model.apply()
        assert {name: text.rstrip(b"\n") for name, text in self.site.outside().items()} == {
            name: text.rstrip(b"\n") for name, text in before.items()
        }
        self.first_set = self._sets()[0]

    def _plain_run(self) -> None:
        outside = self.site.outside()
        done = self._run()
        self.happened["runs that succeeded"] += 1
        assert done.status == 0, done
        self.model.apply()
        assert self._in_file() == self.model.boxes(), done
        assert self.site.outside() == outside, done
        assert self.site.difference_from_asterisk() == [], done
        assert self.site.litter() == [], done
        assert not self.site.locked()

    def _run(self, fault: Fault | None = None) -> Done:
        if self.chance.random() < 0.9:
            self.site.age()
        if fault is None and self.chance.random() < 0.05:
            self.happened["runs by a shell"] += 1
            done = subprocess.run(
                [sys.executable, "-m", "gvma", *self.site.words(*self.site.sync_words())],
                capture_output=True,
                text=True,
                check=False,
            )
            return Done(done.returncode, done.stdout, done.stderr, [])
        return self.site.run_sync(fault=fault)

    def _run_without_answer(self) -> None:
        """Configuration Server fails in one way or another."""
        failure = self.chance.choice(_SERVER_FAILURES)
        self.simulator.fail = failure
        self._wait_for_the_server(1 if failure == "delay" else 60)
        self._must_change_nothing(_EXITS.get(failure, 10), failure)
        self._wait_for_the_server(60)
        self.simulator.fail = None

    def _wait_for_the_server(self, seconds: int) -> None:
        self.site.cfgserver["timeout"] = seconds

    def _run_without_asterisk(self) -> None:
        """Nobody listens at AMI's port."""
        kept = self.site.settings["asterisk_cm_port"]
        with deaf_port() as port:
            self.site.settings["asterisk_cm_port"] = port
            self._must_change_nothing(16, "no AMI")
        self.site.settings["asterisk_cm_port"] = kept

    def _must_change_nothing(self, status: int, why: str) -> None:
        before = self.site.state()
        done = self._run()
        self.happened[f"runs with {why}"] += 1
        assert done.status == status, (why, done)
        assert self.site.state() == before, (why, done)
        assert not self.site.locked()

    def _killed_run(self) -> None:
        """Then one without Configuration Server, or a plain one at once."""
        outside, old = self.site.outside(), self._in_file()
        new = Model(dict(self.model.dns), dict(self.model.applied), dict(self.model.chosen))
        new.apply()
        done = self._run(Fault(at=self.chance.randrange(_KILL_POINTS)))
        assert done.killed or done.status == 0, done
        self.happened["runs that were killed" if done.killed else "runs that succeeded"] += 1
        if done.killed and self.chance.random() < 0.5:
            self.simulator.fail = "refuse"
            mended = self._run()
            self.simulator.fail = None
            assert mended.status == 10, mended
            assert self._in_file() in (old, new.boxes()), (done, mended)
            assert self.site.outside() == outside, (done, mended)
        self._plain_run()
        assert self.site.outside() == outside, done

    # What there is

    def _block(self) -> bytes:
        text = (self.site.etc / "voicemail.conf").read_bytes()
        block = find_block(text, BEGIN, END)
        assert block is not None
        return body_of(text, block)

    def _in_file(self) -> dict[str, tuple[str, str]]:
        """PIN and name by number, as voicemail.conf has them."""
        boxes = read_boxes(self._block()).items()
        return {key.partition("@")[0]: (it.pin, it.name) for key, it in boxes if key.endswith(f"@{CONTEXT}")}

    def _sets(self) -> list[str]:
        return sorted(path.name for path in self.site.backup_path.iterdir() if path.name[0].isdigit())

    def _reckon(self) -> None:
        """At the end: retention was applied, every set is sound, nothing lies about."""
        sets = self._sets()
        assert self.first_set in sets
        assert len(sets) <= KEEP_LAST + 1
        done = self.site.gvma("backup", "verify")
        assert done.status == 0, done
        assert sorted(path.name for path in self.site.backup_path.iterdir()) == [*sets, "lock", "state"]
        state = {path.name for path in (self.site.backup_path / "state").iterdir()}
        assert state <= {
            "first-pins",
            "owners",
            "last-sync.json",
            "last-success",
            "transaction",
            "history.jsonl",
            "marks.json",
            "nothing-to-do.json",
        }
        assert self.site.litter() == []
        strangers = [path for path in self.site.etc.iterdir() if path.name.startswith(".gvma-")]
        assert strangers == []
