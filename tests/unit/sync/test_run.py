"""Whole syncs without Asterisk: what is written, said and left, for what Configuration Server says."""

from __future__ import annotations

import errno
import stat

import pytest

from gvma.configserver.simulator.server import Simulator
from tests.fakes.faults import calls_of, failing_at
from tests.fakes.installation import BEGIN, END, SITE, Installation, Result

BOXES = """\
; ######## Voice Mail Boxes for the Extensions #######
[GVMA_DN]
1000 => 1000,1000,,,
1001 => 739182,Bob,,,
1002 => 1002,1002,,,
; ######## Voice Mail Boxes for the Agents #######
[GVMA_AGENT]
2222 => 2222,2222,,,
; ######## Voice Mail Boxes for the Agent Groups #######
[GVMA_AGENTGROUP]
3333 => 3333,3333,,,
"""


def test_the_first_sync_writes_every_block_and_leaves_the_sites_own_lines(installation: Installation) -> None:
    result = installation.sync()
    assert (result.status, result.err) == (0, "")
    assert installation.block("voicemail.conf").endswith(BOXES)
    for name, content in SITE.items():
        assert (installation.etc / name).read_bytes().startswith(content + BEGIN.encode())


def test_a_change_is_one_line_off_a_terminal(installation: Installation) -> None:
    assert installation.sync().out.count("\n") == 1
    installation.dns["1003"] = {}
    out = installation.sync().out
    assert out.startswith("sync: 2 added, 0 changed, 0 removed in voicemail.conf, pjsip.conf; backup set 20")


def test_an_unchanged_sync_prints_nothing_and_writes_nothing(installation: Installation) -> None:
    installation.sync()
    before = installation.state()
    result = installation.sync()
    assert (result.status, result.out, result.err) == (0, "", "")
    assert installation.state() == before


def test_a_new_dn_counts_two_a_changed_name_one(installation: Installation) -> None:
    installation.sync()
    installation.dns |= {"1003": {}, "1000": {"gvm_name": "Ann"}}
    assert installation.sync(json=True).json()["changes"] == {"add": 2, "change": 1, "remove": 0}


def test_the_json_object_names_every_file_and_the_backup_set(installation: Installation) -> None:
    installation.sync()
    installation.dns["1000"] = {"gvm_name": "Ann"}
    answer = installation.sync(json=True).json()
    assert (answer["gvma_result_version"], answer["command"]) == (1, "sync")
    assert (answer["status"], answer["exit_code"], answer["reloaded"]) == ("changed", 0, [])
    assert answer["files"] == [
        {"path": str(installation.etc / "voicemail.conf"), "changed": True},
        {"path": str(installation.etc / "pjsip.conf"), "changed": False},
        {"path": str(installation.etc / "extensions.conf"), "changed": False},
    ]
    assert (installation.kept / answer["backup_set"] / "manifest.json").exists()
    assert answer["run_id"]


def test_the_backup_set_has_the_files_as_they_were_and_a_snapshot_without_pins(installation: Installation) -> None:
    made = installation.kept / installation.sync(json=True).json()["backup_set"]
    copies = {path.name.removesuffix(".copy"): path.read_bytes() for path in made.rglob("*.copy")}
    assert copies == SITE
    snapshot = (made / "snapshot.json").read_text()
    assert '"1001"' in snapshot
    assert "739182" not in snapshot


def test_a_dry_run_shows_diff_and_plan_and_creates_nothing(installation: Installation) -> None:
    installation.write()
    before = installation.state()
    result = installation.sync("--dry-run")
    assert result.status == 0
    assert "\n+1001 => ****,Bob,,,\n" in result.out
    assert result.out.endswith("\nPlan: 10 to add, 0 to change, 0 to remove.\n")
    assert "739182" not in result.out
    assert installation.state() == before
    assert not installation.kept.exists()


@pytest.mark.parametrize(("synced", "status"), [(False, 2), (True, 0)])
def test_the_detailed_exit_status_of_a_dry_run_tells_pending_changes(
    installation: Installation, synced: bool, status: int
) -> None:
    if synced:
        installation.sync()
    assert installation.sync("--dry-run", "--detailed-exitcode").status == status


