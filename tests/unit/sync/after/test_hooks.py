"""The site's own commands after a run: what they get, and what one that hangs, fails, prints or forks costs."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from gvma.storage.lock import hold_lock
from gvma.sync.after import hooks
from gvma.sync.after.descendants import none_left
from gvma.sync.after.hooks import run_hook
from tests.harness.site import Site
from tests.harness.waiting import wait_until

OBJECT = '{"gvma_result_version": 1}\n'
PYTHON = sys.executable


def script(folder: Path, text: str) -> str:
    """A command that runs this Python, with its folder as first argument."""
    path = folder / "hook.py"
    path.write_text(f"import os, subprocess, sys, time\nfolder = sys.argv[1]\n{text}\n")
    return f'{PYTHON} "{path}" "{folder}"'


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def run(folder: Path, text: str, *, seconds: float = 600.0, stdin: str = OBJECT) -> str:
    return run_hook("on_change", script(folder, text), stdin, folder, seconds=seconds)


def test_it_gets_the_object_on_stdin_and_runs_without_a_shell_in_its_folder(tmp_path: Path) -> None:
    command = script(tmp_path, "open('got', 'w').write(sys.stdin.read() + repr(sys.argv[2:]))")
    assert run_hook("on_change", f"{command} 'a b' $HOME ';' '*'", OBJECT, tmp_path) == ""
    assert (tmp_path / "got").read_text() == OBJECT + "['a b', '$HOME', ';', '*']"


def test_a_large_object_gets_there_whole_and_one_that_is_not_read_costs_nothing(tmp_path: Path) -> None:
    large = "x" * 5_000_000
    assert run(tmp_path, "open('size', 'w').write(str(len(sys.stdin.read())))", stdin=large) == ""
    assert (tmp_path / "size").read_text() == "5000000"
    assert run(tmp_path, "os.close(0)", stdin=large) == ""
    assert run(tmp_path, "", stdin=large) == ""


def test_a_failure_is_a_sentence(tmp_path: Path) -> None:
    assert run(tmp_path, "sys.exit(3)") == "it ended with exit status 3"
    assert run(tmp_path, "os.kill(os.getpid(), 9)") == "signal 9 ended it"
    assert run_hook("on_change", "/nowhere/hook", OBJECT, tmp_path).startswith("it cannot be started: ")
    assert run_hook("on_change", str(tmp_path), OBJECT, tmp_path).startswith("it cannot be started: ")


class LateOnce:
    """A clock whose time is over once the command has laid down this file, however long that takes."""

    sleep = staticmethod(time.sleep)

    def __init__(self, path: Path) -> None:
        self._path = path

    def monotonic(self) -> float:
        return 1e9 if self._path.exists() else 0.0


def test_one_that_hangs_is_stopped_with_all_that_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "open('child', 'w').write(str(child.pid)); os.rename('child', 'started'); time.sleep(600)"
    )
    monkeypatch.setattr(hooks, "time", LateOnce(tmp_path / "started"))
    assert run(tmp_path, text, seconds=3.0) == "it was stopped after 3 s, with all that it had started"
    child = int((tmp_path / "started").read_text())
    wait_until(lambda: not is_alive(child), "the child is alive", lambda: f"process {child}")


def test_one_that_ignores_every_signal_is_stopped_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "import signal\nfor one in (1, 2, 15): signal.signal(one, signal.SIG_IGN)\n"
        "open('deaf', 'w').close(); time.sleep(600)"
    )
    monkeypatch.setattr(hooks, "time", LateOnce(tmp_path / "deaf"))
    assert run(tmp_path, text, seconds=3.0).startswith("it was stopped after 3 s")


def test_one_that_forks_and_ends_keeps_nobody_waiting_and_leaves_nothing(tmp_path: Path) -> None:
    text = "child = os.fork()\nif child: open('child', 'w').write(str(child))\nelse: time.sleep(600)"
    assert run(tmp_path, text, seconds=600.0) == ""
    child = int((tmp_path / "child").read_text())
    wait_until(lambda: not is_alive(child), "the child is alive", lambda: f"process {child}")


@pytest.mark.parametrize("ending", ["", "time.sleep(600)"], ids=["one that ends", "one that hangs"])
def test_what_it_puts_into_a_session_of_its_own_is_stopped_too(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "read, write = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0: open('forked', 'w').write(str(os.getpid())); os.close(write); time.sleep(600)\n"
        "    os._exit(0)\n"
        "os.close(write); os.read(read, 1)  # until its second child has closed the pipe too\n"
        f"open('new', 'w').write(str(child.pid)); os.rename('new', 'child'); {ending}"
    )
    if ending:
        monkeypatch.setattr(hooks, "time", LateOnce(tmp_path / "child"))
    run(tmp_path, text)
    assert [is_alive(int((tmp_path / name).read_text())) for name in ("child", "forked")] == [False, False]


def test_a_host_that_stops_after_the_command_has_ended_leaves_nothing_of_it_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passing = count()
    monkeypatch.setattr("gvma.sync.after.descendants.time.monotonic", lambda: 3600.0 * next(passing))
    with none_left():
        subprocess.run(["sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $! >child"], cwd=tmp_path, check=True)
    assert not is_alive(int((tmp_path / "child").read_text()))


def test_a_child_that_was_there_before_stays(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as child:
        try:
            assert run(tmp_path, "") == ""
            assert child.poll() is None
        finally:
            child.kill()


def test_one_that_prints_without_end_is_logged_up_to_a_limit(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="gvma.sync.after.hooks")
    assert run(tmp_path, "for n in range(300_000): print('line', n)\nprint(chr(27), file=sys.stderr)") == ""
    assert caplog.messages[:2] == ["on_change printed: line 0", "on_change printed: line 1"]
    assert len(caplog.messages) == 101
    assert caplog.messages[-1] == "on_change printed more, which is left out"


def test_it_gets_no_descriptor_of_ours_and_no_secret_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GVMA_CFGSERVER_PASSWORD", "sesame")
    monkeypatch.setenv("GVMA_CONFIG", "/etc/gvma.cfg")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials")
    text = (
        "mine = os.listdir('/proc/self/fd')\n"
        "open('fds', 'w').write(' '.join(os.readlink(f'/proc/self/fd/{n}') for n in mine if os.path.lexists("
        "f'/proc/self/fd/{n}')))\nopen('env', 'w').write(repr(dict(os.environ)))"
    )
    with hold_lock(tmp_path / "kept"):
        assert run(tmp_path, text) == ""
    assert "kept" not in (tmp_path / "fds").read_text()
    environment = (tmp_path / "env").read_text()
    assert "GVMA_CONFIG" in environment
    assert "sesame" not in environment
    assert "/run/credentials" not in environment


@pytest.fixture
def hooked(site: Site) -> Site:
    """A site whose hooks keep what they get, in files of their own."""
    for key in ("on_change", "on_failure"):
        path = site.folder / f"{key}.py"
        path.write_text("import sys\nopen(sys.argv[1], 'a').write(sys.stdin.read())\n")
        site.settings[key] = f"{PYTHON} {path} {site.folder / key}.got"
    return site


def got(site: Site, key: str) -> list[dict[str, object]]:
    path = site.folder / f"{key}.got"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_after_a_change_the_hook_has_what_json_has(hooked: Site) -> None:
    answer = hooked.answer("sync", *hooked.from_tree)
    assert got(hooked, "on_change") == [answer]
    assert got(hooked, "on_failure") == []
    hooked.sync()
    assert len(got(hooked, "on_change")) == 1
    hooked.layer.dns["1001"]["gvm_name"] = "Rob"
    assert hooked.try_sync("--dry-run").status == 0
    assert len(got(hooked, "on_change")) == 1
    hooked.sync()
    assert got(hooked, "on_change")[1]["items"] == [
        {"action": "change", "kind": "mailbox", "name": "1001@GVMA_DN", "owner": "DN 1001", "fields": ["name"]}
    ]
    assert "739182" not in (hooked.folder / "on_change.got").read_text()


def test_after_a_failure_the_hook_has_the_error(hooked: Site) -> None:
    hooked.sync()
    hooked.tree.write_text("<CfgData>")
    answer = hooked.gvma("--output", "json", "sync", *hooked.from_tree).json()
    assert got(hooked, "on_failure") == [answer]
    assert (answer["exit_code"], answer["status"]) == (10, "error")


def test_restore_and_remove_have_the_hooks_too(hooked: Site) -> None:
    hooked.sync()
    restored = hooked.answer("backup", "restore", "latest", "--no-reload")
    hooked.sync("--resume")
    removed = hooked.answer("remove", "--no-reload")
    assert got(hooked, "on_change")[1::2] == [restored, removed]
    assert hooked.gvma("backup", "restore", "1999", "--no-reload").status == 17
    assert [one["exit_code"] for one in got(hooked, "on_failure")] == [17]


def test_a_hook_that_fails_is_a_warning_and_the_run_stands(hooked: Site) -> None:
    hooked.settings["on_change"] = f"{PYTHON} -c 'raise SystemExit(9)'"
    done = hooked.try_sync()
    assert done.status == 0
    assert done.stderr == (
        "warning: [gvma_settings] on_change: the command of on_change: it ended with exit status 9\n"
    )


def test_a_hook_may_run_gvma_itself_since_the_lock_is_free(hooked: Site) -> None:
    hooked.lay_out()
    words = " ".join(hooked.words("backup", "forget", "--keep-last", "9"))
    hooked.settings["on_change"] = f"{PYTHON} -m gvma {words}"
    done = hooked.try_sync()
    assert (done.status, done.stderr) == (0, "")


def test_what_a_hook_prints_is_in_the_log_with_control_characters_visible(hooked: Site) -> None:
    hooked.settings |= {"log_file": hooked.folder / "log", "on_change": f"{PYTHON} -c 'print(chr(27) + \"[2J\")'"}
    hooked.sync()
    assert "on_change printed: \\x1b[2J" in (hooked.folder / "log").read_text()


@pytest.mark.parametrize("value", ["'unclosed", '"', "''"])
def test_a_line_that_no_shell_would_take_is_78(hooked: Site, value: str) -> None:
    hooked.settings["on_change"] = value
    assert hooked.try_sync().status == 78


def test_a_command_that_others_can_change_is_78_and_nothing_is_done(hooked: Site) -> None:
    path = hooked.folder / "open-to-all"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o757)
    hooked.settings["on_failure"] = str(path)
    done = hooked.try_sync()
    assert done.status == 78
    assert f"on_failure {path}: it is not safe to use: everybody may write {path}" in done.stderr
    assert not hooked.backup_path.exists()
    path.chmod(stat.S_IRWXU)
    assert hooked.try_sync().status == 0
    assert os.access(path, os.X_OK)
