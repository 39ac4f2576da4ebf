"""What status says of each state of a site."""

from __future__ import annotations

import pytest

from gvma.asterisk.entries import PresentMailbox, PresentSubscription
from gvma.check.finding import Finding
from gvma.errors import (
    AsteriskUnreachableError,
    ConfigServerTimeout,
    CredentialsError,
    DatabaseError,
    GvmaError,
    UnpreparedDatabaseError,
    UnsafeTargetError,
)
from gvma.evidence.model import (
    AmiEvidence,
    ConfigServerEvidence,
    Evidence,
    MediaEvidence,
    NextSync,
    QueryAnswer,
    RecordsEvidence,
)
from gvma.evidence.model.asterisk import Messages
from gvma.evidence.model.media import MediaFigures, MediaMinute
from gvma.evidence.model.runs import Removal, Run
from gvma.evidence.model.sink import SinkEvidence
from gvma.plan.counts import Counts
from gvma.plan.items import Item
from gvma.plan.present import Present
from gvma.settings import Settings
from gvma.status import as_json, troubles
from gvma.storage.history.model import Starter
from gvma.storage.state.pause import Pause

WHEN = "2026-11-21T21:30:00Z"
LAST = Run(WHEN, 240.0, run_id="1a2b", changes=Counts(2, 1, 0), seconds=1.25)
FAILED = Run(WHEN, 10.0, 10, run_id="3c4d", seconds=30.0, code="configserver-timeout")
PAUSE = Pause("20261121T213000Z-1a2b3c4d", WHEN)
PRESENT = Present(
    {"1000@GVMA_DN": PresentMailbox("86420"), "2222@GVMA_AGENT": PresentMailbox("97531")},
    {"gvm-1000": PresentSubscription("1000@GVMA_DN", "")},
)
ASTERISK = AmiEvidence(version="22.6.0", messages=Messages(3, 40))
WELL = Evidence(
    Settings(),
    records=RecordsEvidence(last_run=LAST, last_success=LAST),
    sink=SinkEvidence(present=PRESENT),
    ami=ASTERISK,
)
AWAY = AsteriskUnreachableError("Asterisk's AMI cannot be reached: Connection refused", where="127.0.0.1:5038")
DAMAGED = UnsafeTargetError("the begin marker stands twice, on lines 12 and 340.", where="voicemail.conf")
SILENT = ConfigServerTimeout("no complete answer within 10 seconds")


def records(**changes: object) -> Evidence:
    return WELL._replace(records=WELL.records._replace(**changes))  # type: ignore[arg-type]


def codes(seen: Evidence) -> list[str]:
    return [found.code for found in troubles(seen)]


def test_where_all_is_well_nothing_needs_a_person() -> None:
    assert troubles(WELL) == []


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        (records(last_run=None, last_success=None), ["never-synced"]),
        (records(last_run=FAILED, last_success=None), ["never-synced", "last-run-failed"]),
        (records(last_run=FAILED), ["last-run-failed"]),
        (records(paused=PAUSE), ["sync-paused"]),
        (records(last_run=FAILED._replace(exit_code=13, code="sync-paused"), paused=PAUSE), ["sync-paused"]),
        (records(interrupted="voicemail.conf would be put back"), ["interrupted-run"]),
        (records(pending_reload=("res_pjsip.so",)), ["reload-pending"]),
        (records(last_success=LAST._replace(age=3601.0)), ["sync-too-old"]),
        (records(last_success=LAST._replace(age=3601.0), paused=PAUSE), ["sync-paused"]),
        (records(last_success=LAST._replace(age=3601.0), removed=Removal(WHEN, Starter("root", host="pbx"))), []),
        (WELL._replace(sink=WELL.sink._replace(edited=("voicemail.conf",))), ["block-edited"]),
        (WELL._replace(sink=SinkEvidence(problem=DAMAGED)), ["file-unsafe"]),
        (WELL._replace(ami=AmiEvidence(problem=AWAY)), ["ami-unreachable"]),
        (WELL._replace(ami=AmiEvidence(problem=CredentialsError("refused"))), ["ami-credentials"]),
        (WELL._replace(ami=ASTERISK._replace(refused=("it lacks the class 'call'",))), ["ami-permission"]),
    ],
)
def test_each_state_that_needs_a_person_is_said_once(seen: Evidence, found: list[str]) -> None:
    assert codes(seen) == found