def test_the_detailed_exit_status_without_a_dry_run_is_wrong_usage(installation: Installation) -> None:
    assert installation.sync("--detailed-exitcode").status == 64


def test_quiet_says_nothing_of_a_change(installation: Installation) -> None:
    installation.write()
    result = installation.gvma("-q", "sync", "--from", str(installation.export), "--no-reload")
    assert (result.status, result.out, result.err) == (0, "", "")


def test_the_answers_of_a_server_are_read_as_those_of_a_file(installation: Installation) -> None:
    installation.write()
    with Simulator(installation.export).serve() as url:
        installation.settings.write_text(
            installation.settings.read_text().replace("host = 127", f"url = {url}\nhost = 127", 1)
        )
        assert installation.gvma("sync", "--no-reload").status == 0
    assert installation.block("voicemail.conf").endswith(BOXES)


@pytest.mark.parametrize("fail", ["refuse", "fault", "truncate", "malformed", "500"])
def test_a_failing_server_leaves_everything_as_it_was(installation: Installation, fail: str) -> None:
    installation.sync()
    before = installation.state()
    with Simulator(installation.export, fail=fail).serve() as url:
        text = installation.settings.read_text()
        installation.settings.write_text(text.replace("host = 127", f"url = {url}\nhost = 127", 1))
        assert installation.gvma("sync", "--no-reload").status == 10
    assert installation.state() == before


def test_too_many_removals_are_refused_until_forced(installation: Installation) -> None:
    installation.sync()
    before = installation.state()
    del installation.dns["1001"], installation.dns["1002"]
    result = installation.sync()
    assert result.status == 13
    assert "2 of 5 mailboxes would be removed" in result.err
    assert installation.state() == before
    assert installation.sync("--force").status == 0
    assert "1001" not in installation.text("voicemail.conf")


def test_an_emptied_query_is_refused_even_where_all_may_go(installation: Installation) -> None:
    installation.more += "\nmax_remove_percent = 100"
    installation.sync()
    installation.groups.clear()
    assert installation.sync().status == 13
    assert installation.sync("--force").status == 0
    assert installation.sync().status == 0


def test_a_dry_run_says_that_a_sync_would_be_held(installation: Installation) -> None:
    installation.sync()
    installation.dns.clear()
    result = installation.sync("--dry-run")
    assert result.status == 0
    assert "a sync would stop here" in result.err
    assert "Plan: 0 to add, 0 to change, 6 to remove." in result.out


def test_a_refused_owner_keeps_its_box_and_its_subscription(installation: Installation) -> None:
    installation.sync()
    boxes, aors = installation.block("voicemail.conf"), installation.block("pjsip.conf")
    for bad in ({"gvm_mailbox": "a/../b"}, {"gvm_password": "1,2"}, {"gvm_mailbox": "7000", "gvm_name": "a\tb"}):
        installation.dns["1001"] = bad
        result = installation.sync()
        assert result.status == 0
        assert "DN 1001" in result.err
        assert (installation.block("voicemail.conf"), installation.block("pjsip.conf")) == (boxes, aors)


def test_an_owner_refused_before_any_record_keeps_what_nobody_else_claims(installation: Installation) -> None:
    installation.sync()
    for path in (installation.kept / "state").iterdir():
        if path.is_file():
            path.unlink()
    boxes = installation.block("voicemail.conf")
    installation.dns["1001"] = {"gvm_mailbox": "a b"}
    assert "no record says which mailbox it had" in installation.sync().err
    assert installation.block("voicemail.conf") == boxes


def test_the_same_warnings_are_said_once(installation: Installation) -> None:
    installation.dns["1003"] = {"gvm_password": "1,2"}
    assert "gvm_password" in installation.sync().err
    assert installation.sync().err == ""
    assert "gvm_password" in installation.sync("--dry-run").err
    assert [one["code"] for one in installation.sync(json=True).json()["warnings"]] == ["refused-value"]
    del installation.dns["1003"]["gvm_password"]
    assert installation.sync().err == ""


