"""What ``gvma sync`` promises cron lines, scripts and people: when it writes, what it says and with which status."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from gvma.configserver.simulator import Simulator
from gvma.sync.lock import hold_lock
from tests.fakes.command import Commands
from tests.fakes.sync_site import OBJECTS, Site
from tests.integration.installation import EXTENSION, PASSWORD, USER, Layer

FEWER = Layer(dns={("61001", EXTENSION): {}}, agents=OBJECTS.agents, groups=OBJECTS.groups)
ODD = Layer(dns={**OBJECTS.dns, ("61009", EXTENSION): {"gvm_email": "a,b@example.net"}})
OTHER_ODD = Layer(dns={**ODD.dns, ("61010", EXTENSION): {"gvm_mailbox": "6 1"}})


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    with Commands(tmp_path_factory.mktemp("commands")) as commands:
        yield commands


@pytest.fixture
def site(tmp_path: Path, commands: Commands) -> Site:
    return Site(tmp_path / "site", commands)


def on_a_terminal(site: Site, *words: str, **environ: str) -> str:
    """What a person sees: stdout and stderr of a run on a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "gvma", "--config", str(site.config), *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environ},
        close_fds=True,
    ) as running:
        os.close(theirs)
        seen = b""
        try:
            while piece := os.read(ours, 65536):
                seen += piece
        except OSError:
            pass  # so a terminal says that nobody has it open any more
    os.close(ours)
    assert running.returncode == 0, seen
    return seen.decode("utf-8", "replace")


def test_an_unchanged_run_touches_no_file_anywhere_not_even_its_own(site: Site) -> None:
    site.sync()
    before = site.everything()
    for words in ((), ("-q",), ("-v",)):
        done = site.gvma(*words, "sync", *site.from_file)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        after = site.everything()
        # The lock is written and emptied again by every run.
        assert {name: seen for name, seen in after.items() if name != "kept/lock"} == {
            name: seen for name, seen in before.items() if name != "kept/lock"
        }
    answer = site.answer("sync", *site.from_file)
    assert (answer["status"], answer["changes"]) == ("ok", {"add": 0, "change": 0, "remove": 0})
    assert (answer["backup_set"], answer["reloaded"], answer["errors"]) == (None, [], [])
    assert [file["changed"] for file in answer["files"]] == [False, False, False]


def test_the_object_has_the_fields_of_the_contract_and_no_secret(site: Site) -> None:
    site.put(ODD)
    done = site.gvma("--output", "json", "sync", *site.from_file)
    said = json.loads(done.stdout)
    for name in ("run_id", "changes", "files", "backup_set", "reloaded", "warnings", "errors"):
        assert name in said, name
    assert (said["gvma_result_version"], said["command"], said["status"]) == (1, "sync", "changed")
    # Three DNs, one of them with a box of the site's own, and one refused.
    assert said["changes"] == {"add": 5, "change": 0, "remove": 0}
    paths = [str(site.etc / name) for name in ("voicemail.conf", "pjsip.conf", "extensions.conf")]
    assert said["files"] == [{"path": path, "changed": True} for path in paths]
    assert (site.kept / said["backup_set"] / "manifest.json").is_file()
    (warning,) = said["warnings"]
    assert set(warning) == {"code", "message", "where"}
    assert "61009" in warning["where"]
    for secret in ("86420", "sesame-only-here", "never-to-be-seen"):
        assert secret not in done.stdout + done.stderr


def test_a_dry_run_needs_no_ami_no_right_to_write_and_leaves_no_trace(site: Site) -> None:
    site.write_settings(channel_driver="auto", asterisk_cm_port=1, log_file=site.root / "gvma.log")
    site.settings["metrics_file"] = site.root / "metrics.prom"
    site.write_settings()
    before = site.everything()
    prefix: tuple[str, ...] = ()
    if os.geteuid() == 0:
        site.config.chmod(0o644)
        before = site.everything()
        prefix = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--")
        for folder in (site.root, *site.root.parents):
            if folder == Path("/tmp"):
                break
            if folder != site.root:
                folder.chmod(folder.stat().st_mode | 0o011)
        for path in site.etc.iterdir():
            path.chmod(0o644)
        before = site.everything()
    done = site.gvma("sync", "--dry-run", "--from", str(site.tree), prefix=prefix)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("Plan: 9 to add, 0 to change, 0 to remove.\n")
    assert f"+++ {site.etc}/pjsip.conf\n" in done.stdout
    assert "+61902 => ****,Ulla Iso,,," in done.stdout
    assert "86420" not in done.stdout
    assert site.everything() == before
    assert "\x1b" not in done.stdout


