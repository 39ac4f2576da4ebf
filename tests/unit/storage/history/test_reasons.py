"""Why a run changed something, as a person reads it in the history and on the web pages."""

from __future__ import annotations

import pytest

from gvma.plan.items import Item
from gvma.storage.history.model import Cause, PastRun, Starter

ADDED, CHANGED = (Item(action, "mailbox", "1000@GVMA_DN", "DN 1000") for action in ("add", "change"))
RUN = PastRun("r", "2026-11-21T21:30:00Z", "sync", 0, Starter())


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (Cause("DN 1000", "gvm_name", "Ann", "Bob"), "DN 1000: gvm_name Ann -> Bob"),
        (Cause("DN 1000", "gvm_name", None, ""), "DN 1000: gvm_name (not set) -> (empty)"),
        (Cause("DN 1000", "gvm_password", "****", "****"), "DN 1000: gvm_password changed"),
        (Cause("DN 1000", new=""), "DN 1000 is new in Configuration Server"),
        (Cause("DN 1000", old=""), "DN 1000 is gone from Configuration Server"),
    ],
)
def test_a_cause_is_one_sentence(cause: Cause, text: str) -> None:
    assert RUN._replace(items=(CHANGED,), why=(cause,)).reasons == (text,)


def test_a_change_without_a_cause_has_another_reason() -> None:
    changed = RUN._replace(items=(ADDED, CHANGED))
    assert changed._replace(after_restore=True).reasons == ("the files were restored",)
    assert changed.reasons == ("no option has changed; the files were edited, or the settings changed",)
    assert RUN._replace(items=(ADDED,)).reasons == ()
    assert changed._replace(command="remove").reasons == ()