@pytest.mark.parametrize(
    "text", [f"{BEGIN}\n{BEGIN}\n{END}\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\nforeign\n", f";--\n{BEGIN}\n{END}\n"]
)
def test_unsound_markers_in_one_file_leave_all_files_alone(installation: Installation, text: str) -> None:
    (installation.etc / "extensions.conf").write_text(text)
    before = installation.state()
    result = installation.sync()
    assert result.status == 14
    assert "extensions.conf" in result.err
    assert {path: held for path, held in installation.state().items() if "/etc/" in path} == before


def test_a_missing_file_is_created_with_the_rights_of_its_siblings_and_said(installation: Installation) -> None:
    for name in SITE:
        (installation.etc / name).chmod(0o640)
    (installation.etc / "pjsip.conf").unlink()
    result = installation.sync()
    assert result.status == 0
    assert "pjsip.conf is missing and will be created" in result.err
    assert stat.S_IMODE((installation.etc / "pjsip.conf").stat().st_mode) == 0o640


def test_without_asterisk_the_file_that_has_our_block_tells_the_driver(installation: Installation) -> None:
    installation.more = "channel_driver = sip"
    (installation.etc / "sip.conf").write_text("[general]\n")
    installation.sync()
    installation.more = "channel_driver = auto"
    assert installation.sync().out == ""
    assert BEGIN not in installation.text("pjsip.conf")


def test_the_metrics_tell_of_good_and_of_failed_runs(installation: Installation) -> None:
    installation.more += f"\nmetrics_file = {installation.folder}/gvma.prom"
    installation.sync()
    text = (installation.folder / "gvma.prom").read_text()
    assert 'gvma_sync_changes{action="add"} 10\n' in text
    assert "gvma_sync_exit_code 0\n" in text
    installation.dns.clear()
    installation.sync()
    text = (installation.folder / "gvma.prom").read_text()
    assert "gvma_sync_exit_code 13\n" in text
    assert "gvma_sync_last_success_timestamp_seconds" in text


def test_all_that_is_kept_is_for_its_owner_alone(installation: Installation) -> None:
    installation.sync()
    for path in (installation.kept, *installation.kept.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_old_backup_sets_go_and_the_first_stays(installation: Installation) -> None:
    installation.more += "\nkeep_last = 2\nkeep_daily = 0\nkeep_monthly = 0"
    made = []
    for number in range(5):
        installation.dns["1000"] = {"gvm_name": f"Name {number}"}
        made.append(installation.sync(json=True).json()["backup_set"])
    kept = sorted(path.name for path in installation.kept.glob("2*"))
    assert kept == [made[0], *made[3:]]


def test_a_block_whose_end_marker_is_the_last_line_gets_a_line_below_it(installation: Installation) -> None:
    installation.sync()
    whole = installation.text("voicemail.conf")
    (installation.etc / "voicemail.conf").write_text(whole.removesuffix("\n"))
    installation.sync()
    assert installation.text("voicemail.conf").endswith(f"{END}\n\n")


def test_a_fault_says_whether_asterisks_files_are_changed(installation: Installation) -> None:
    installation.more += "\nkeep_last = 1\nkeep_daily = 0\nkeep_monthly = 0"  # every run looks at as many sets
    results: list[Result] = []

    def sync() -> None:
        results.append(installation.sync())

    for name in ("First", "Second", "Third"):
        installation.dns["1001"]["gvm_name"] = name
        calls = calls_of(sync)
    replaced = max(at for at, (call, path) in enumerate(calls) if call == "rename" and path.endswith(".conf"))
    seen = set()
    for point in range(replaced, len(calls), 2):
        installation.dns["1001"]["gvm_name"] = f"Name {point}"
        failing_at(point, errno.EIO, sync)
        failed = results[-1]
        changed = f"Name {point}" in installation.text("voicemail.conf")
        if failed.status:
            seen.add(changed)
            assert ("Asterisk's files are changed, and stay so." in failed.err) == changed, (calls[point], failed)
        else:
            assert changed
        assert installation.sync().status == 0
    assert seen == {False, True}
