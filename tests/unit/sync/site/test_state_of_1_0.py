"""What gvma 1.0 left is read: blocks, records, a restored state that it kept, and a reload that it had not done.

``tests/golden/state-of-1.0`` is what a sync by 1.0.0 wrote for LAYER; the PIN of 1001 was changed by phone afterwards.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.site import Site

LEFT = Path(__file__).resolve().parents[3] / "golden/state-of-1.0"
PAUSED = '{"backup_set": "20261128T055619Z-bf1a9ec6", "time": "2026-11-28T05:56:24Z"}\n'
PENDING = '{"modules": ["app_voicemail.so", "pbx_config.so", "res_pjsip.so"]}\n'
LAYER = Layer(
    dns={
        "1000": {"gvm_name": "Ann", "gvm_password": "4711", "gvm_email": "a@x"},
        "1001": {"gvm_name": "Bob", "gvm_password": "1111"},
        "1002": {"gvm_name": "Cid", "gvm_password": "2222", "gvm_options": "attach=yes|tz=central"},
        "1003": {"gvm_mailbox": "1003"},
        "1004": {},
    },
    agents={
        "7001": {"gvm_mailbox": "1000"},
        "7002": {"gvm_name": "Eve", "gvm_mailbox": "7002", "gvm_password": "33"},
    },
    groups={"Sales": {"gvm_mailbox": "900", "gvm_name": "Sales", "gvm_password": "44"}},
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(
        tmp_path, LAYER, files={path.name: path.read_text() for path in LEFT.glob("*.conf")}, run=in_this_process
    )
    site.backup_path.mkdir(mode=0o700)
    for name in ("first-pins", "owners", "last-sync.json"):
        leave(site, name, (LEFT / name).read_text())
    return site


def leave(site: Site, name: str, text: str) -> None:
    state = site.backup_path / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    (state / name).touch(0o600)
    (state / name).write_text(text)


def test_the_first_sync_writes_nothing(site: Site) -> None:
    before = site.asterisk_files()
    answer = site.try_sync(json=True).json()
    assert answer["changes"] == {"add": 0, "change": 0, "remove": 0}
    assert answer["backup_set"] is None
    assert site.asterisk_files() == before


def test_a_pin_that_was_changed_by_phone_stays_and_a_changed_gvm_password_is_a_reset(site: Site) -> None:
    site.layer.dns["1000"]["gvm_password"] = "8888"
    site.layer.dns["1001"]["gvm_name"] = "Bobby"
    site.put(site.layer)
    site.sync()
    lines = site.text("voicemail.conf").splitlines()
    assert {"1000 => 8888,Ann,a@x,,", "1001 => 9876,Bobby,,,"} <= set(lines)


def test_an_owner_whose_value_is_refused_keeps_the_mailbox_that_1_0_gave_him(site: Site) -> None:
    site.layer.dns["1002"]["gvm_mailbox"] = "10\n02"
    site.put(site.layer)
    site.sync()
    assert "1002 => 2222,Cid,,,attach=yes|tz=central" in site.text("voicemail.conf").splitlines()


def test_a_query_that_was_not_empty_under_1_0_and_is_now_stops_the_sync(site: Site) -> None:
    site.layer.groups.clear()
    site.put(site.layer)
    assert site.try_sync().status == 13


def test_a_state_that_was_restored_under_1_0_is_not_undone(site: Site) -> None:
    leave(site, "held-restore.json", PAUSED)
    assert site.answer("status")["paused"] == {
        "backup_set": "20261128T055619Z-bf1a9ec6",
        "since": "2026-11-28T05:56:24Z",
    }
    assert site.try_sync().status == 13
    assert site.try_sync("--resume").status == 0
    assert site.answer("status")["paused"] is None


def test_a_reload_that_1_0_had_not_done_is_pending(site: Site) -> None:
    leave(site, "owed-reload.json", PENDING)
    assert site.answer("status")["pending_reload"] == json.loads(PENDING)["modules"]
