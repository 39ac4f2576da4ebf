"""Whole syncs without Asterisk: what is written, said and left, for what Configuration Server says."""

from __future__ import annotations

import errno
import io
import stat
import sys

import pytest

from gvma.backups.backup_set import BackupSet
from gvma.sinks.base import Purpose
from gvma.sinks.files.changes.prepare import FilesChange
from gvma.sinks.files.sink import FilesSink
from tests.fakes.faults import calls_of, failing_at
from tests.harness.command import Done
from tests.harness.site import BEGIN, END, Site
from tests.unit.sync import OWN_FILES, state

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


def test_the_first_sync_writes_every_block_and_leaves_the_sites_own_lines(site: Site) -> None:
    result = site.try_sync()
    assert (result.status, result.stderr) == (0, "")
    assert site.block("voicemail.conf").endswith(BOXES)
    for name, content in OWN_FILES.items():
        assert (site.etc / name).read_bytes().startswith(content + BEGIN.encode())


def test_a_change_is_one_line_off_a_terminal(site: Site) -> None:
    assert site.try_sync().stdout.count("\n") == 1
    site.layer.dns["1003"] = {}
    out = site.try_sync().stdout
    assert out.startswith("sync: 2 added, 0 changed, 0 removed in voicemail.conf, pjsip.conf; backup set 20")


def test_an_unchanged_sync_prints_nothing_and_writes_nothing(site: Site) -> None:
    site.sync()
    before = state(site)
    result = site.try_sync()
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    assert state(site) == before


def test_a_new_dn_counts_two_a_changed_name_one(site: Site) -> None:
    site.sync()
    site.layer.dns |= {"1003": {}, "1000": {"gvm_name": "Ann"}}
    assert site.try_sync(json=True).json()["changes"] == {"add": 2, "change": 1, "remove": 0}


def test_the_json_object_names_every_file_and_the_backup_set(site: Site) -> None:
    site.sync()
    site.layer.dns["1000"] = {"gvm_name": "Ann"}
    answer = site.try_sync(json=True).json()
    assert (answer["gvma_result_version"], answer["command"]) == (1, "sync")
    assert (answer["status"], answer["exit_code"], answer["reloaded"]) == ("changed", 0, [])
    assert answer["files"] == [
        {"path": str(site.etc / "voicemail.conf"), "changed": True},
        {"path": str(site.etc / "pjsip.conf"), "changed": False},
        {"path": str(site.etc / "extensions.conf"), "changed": False},
    ]
    assert (site.backup_path / answer["backup_set"] / "manifest.json").exists()
    assert answer["run_id"]


def test_the_backup_set_has_the_files_as_they_were_and_a_snapshot_without_pins(site: Site) -> None:
    made = site.backup_path / site.try_sync(json=True).json()["backup_set"]
    copies = {path.name.removesuffix(".copy"): path.read_bytes() for path in made.rglob("*.copy")}
    assert copies == OWN_FILES
    snapshot = (made / "snapshot.json").read_text()
    assert '"1001"' in snapshot
    assert "739182" not in snapshot


def test_quiet_says_nothing_of_a_change(site: Site) -> None:
    site.lay_out()
    result = site.gvma("-q", "sync", "--from", str(site.tree), "--no-reload")
    assert (result.status, result.stdout, result.stderr) == (0, "", "")


def test_the_answers_of_a_server_are_read_as_those_of_a_file(site: Site) -> None:
    site.lay_out()
    with site.served():
        assert site.gvma("sync", "--no-reload").status == 0
    assert site.block("voicemail.conf").endswith(BOXES)


@pytest.mark.parametrize("fail", ["refuse", "fault", "truncate", "malformed", "500"])
def test_a_failing_server_leaves_everything_as_it_was(site: Site, fail: str) -> None:
    site.sync()
    before = state(site)
    site.simulator.fail = fail
    with site.served():
        assert site.gvma("sync", "--no-reload").status == 10
    assert state(site) == before


def test_too_many_removals_are_refused_until_forced(site: Site) -> None:
    site.sync()
    before = state(site)
    del site.layer.dns["1001"], site.layer.dns["1002"]
    result = site.try_sync()
    assert result.status == 13
    assert "2 of 5 mailboxes would be removed" in result.stderr
    assert state(site) == before
    assert site.try_sync("--force").status == 0
    assert "1001" not in site.text("voicemail.conf")