def test_while_a_run_is_at_work_its_half_done_change_is_no_fault() -> None:
    at_work = records(running="process 1, started now", interrupted="x", pending_reload=("res_pjsip.so",))
    assert codes(at_work._replace(sink=WELL.sink._replace(edited=("voicemail.conf",)))) == []
    assert as_json(at_work)["interrupted"] is False


def test_changes_that_are_pending_are_no_fault_and_what_stops_the_next_sync_is() -> None:
    items = (
        Item("add", "mailbox", "1002@GVMA_DN", "DN 1002"),
        Item("add", "subscription", "gvm-1002", "DN 1002"),
        Item("remove", "mailbox", "1000@GVMA_DN", "DN 1000"),
        Item("add", "hint", "1002", "DN 1002"),
    )
    pending = WELL._replace(next_sync=NextSync(items, ("voicemail.conf",)))
    assert codes(pending) == []
    assert as_json(pending)["pending"] == {"add": 2, "change": 0, "remove": 1}
    stopped = WELL._replace(next_sync=NextSync(problem=DAMAGED))
    assert (codes(stopped), as_json(stopped)["pending"]) == (["sync-would-stop"], None)


def test_a_plan_that_could_not_be_made_since_configuration_server_is_away_is_a_fault() -> None:
    layer = ConfigServerEvidence({"dnquery": QueryAnswer("dnquery", "CfgDN", error=SILENT)})
    assert codes(WELL._replace(configserver=layer)) == ["configserver-query"]


def test_settings_for_the_media_server_alone_lack_no_sync() -> None:
    assert troubles(Evidence(Settings(), syncs=False)) == []


def test_json_has_the_fields_of_the_contract_and_no_pin() -> None:
    hour = MediaMinute(0.0, 812, 2, 1)
    seen = WELL._replace(media=MediaEvidence(figures=MediaFigures(4, (), ()), last_hour=hour))
    run = {
        "at": WHEN,
        "exit_code": 0,
        "run_id": "1a2b",
        "changes": {"add": 2, "change": 1, "remove": 0},
        "seconds": 1.25,
    }
    said = as_json(seen)
    assert said == {
        "last_run": run,
        "last_success": run,
        "pending": None,
        "edited": False,
        "paused": None,
        "removed": None,
        "pending_reload": [],
        "interrupted": False,
        "mailboxes": 2,
        "subscriptions": 1,
        "sinks": [{"sink": "files", "mailboxes": 2, "subscriptions": 1, "edited": []}],
        "asterisk": {"version": "22.6.0", "driver": "pjsip", "messages": {"new": 3, "old": 40}},
        "media": {"open_calls": 4, "calls": 812, "refused": 2, "failed": 1},
    }
    assert "86420" not in repr((said, seen))


def test_json_of_a_site_in_trouble() -> None:
    seen = records(
        paused=PAUSE, pending_reload=("app_voicemail.so",), interrupted="x", last_run=None, last_success=None
    )
    said = as_json(seen._replace(ami=AmiEvidence(problem=AWAY), sink=SinkEvidence(problem=DAMAGED)))
    assert said["paused"] == {"backup_set": "20261121T213000Z-1a2b3c4d", "since": WHEN}
    assert (said["last_run"], said["last_success"], said["asterisk"], said["media"]) == (None, None, None, None)
    assert (said["pending_reload"], said["interrupted"], said["edited"]) == (["app_voicemail.so"], True, True)


def test_what_to_do_stands_beside_each_fault() -> None:
    found: Finding = troubles(records(paused=PAUSE))[0]
    assert found.message == "Sync is paused: backup 20261121T213000Z-1a2b3c4d was restored at 2026-11-21T21:30:00Z."
    assert "gvma sync --resume" in found.remedy


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (DatabaseError("the database cannot be reached"), "database-unreachable"),
        (CredentialsError("the database refused the login"), "database-unreachable"),
        (UnpreparedDatabaseError("the database is not prepared"), "database-grants"),
    ],
)
def test_a_database_that_is_away_or_unprepared_is_no_file_to_put_right(problem: GvmaError, code: str) -> None:
    seen = WELL._replace(sink=SinkEvidence("realtime", problem=problem))
    assert codes(seen) == [code]
    assert as_json(seen)["edited"] is False
