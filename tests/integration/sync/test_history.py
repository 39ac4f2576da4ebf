"""The history of real runs against a real Asterisk equals what was done to the site."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site
from tests.harness.waiting import wait_until

LAYER = Layer(
    dns={"1000": {"gvm_name": "Ann", "gvm_password": "739182"}},
    agents={"5000": {"gvm_mailbox": "2222", "gvm_name": "Bob"}},
    groups={"Sales": {"gvm_mailbox": "3333"}},
)


@pytest.fixture
def site(version: int, start_asterisk: StartAsterisk) -> Iterator[Site]:
    asterisk: PrivateAsterisk = start_asterisk(version)
    made = Site(asterisk.folder, LAYER, asterisk=asterisk)
    made.settings["siptserver_host"] = "127.0.0.5"
    with made.served():
        yield made


def fields_of(run: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: run[name] for name in names}


def test_sync_change_restore_remove_and_a_failure_are_listed_as_they_were(site: Site) -> None:
    site.settings["on_change"] = f"/bin/sh -c 'cat >>{site.folder}/got'"
    done = [site.answer("sync")]
    site.layer.agents["5000"]["gvm_name"] = "Rob"
    site.layer.dns["1000"]["gvm_password"] = "847261"
    site.layer.dns["1001"] = {}
    site.lay_out()
    done.append(site.answer("sync"))
    assert site.gvma("sync").stdout == ""
    done.append(site.answer("backup", "restore", "--at", "1h"))
    done.append(site.gvma("--output", "json", "sync").json())
    site.simulator.fail = "500"
    done.append(site.gvma("--output", "json", "sync", "--resume").json())
    site.simulator.fail = None
    done.append(site.answer("sync", "--resume"))
    done.append(site.answer("remove"))

    runs = site.answer("history")["runs"]
    names = ("run_id", "exit_code", "items", "backup_set")
    assert [fields_of(run, *names) for run in reversed(runs)] == [fields_of(run, *names) for run in done]
    assert [run["command"] for run in runs] == ["remove", "sync", "sync", "sync", "backup restore", "sync", "sync"]
    assert [run["exit_code"] for run in runs] == [0, 0, 10, 13, 0, 0, 0]
    assert runs[5]["why"] == [
        {"object": "DN 1000", "option": "gvm_password", "old": "****", "new": "****"},
        {"object": "DN 1001", "option": None, "old": None, "new": "present"},
        {"object": "Agent Login 5000", "option": "gvm_name", "old": "Bob", "new": "Rob"},
    ]
    assert runs[4]["restored"] == done[0]["backup_set"]
    text = site.gvma("history").stdout
    assert "  why: Agent Login 5000: gvm_name Bob -> Rob\n" in text
    for pin in ("739182", "847261"):
        assert pin not in text + json.dumps(runs)

    changed = [run for run in done if run["status"] == "changed"]
    got = [json.loads(line) for line in (site.folder / "got").read_text().splitlines()]
    assert got == changed


def test_a_hook_that_hangs_keeps_neither_lock_nor_child(site: Site) -> None:
    site.settings["on_change"] = f"/bin/sh -c 'sleep 600 & echo $! >{site.folder}/child; exit 4'"
    done = site.gvma("sync")
    assert (done.status, "the command of on_change: it ended with exit status 4" in done.stderr) == (0, True)
    assert site.gvma("sync").status == 0
    child = int((site.folder / "child").read_text())
    wait_until(lambda: not _is_alive(child), "the child is alive", lambda: f"process {child}")


def _is_alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as stat:
            return stat.read().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False