def test_an_emptied_query_is_refused_even_where_all_may_go(site: Site) -> None:
    site.settings["max_remove_percent"] = 100
    site.sync()
    site.layer.groups.clear()
    assert site.try_sync().status == 13
    assert site.try_sync("--force").status == 0
    assert site.try_sync().status == 0


def test_a_refused_owner_keeps_its_box_and_its_subscription(site: Site) -> None:
    site.sync()
    boxes, aors = site.block("voicemail.conf"), site.block("pjsip.conf")
    for bad in ({"gvm_mailbox": "a/../b"}, {"gvm_password": "1,2"}, {"gvm_mailbox": "7000", "gvm_name": "a\tb"}):
        site.layer.dns["1001"] = bad
        result = site.try_sync()
        assert result.status == 0
        assert "DN 1001" in result.stderr
        assert (site.block("voicemail.conf"), site.block("pjsip.conf")) == (boxes, aors)


@pytest.mark.parametrize("driver", ["pjsip", "sip"])
def test_of_a_refused_owner_the_plan_promises_no_change_where_nobody_else_is_left(site: Site, driver: str) -> None:
    site.settings["channel_driver"] = driver
    site.layer.dns, site.layer.agents, site.layer.groups = {"1001": {}}, {}, {}
    site.sync()
    site.layer.dns["1001"] = {"gvm_password": "1,2"}
    planned = site.try_sync("--dry-run")
    assert "DN 1001" in planned.stderr
    assert "subscription" not in planned.stdout
    before = {path.name: path.read_bytes() for path in site.etc.iterdir()}
    assert site.try_sync().stdout == ""
    assert {path.name: path.read_bytes() for path in site.etc.iterdir()} == before


def test_an_owner_refused_before_any_record_keeps_what_nobody_else_claims(site: Site) -> None:
    site.sync()
    for path in (site.backup_path / "state").iterdir():
        if path.is_file():
            path.unlink()
    boxes = site.block("voicemail.conf")
    site.layer.dns["1001"] = {"gvm_mailbox": "a b"}
    assert "no record says which mailbox it had" in site.try_sync().stderr
    assert site.block("voicemail.conf") == boxes


def test_the_same_warnings_are_said_once(site: Site) -> None:
    site.layer.dns["1003"] = {"gvm_password": "1,2"}
    assert "gvm_password" in site.try_sync().stderr
    assert site.try_sync().stderr == ""
    assert "gvm_password" in site.try_sync("--dry-run").stderr
    assert [one["code"] for one in site.try_sync(json=True).json()["warnings"]] == ["refused-value"]
    del site.layer.dns["1003"]["gvm_password"]
    assert site.try_sync().stderr == ""


@pytest.mark.parametrize(
    "text", [f"{BEGIN}\n{BEGIN}\n{END}\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\nforeign\n", f";--\n{BEGIN}\n{END}\n"]
)
def test_unsound_markers_in_one_file_leave_all_files_alone(site: Site, text: str) -> None:
    (site.etc / "extensions.conf").write_text(text)
    before = state(site)
    result = site.try_sync()
    assert result.status == 14
    assert "extensions.conf" in result.stderr
    assert {path: content for path, content in state(site).items() if path.startswith("etc/")} == before


def test_a_missing_file_is_created_with_the_rights_of_its_siblings_and_said(site: Site) -> None:
    for name in OWN_FILES:
        (site.etc / name).chmod(0o640)
    (site.etc / "pjsip.conf").unlink()
    result = site.try_sync()
    assert result.status == 0
    assert "pjsip.conf is missing and will be created" in result.stderr
    assert stat.S_IMODE((site.etc / "pjsip.conf").stat().st_mode) == 0o640