def test_a_dry_run_works_while_another_run_holds_the_lock(site: Site) -> None:
    with hold_lock(site.kept):
        done = site.gvma("sync", "--dry-run", *site.from_file)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Plan: 9 to add, 0 to change, 0 to remove.")


def test_the_diff_of_a_dry_run_can_be_left_out_and_that_of_a_sync_be_asked_for(site: Site) -> None:
    done = site.gvma("sync", "--dry-run", "--no-diff", *site.from_file)
    assert done.stdout == "Plan: 9 to add, 0 to change, 0 to remove.\n"
    assert "+61902 => ****,Ulla Iso,,," in site.sync("--diff").stdout


def test_a_dry_run_in_json_has_the_diff_and_pending_changes_have_status_2(site: Site) -> None:
    answer = site.answer("sync", "--dry-run", "--detailed-exitcode", *site.from_file)
    assert (answer["exit_code"], answer["status"], answer["dry_run"]) == (2, "changed", True)
    assert "+61902 => ****,Ulla Iso,,," in answer["diff"]
    assert answer["backup_set"] is None
    site.sync()
    answer = site.answer("sync", "--dry-run", "--detailed-exitcode", *site.from_file)
    assert (answer["exit_code"], answer["status"], answer["changes"]) == (0, "ok", {"add": 0, "change": 0, "remove": 0})


def test_a_pin_that_differs_alone_shows_in_the_diff_as_a_change_without_its_digits(site: Site) -> None:
    site.sync()
    site.put(
        Layer(
            dns={**OBJECTS.dns, ("61001", EXTENSION): {"gvm_password": "13579"}},
            agents=OBJECTS.agents,
            groups=OBJECTS.groups,
        )
    )
    done = site.gvma("sync", "--dry-run", *site.from_file)
    assert done.stdout.endswith("Plan: 0 to add, 1 to change, 0 to remove.\n")
    assert "-61001 => ****,61001,,,\n" in done.stdout
    assert "+61001 => ****,61001,,,\n" in done.stdout
    assert "13579" not in done.stdout


def test_what_changed_is_one_line_off_a_terminal(site: Site) -> None:
    done = site.sync()
    assert re.fullmatch(
        r"sync: 9 added, 0 changed, 0 removed in voicemail\.conf, pjsip\.conf, extensions\.conf; "
        r"backup set \d{8}T\d{6}Z-[0-9a-f]{8}; not reloaded\.\n",
        done.stdout,
    )
    assert done.stderr == ""
    site.put(FEWER)
    assert site.gvma("-q", "sync", "--force", *site.from_file).stdout == ""


def test_warnings_are_said_when_they_are_new_and_not_every_five_minutes(site: Site) -> None:
    site.put(ODD)
    assert "DN 61009" in site.sync().stderr
    assert site.sync().stderr == ""
    assert "DN 61009" in site.sync("--dry-run").stderr
    assert "DN 61009" in site.gvma("-v", "sync", *site.from_file).stderr
    assert site.gvma("-q", "sync", "--dry-run", *site.from_file).stderr == ""
    assert site.answer("sync", *site.from_file)["warnings"][0]["where"].startswith("DN 61009")
    site.put(OTHER_ODD)
    both = site.sync().stderr
    assert "DN 61009" in both
    assert "DN 61010" in both
    assert site.sync().stderr == ""
    site.put(Layer(dns=OBJECTS.dns))
    assert site.sync().stderr == ""
    site.put(ODD)
    assert "DN 61009" in site.sync().stderr


