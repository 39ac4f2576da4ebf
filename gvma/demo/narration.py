"""How a story of ``gvma demo`` is shown to its reader: numbered steps, commands with their output, and what failed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Say = Callable[[str], None]
SETTINGS_FILE = "gvma_asterisk76.cfg"


def command(*words: str) -> list[str]:
    """``gvma`` with the settings file of the folder in which it runs."""
    return [sys.executable, "-m", "gvma", "--config", SETTINGS_FILE, *words]


@dataclass(slots=True, kw_only=True)
class Narration:
    """folder: where ``gvma`` is run, with its settings file. say: called with the text to show.

    steps: the sentences of the steps so far. failed: the numbers of those without the expected result.
    """

    folder: Path
    say: Say
    steps: list[str] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)

    def step(self, sentence: str) -> None:
        """Begin the next step: show its number and the sentence that says what happens in it."""
        self.steps.append(sentence)
        self.say(f"\n{len(self.steps)}. {sentence}")

    def expect(self, as_expected: bool) -> None:
        """Note a step that did not have the expected result."""
        if not as_expected and len(self.steps) not in self.failed:
            self.failed.append(len(self.steps))

    def gvma(self, *words: str) -> None:
        """Run ``gvma`` and show it: the line, what it prints, and its exit status, which should be 0."""
        self.say(f"\n$ gvma {' '.join(words)}")
        done = self._run(*words)
        for text in (done.stdout, done.stderr):
            if text.strip():
                self.say(text.rstrip("\n"))
        if not (done.stdout.strip() or done.stderr.strip()):
            self.say("(prints nothing)")
        if done.returncode:
            self.say(f"(exit status {done.returncode})")
        self.expect(done.returncode == 0)

    def output_of(self, *words: str) -> str:
        """What ``gvma`` prints, for another program; nothing is shown. Its exit status should be 0."""
        done = self._run(*words)
        self.expect(done.returncode == 0)
        return done.stdout

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command(*words), cwd=self.folder, capture_output=True, text=True, check=False)

    def end(self, seconds: float) -> int:
        """Show how it went; 0 where every step had the expected result, else 1."""
        self.say(f"\nThe demo took {seconds:.0f} seconds. Everything that it started has stopped again.")
        for number in self.failed:
            self.say(f"Step {number} did not have the expected result: {self.steps[number - 1]}")
        return 1 if self.failed else 0