def test_without_asterisk_the_file_that_has_our_block_tells_the_driver(site: Site) -> None:
    site.settings["channel_driver"] = "sip"
    (site.etc / "sip.conf").write_text("[general]\n")
    site.sync()
    site.settings["channel_driver"] = "auto"
    assert site.try_sync().stdout == ""
    assert BEGIN not in site.text("pjsip.conf")
    why = "Channel driver sip: Asterisk was not asked, and sip.conf alone has gvma's block."
    done = site.try_sync("--dry-run")
    assert why in done.stdout.splitlines()
    assert site.try_sync("--dry-run", json=True).json()["notes"][0] == why
    site.settings["channel_driver"] = "sip"
    assert "Channel driver" not in site.try_sync("--dry-run").stdout


def test_the_metrics_tell_of_good_and_of_failed_runs(site: Site) -> None:
    site.settings["metrics_file"] = site.folder / "gvma.prom"
    site.sync()
    text = (site.folder / "gvma.prom").read_text()
    assert 'gvma_sync_changes{action="add"} 10\n' in text
    assert "gvma_sync_exit_code 0\n" in text
    site.layer.dns.clear()
    assert site.try_sync().status == 13
    text = (site.folder / "gvma.prom").read_text()
    assert "gvma_sync_exit_code 13\n" in text
    assert "gvma_sync_last_success_timestamp_seconds" in text


def test_all_that_is_kept_is_for_its_owner_alone(site: Site) -> None:
    site.sync()
    for path in (site.backup_path, *site.backup_path.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_old_backup_sets_go_and_the_first_stays(site: Site) -> None:
    site.settings |= {"keep_last": 2, "keep_daily": 0, "keep_monthly": 0}
    made = []
    for number in range(5):
        site.layer.dns["1000"] = {"gvm_name": f"Name {number}"}
        made.append(site.try_sync(json=True).json()["backup_set"])
    kept = sorted(path.name for path in site.backup_path.glob("2*"))
    assert kept == [made[0], *made[3:]]


def test_a_block_whose_end_marker_is_the_last_line_gets_a_line_below_it(site: Site) -> None:
    site.sync()
    whole = site.text("voicemail.conf")
    (site.etc / "voicemail.conf").write_text(whole.removesuffix("\n"))
    site.sync()
    assert site.text("voicemail.conf").endswith(f"{END}\n\n")


@pytest.mark.long
def test_a_fault_says_whether_asterisks_files_are_changed(site: Site) -> None:
    site.settings |= {"keep_last": 1, "keep_daily": 0, "keep_monthly": 0}  # every run looks at as many sets
    results: list[Done] = []

    def sync() -> None:
        results.append(site.try_sync())

    for name in ("First", "Second", "Third"):
        site.layer.dns["1001"]["gvm_name"] = name
        calls = calls_of(sync)
    replaced = max(at for at, (call, path) in enumerate(calls) if call == "exchange" and path.endswith(".conf"))
    seen = set()
    for point in range(replaced, len(calls), 2):
        site.layer.dns["1001"]["gvm_name"] = f"Name {point}"
        failing_at(point, errno.EIO, sync)
        failed = results[-1]
        changed = f"Name {point}" in site.text("voicemail.conf")
        if failed.status:
            seen.add(changed)
            assert ("Asterisk's files are changed, and stay so." in failed.stderr) == changed, (calls[point], failed)
        else:
            assert changed
        assert site.try_sync().status == 0
    assert seen == {False, True}


def test_what_the_files_do_not_tell_of_sip_server_is_said_before_they_are_written(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asterisk is not asked, and a command behind #exec may identify SIP Server."""
    site.write("pjsip.conf", f"{site.text('pjsip.conf')}#exec /usr/local/bin/identifies\n")
    said_before: list[str] = []
    save = FilesSink.save

    def watched(sink: FilesSink, change: FilesChange, purpose: Purpose) -> BackupSet:
        assert isinstance(sys.stderr, io.StringIO)
        said_before.append(sys.stderr.getvalue())
        return save(sink, change, purpose)

    monkeypatch.setattr(FilesSink, "save", watched)
    done = site.try_sync()
    said = "its files do not tell all (pjsip.conf runs /usr/local/bin/identifies)"
    assert (done.status, done.stderr.count(said)) == (0, 1)
    assert said in said_before[0]
    site.settings["mwi_endpoint"] = "site"
    assert said not in site.try_sync().stderr