def test_the_brake_names_its_counts_and_force_goes_on(site: Site) -> None:
    site.sync()
    site.put(FEWER)
    before = site.everything(site.etc)
    done = site.gvma("sync", *site.from_file)
    assert (done.returncode, done.stdout) == (13, "")
    assert "1 of 4 mailboxes would be removed (max_remove_percent = 20)" in done.stderr
    assert "objects at the last sync: 3 DNs, 2 agent logins, 1 agent groups; now: 1 DNs" in done.stderr
    assert "Nothing was changed." in done.stderr
    assert "--force" in done.stderr
    assert site.everything(site.etc) == before
    assert len(list(site.kept.glob("2*"))) == 1
    assert site.sync("--force").stdout.startswith("sync: 0 added, 0 changed, 3 removed")


def test_an_empty_answer_where_boxes_are_is_refused_whatever_the_percentage(site: Site) -> None:
    site.sync()
    site.put(Layer())
    site.write_settings(max_remove_percent=100)
    done = site.gvma("sync", *site.from_file)
    assert done.returncode == 13
    assert "the query for DNs answered with none, at the last sync there were 3" in done.stderr


def test_a_restored_state_is_held_until_forced_and_the_dry_run_says_so(site: Site) -> None:
    site.sync()
    restored = site.gvma("backup", "restore", "latest", "--no-reload")
    assert restored.returncode == 0, restored.stderr
    assert "BEGIN" not in (site.etc / "voicemail.conf").read_text()
    before = site.everything(site.etc)
    done = site.gvma("sync", *site.from_file)
    assert (done.returncode, done.stdout) == (13, "")
    for part in ("is being held; a sync would undo it", "Nothing was changed.", "`gvma sync --force`"):
        assert part in done.stderr
    dry = site.sync("--dry-run")
    assert "is being held" in dry.stderr
    assert dry.stdout.endswith("Plan: 9 to add, 0 to change, 0 to remove.\n")
    assert site.everything(site.etc) == before
    site.sync("--force")
    assert site.sync().stdout == ""


def test_a_second_run_leaves_at_once_or_waits_as_long_as_it_is_told(site: Site) -> None:
    with hold_lock(site.kept):
        done = site.gvma("sync", *site.from_file)
        assert done.returncode == 11
        for part in (f"process {os.getpid()}, started ", str(site.kept / "lock"), "Nothing was changed.", "--wait"):
            assert part in done.stderr
        waited = site.gvma("sync", "--wait", "0.5", *site.from_file)
        assert waited.returncode == 11
        assert "waited 0.5 s for it" in waited.stderr
        assert len(site.answer("sync", *site.from_file)["errors"]) == 1


def test_a_waiting_run_goes_on_when_the_other_ends(site: Site) -> None:
    with hold_lock(site.kept):
        waiting = subprocess.Popen(
            [sys.executable, "-m", "gvma", "--config", str(site.config), "sync", "--wait", "60", *site.from_file],
            stdout=subprocess.PIPE,
            text=True,
        )
        _wait_until_opened(waiting.pid, site.kept / "lock")
    said, _ = waiting.communicate(timeout=60)
    assert (waiting.returncode, said[:15]) == (0, "sync: 9 added, ")


def _wait_until_opened(pid: int, path: Path) -> None:
    wanted = os.stat(path).st_ino
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                if descriptor.stat().st_ino == wanted:
                    return
            except OSError:
                continue
        time.sleep(0.01)
    raise AssertionError(f"{path} was not opened")


def test_two_runs_at_once_are_one_that_writes_and_one_that_leaves_or_finds_nothing_to_do(site: Site) -> None:
    command = [sys.executable, "-m", "gvma", "--config", str(site.config), "sync", *site.from_file]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    ended = [(run.communicate(), run.returncode) for run in both]
    assert {status for _, status in ended} <= {0, 11}
    assert len([out for (out, _), _ in ended if out.startswith(b"sync: 9 added")]) == 1
    assert len(list(site.kept.glob("2*"))) == 1


