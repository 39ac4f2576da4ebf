"""Pages over facts that a test chooses, read by Flask's own client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gvma.check.finding import Finding
from gvma.errors import BackupSetError
from gvma.evidence.model.media import FailedMediaCall, MediaFigures, MediaMinute
from gvma.explain.chain import Explanation
from gvma.plan.counts import Counts
from gvma.plan.items import Item
from gvma.settings import GvmaSettings, Secret, Settings
from gvma.storage.history.log import History
from gvma.storage.history.model import Cause, PastRun, Starter
from gvma.web.app import create_app
from gvma.web.facts import Facts, Listed
from gvma.web.kept import Latest
from gvma.web.questions import Changes, Checked, Explained, FileChange, Glance, Row


def finding(text: str) -> Finding:
    return Finding("some-code", "warning", text, text, text, text)


@dataclass
class Chosen(Facts):
    """Facts with one text wherever a name, an option or an address of somebody else stands."""

    text: str = "Zoë"
    boxes: int = 1
    missing: tuple[str, ...] = ()
    backup_path: Path = Path("/nonexistent")
    asked: list[str] = field(default_factory=list)

    def settings(self) -> Settings:
        return Settings(gvma=GvmaSettings(backup_path=self.backup_path))

    def glance(self) -> Glance:
        state: dict[str, object] = {
            "last_run": None, "last_success": None, "paused": None, "pending_reload": [self.text], "mailboxes": 1,
            "subscriptions": 1, "edited": False, "media": None,
            "asterisk": {"version": self.text, "driver": "pjsip", "messages": None},
        }  # fmt: skip
        return Glance(1_795_000_000.0, state, (finding(self.text),), self.mailboxes().rows, self.text)

    def mailboxes(self) -> Listed:
        rows = (Row(f"{1000 + number}@GVMA_DN", self.text, self.text, self.text) for number in range(self.boxes))
        missing = (Row(name, "", self.text, self.text, is_missing=True) for name in self.missing)
        return Listed((*rows, *missing), 1_795_000_000.0, asking=False)

    def check(self) -> Latest[Checked]:
        return Latest(Checked(1_795_000_000.0, (finding(self.text),), {}), asking=False)

    def history(self) -> History:
        run = PastRun(
            "r1", "2026-11-21T21:30:00Z", "sync", 16, Starter(self.text, self.text, self.text), Counts(1, 0, 0),
            (Item("change", "mailbox", self.text, self.text, ("name",)),),
            why=(Cause(self.text, self.text, self.text, self.text),), failure=("some-code", self.text),
        )  # fmt: skip
        return History((run,))

    def media(self) -> MediaFigures:
        failed = FailedMediaCall(1_795_000_000.0, self.text, "failed", self.text, self.text, self.text)
        return MediaFigures(3, (MediaMinute(1_795_000_000.0, 5, 1, 2),), (failed,))

    def changes(self, backup_set: str) -> Changes:
        if backup_set == "latest":
            raise BackupSetError("there is no backup set yet", hint="`gvma sync` makes one.")
        return Changes("20261121T213000Z-1a2b3c4d", "", (FileChange(self.text, (self.text,), 3),))

    def explain(self, name: str) -> Explained:
        self.asked.append(name)
        return Explained(Explanation(name, nearest=(self.text,)), self.text, (self.text,))


Reader = Callable[..., FlaskClient]


@pytest.fixture
def reader() -> Reader:
    """A client of the pages. Options: those of Chosen, account and hosts."""

    def begin(*, account: str = "", hosts: tuple[str, ...] = (), **chosen: object) -> FlaskClient:
        facts = Chosen(**chosen)  # type: ignore[arg-type]
        app = create_app(facts, hosts=hosts, account=Secret(account) if account else None)
        return app.test_client()

    return begin
