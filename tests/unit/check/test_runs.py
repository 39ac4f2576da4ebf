"""How the last sync ended and what the next one would do: once a fault, once all well."""

from __future__ import annotations

import pytest

from gvma.check.runs import check_last_run, check_next_run
from gvma.errors import BackupSetError, SafetyBrakeError, UnsafeTargetError
from gvma.evidence.model import Evidence, NextSync, RecordsEvidence
from gvma.evidence.model.runs import Run
from gvma.plan.items import Item
from gvma.settings import GvmaSettings, Settings
from gvma.storage.state.pause import Pause
from tests.unit.check.objects import block, files

OWNERS = (
    b"gvma-owners 2\n"
    b"dn 101 1000 GVMA_DN gvm-1000 DN 1000\n"
    b"dn 102 5001 MY_COMPANY gvm-1001 DN 1001\n"
    b"agent 201 2222 GVMA_AGENT gvm-a-2222 Agent Login 7001\n"
)
FILES = frozenset({"/etc/asterisk/voicemail.conf", "/etc/asterisk/pjsip.conf", "/etc/asterisk/extensions.conf"})
BOXES = "[GVMA_DN]\n1000 => 1\n[GVMA_AGENT]\n2222 => 1\n"
SITES_BOX = "[MY_COMPANY]\n5001 => 1\n"
AORS = "".join(f"[{name}]\ntype=aor\n" for name in ("gvm-1000", "gvm-1001", "gvm-a-2222"))
WHEN = "2026-11-21T21:30:00Z"
PAUSE = Pause("20261121T213000Z-1a2b3c4d", WHEN)


def good(age: float) -> Run:
    return Run(WHEN, age)


def bad(code: str, exit_code: int) -> Run:
    return Run(WHEN, 1.0, exit_code, code=code)


KEPT = RecordsEvidence(last_success=good(10.0), owners=OWNERS, files=FILES)
AS_IT_IS = NextSync()
NEW = Item("add", "mailbox", "1002@GVMA_DN", "DN 1002")
SITE = Evidence(
    Settings(),
    files=files(voicemail=SITES_BOX + block(BOXES), channel=block(AORS)),
    records=KEPT,
    next_sync=AS_IT_IS,
)
BRAKE = SafetyBrakeError("3 of 4 mailboxes would be removed", where="Configuration Server's answer", hint="")
MIXED = UnsafeTargetError("mixed", where="voicemail.conf, line 3", hint="")
DAMAGED = BackupSetError("damaged", where="/backup/state/owners", hint="")


def codes(seen: Evidence) -> list[str]:
    return [finding.code for check in (check_last_run, check_next_run) for finding in check(seen)]


def test_where_the_last_sync_ended_well_and_nothing_is_to_be_done_there_is_nothing_to_say() -> None:
    assert codes(SITE) == []
    assert codes(Evidence(Settings(), records=RecordsEvidence(synced=False))) == []


@pytest.mark.parametrize(
    ("records", "found"),
    [
        (RecordsEvidence(paused=PAUSE), ["sync-paused"]),
        (RecordsEvidence(interrupted="voicemail.conf would be put back"), ["interrupted-run"]),
        (RecordsEvidence(interrupted="voicemail.conf is written just now", running="process 1, started now"), []),
        (RecordsEvidence(pending_reload=("res_pjsip.so",)), ["reload-pending"]),
        (RecordsEvidence(pending_reload=("res_pjsip.so",), running="process 1, started now"), []),
        (RecordsEvidence(last_success=good(3600.0)), []),
        (RecordsEvidence(last_success=good(3601.0)), ["sync-too-old"]),
        (RecordsEvidence(last_success=good(3601.0), paused=PAUSE), ["sync-paused"]),
        (RecordsEvidence(last_run=bad("configserver-timeout", 10)), ["last-run-failed"]),
        (RecordsEvidence(last_run=bad("sync-paused", 13), paused=PAUSE), ["sync-paused"]),
        (RecordsEvidence(problem=DAMAGED), ["records-damaged"]),
    ],
)
def test_what_the_last_runs_left(records: RecordsEvidence, found: list[str]) -> None:
    assert codes(SITE._replace(records=records)) == found


@pytest.mark.parametrize(
    ("age", "said"), [(5400.0, "90 min"), (7200.0, "2 h"), (100_000.0, "28 h"), (864_000.0, "10 days")]
)
def test_the_age_of_the_last_success_is_said_in_a_unit_that_a_person_reads(age: float, said: str) -> None:
    seen = SITE._replace(records=KEPT._replace(last_success=good(age)))
    assert [f.message for f in check_last_run(seen)] == [f"the last success was {said} ago, status_max_age is 3600 s"]


def test_a_site_that_syncs_once_a_day_says_so_by_a_setting() -> None:
    daily = Settings(gvma=GvmaSettings(status_max_age=90_000))
    assert codes(SITE._replace(settings=daily, records=KEPT._replace(last_success=good(80_000.0)))) == []