def test_a_lock_that_outlived_its_run_locks_nobody_out(site: Site) -> None:
    site.kept.mkdir(mode=0o700)
    lock = site.kept / "lock"
    lock.write_text("process 1, started 2020-01-01T00:00:00Z\n")
    assert site.sync().returncode == 0
    with lock.open() as opened:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_terminal_sees_colour_in_the_diff_unless_no_color_is_set(site: Site) -> None:
    seen = on_a_terminal(site, "sync", "--dry-run", *site.from_file)
    assert "\x1b[" in seen
    plain = on_a_terminal(site, "sync", "--dry-run", *site.from_file, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*m", plain)
    assert "+61902 => ****,Ulla Iso,,," in plain
    assert "Plan: 9 to add, 0 to change, 0 to remove." in plain


def test_a_terminal_is_told_that_there_was_nothing_to_do(site: Site) -> None:
    site.sync()
    assert "nothing was written" in on_a_terminal(site, "sync", *site.from_file)
    assert on_a_terminal(site, "-q", "sync", *site.from_file) == ""


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}], ids=["colour", "no colour"])
def test_a_step_of_more_than_a_second_is_shown_on_a_terminal(site: Site, environ: Mapping[str, str]) -> None:
    with Simulator(site.tree, username=USER, password=PASSWORD, fail="delay", delay=1.5).serve() as url:
        site.cfgserver.update(url=url, agentquery="", agentgroupquery="")
        site.write_settings()
        seen = on_a_terminal(site, "sync", "--no-reload", **environ)
    assert "asking Configuration Server" in seen
    assert re.search(r"sync: 5 added, 0 changed, 0 removed in", seen)
    assert bool(re.search(r"\x1b\[[0-9;]*m", seen)) == (not environ)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--detailed-exitcode",), "--detailed-exitcode goes with --dry-run only"),
        (("--reset-pin", "61001"), "--reset-pin wants BOX@CONTEXT, not '61001'"),
        (("--reset-pin", "@GVMA_DN"), "--reset-pin wants BOX@CONTEXT"),
        (("--wait", "soon"), "'soon' is not a valid float"),
        (("--wait", "-1"), "-1"),
        (("surplus",), "surplus"),
    ],
)
def test_wrong_usage_is_64_and_changes_nothing(site: Site, words: tuple[str, ...], what: str) -> None:
    before = site.everything()
    done = site.gvma("sync", *words, *site.from_file)
    assert (done.returncode, done.stdout) == (64, "")
    assert what in done.stderr
    assert "Nothing was changed." in done.stderr
    assert site.everything() == before


def test_a_reset_of_a_box_that_nobody_has_is_64_and_changes_nothing(site: Site) -> None:
    site.sync()
    before = site.everything(site.etc)
    done = site.gvma("sync", "--reset-pin", "61001@GVMA_AGENT", *site.from_file)
    assert done.returncode == 64
    assert "61001@GVMA_AGENT" in done.stderr
    assert site.everything(site.etc) == before


def test_a_pin_changed_by_phone_stays_and_a_reset_brings_the_first_one_back(site: Site) -> None:
    site.sync()
    path = site.etc / "voicemail.conf"
    site.write("voicemail.conf", path.read_bytes().replace(b"61902 => 86420,", b"61902 => 97531,"))
    assert site.sync().stdout == ""
    assert b"61902 => 97531,Ulla" in path.read_bytes()
    reset = site.sync("--reset-pin", "61902@GVMA_DN")
    assert reset.stdout.startswith("sync: 0 added, 1 changed, 0 removed in voicemail.conf;")
    assert b"61902 => 86420,Ulla" in path.read_bytes()
    assert "86420" not in reset.stdout + reset.stderr


def test_a_settings_file_that_is_missing_or_lacks_what_a_sync_needs_is_78(site: Site) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gvma", "--config", str(site.root / "none.cfg"), "sync"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 78
    del site.settings["siptserver_host"]
    site.write_settings()
    before = site.everything()
    done = site.gvma("sync", *site.from_file)
    assert done.returncode == 78
    assert "siptserver_host" in done.stderr
    assert site.everything() == before