@pytest.mark.parametrize(
    ("planned", "found"),
    [
        (NextSync((NEW,), ("voicemail.conf",)), ["changes-pending"]),
        (NextSync((), ("pjsip.conf",)), ["changes-pending"]),
        (NextSync((NEW,), ("voicemail.conf",), brake=BRAKE), ["brake-would-stop"]),
        (NextSync(brake=BRAKE), ["brake-would-stop"]),
        (NextSync(problem=MIXED), ["sync-would-stop"]),
    ],
)
def test_what_the_next_sync_would_do(planned: NextSync, found: list[str]) -> None:
    assert codes(SITE._replace(next_sync=planned)) == found


def test_a_failure_of_the_next_sync_is_said_once() -> None:
    seen = SITE._replace(next_sync=NextSync(problem=MIXED))
    unsafe = SITE.files._replace(unsafe=(("voicemail.conf", "mixed"),))
    assert codes(seen._replace(files=unsafe)) == []
    damaged = SITE._replace(next_sync=NextSync(problem=DAMAGED), records=RecordsEvidence(problem=DAMAGED))
    assert codes(damaged) == ["records-damaged"]


def test_a_paused_sync_has_no_changes_that_are_pending_but_would_still_meet_the_brake() -> None:
    paused = KEPT._replace(paused=PAUSE)
    seen = SITE._replace(records=paused, next_sync=NextSync((NEW,), ("voicemail.conf",)))
    assert codes(seen) == ["sync-paused"]
    assert codes(seen._replace(next_sync=NextSync((NEW,), ("x",), brake=BRAKE))) == ["sync-paused", "brake-would-stop"]


@pytest.mark.parametrize(
    ("boxes", "aors", "message"),
    [
        (BOXES.replace("1000 => 1\n", ""), AORS, "the block lacks 1000@GVMA_DN"),
        (BOXES, AORS.replace("[gvm-a-2222]", "[other]"), "the block lacks gvm-a-2222"),
        ("", AORS, "the block lacks 1000@GVMA_DN, 2222@GVMA_AGENT"),
    ],
)
@pytest.mark.parametrize("asked", [True, False])
def test_what_was_deleted_from_our_block_is_found_also_without_configuration_server(
    boxes: str, aors: str, message: str, asked: bool
) -> None:
    planned = NextSync((), ("voicemail.conf",)) if asked else None
    seen = SITE._replace(files=files(voicemail=SITES_BOX + block(boxes), channel=block(aors)), next_sync=planned)
    found = list(check_next_run(seen))
    assert [(finding.code, finding.message) for finding in found] == [("block-edited", message)]


def test_the_box_that_somebody_wrote_into_our_block_is_found() -> None:
    written = NextSync((Item("remove", "mailbox", "1009@GVMA_DN", ""),), ("voicemail.conf",))
    found = list(check_next_run(SITE._replace(next_sync=written)))
    assert [(f.code, f.message) for f in found] == [("block-edited", "the block has, and no sync wrote, 1009@GVMA_DN")]
    owned = NextSync((Item("remove", "mailbox", "1000@GVMA_DN", "DN 1000"),), ("voicemail.conf",))
    assert codes(SITE._replace(next_sync=owned)) == ["changes-pending"]


def test_what_else_is_pending_is_said_beside_an_edit() -> None:
    lost = Item("add", "mailbox", "1000@GVMA_DN", "DN 1000")
    seen = SITE._replace(
        files=files(voicemail=SITES_BOX + block(BOXES.replace("1000 => 1\n", "")), channel=block(AORS)),
        next_sync=NextSync((lost, NEW), ("voicemail.conf",)),
    )
    assert [(f.code, f.message) for f in check_next_run(seen)] == [
        ("block-edited", "the block lacks 1000@GVMA_DN"),
        ("changes-pending", "1 to add, 0 to change, 0 to remove: 1002@GVMA_DN"),
    ]


def test_a_record_of_another_drivers_file_says_nothing_of_this_one() -> None:
    seen = SITE._replace(
        files=files(voicemail=SITES_BOX + block(BOXES), channel=""),
        records=KEPT._replace(files=frozenset({"/etc/asterisk/voicemail.conf", "/etc/asterisk/sip.conf"})),
        next_sync=None,
    )
    assert codes(seen) == []


def test_where_a_file_may_not_be_read_nothing_is_missed_in_it() -> None:
    unreadable = files(voicemail="", channel="")._replace(unreadable=(("voicemail.conf", "may not be read"),))
    assert codes(SITE._replace(files=unreadable, next_sync=None)) == []


def test_the_failure_of_the_last_run_is_said_in_its_own_words() -> None:
    last = Run("2026-11-21T21:30:00Z", 60.0, 10, code="configserver-timeout", message="https://cfg: no answer in 60 s")
    seen = SITE._replace(records=RecordsEvidence(last_run=last))
    assert [finding.message for finding in check_last_run(seen)] == ["it left with 10: https://cfg: no answer in 60 s"]
