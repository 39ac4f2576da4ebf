"""``gvma sync`` beside a real Asterisk whose AMI says no, breaks off, falls silent or goes away in the middle.

A relay stands between the two, so that a connection can end at any action; Asterisk itself is whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gvma.ami.manager import connect
from gvma.demo.asterisk import PrivateAsterisk
from tests.fakes.deaf import deaf_port
from tests.fakes.relays.ami_relay import AmiRelay
from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site

OBJECTS = Layer(
    dns={"61001": {}, "61002": {"gvm_name": "Ulla"}},
    agents={"A17": {"gvm_mailbox": "61017"}},
    groups={"Claims": {"gvm_mailbox": "61500"}},
)
OWN_BOX = "[general]\nformat=wav\n[site]\n7 => 0815,Porter,,,\n"


@pytest.fixture(
    scope="module",
    params=[pytest.param(16, marks=pytest.mark.asterisk), pytest.param(22, marks=pytest.mark.asterisk)],
)
def serving(request: pytest.FixtureRequest, start_module_asterisk: StartAsterisk) -> PrivateAsterisk:
    asterisk = start_module_asterisk(request.param)
    accounts = "".join(
        f"[{name}]\nsecret = {name}\nread = {classes}\nwrite = {classes}\n"
        for name, classes in (("talker", "call,log,user"), ("reader", "command,call,reporting"), ("nobody", ""))
    )
    with (asterisk.etc / "manager.conf").open("a") as manager:
        manager.write(accounts)
    asterisk.cli("manager reload")
    return asterisk


@pytest.fixture
def asterisk(serving: PrivateAsterisk) -> PrivateAsterisk:
    """The Asterisk with files of the site's own, and none of ours."""
    for name in ("voicemail.conf", "extensions.conf", f"{serving.driver}.conf"):
        text = OWN_BOX if name == "voicemail.conf" else (serving.etc / name).read_text().partition(";$---GVMA")[0]
        (serving.etc / name).write_text(text)
    with connect(serving.operator_settings()) as ami:
        for module in ("app_voicemail.so", "pbx_config.so", mwi_module(serving)):
            ami.reload(module)
    return serving


@pytest.fixture
def installation(asterisk: PrivateAsterisk, tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        made = Site(asterisk.folder, OBJECTS, asterisk=asterisk)
        stack.enter_context(made.served())
        made.settings |= {
            "siptserver_host": "192.0.2.20",
            "backup_path": tmp_path / "kept",
        }
        yield made


def mwi_module(asterisk: PrivateAsterisk) -> str:
    return "chan_sip.so" if asterisk.driver == "sip" else "res_pjsip.so"


def files(asterisk: PrivateAsterisk) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in asterisk.etc.iterdir()}


def our_boxes(asterisk: PrivateAsterisk) -> set[str]:
    """What Asterisk itself holds of ours."""
    with connect(asterisk.operator_settings()) as ami:
        return {key for key in ami.voicemail_users() if "@GVMA_" in key}


BOXES = {"61001@GVMA_DN", "61002@GVMA_DN", "61017@GVMA_AGENT", "61500@GVMA_AGENTGROUP"}


def refused(installation: Site, status: int, *parts: str) -> None:
    """A sync that leaves with a status, says the parts, writes nothing and makes no backup set."""
    before = files(installation.asterisk)
    done = installation.gvma("sync")
    assert done.status == status, done.stderr
    assert done.stdout == ""
    for part in (*parts, f":{installation.settings['asterisk_cm_port']}", "Nothing was"):
        assert part in done.stderr, (part, done.stderr)
    assert done.stderr.count("Nothing was") == 1
    assert str(installation.settings["asterisk_cm_secret"]) not in done.stderr
    assert files(installation.asterisk) == before
    kept = Path(str(installation.settings["backup_path"]))
    assert not list(kept.glob("2*"))


def test_a_wrong_secret_is_refused_and_nothing_written(installation: Site) -> None:
    installation.settings["asterisk_cm_secret"] = "not-this-one-4711"
    refused(installation, 12, "refused", "asterisk_cm_username")


@pytest.mark.parametrize("account", ["talker", "reader", "nobody"])
def test_an_account_that_may_not_reload_or_read_back_is_refused_before_the_write(
    installation: Site, account: str
) -> None:
    installation.settings |= {"asterisk_cm_username": account, "asterisk_cm_secret": account}
    before = files(installation.asterisk)
    done = installation.gvma("sync")
    assert done.status == 12, done.stderr
    assert "Nothing was" in done.stderr
    assert "manager.conf" in done.stderr
    assert files(installation.asterisk) == before
    assert not list(Path(str(installation.settings["backup_path"])).glob("2*"))


def test_nobody_listens_at_the_ami_port(installation: Site) -> None:
    with deaf_port() as port:
        installation.settings["asterisk_cm_port"] = port
        refused(installation, 16, "cannot be reached", "manager.conf")


@pytest.mark.parametrize(
    ("at", "then"),
    [
        (b"Action: Login", "cut"),
        (b"Action: Login", "silence"),
        (b"Action: ModuleCheck", "close"),
        (b"Action: ModuleCheck", "silence"),
        (b"Action: MailboxCount", "cut"),
    ],
)
def test_ami_that_fails_before_the_write_changes_nothing(
    installation: Site, asterisk: PrivateAsterisk, at: bytes, then: str
) -> None:
    with AmiRelay(asterisk.ami_port, at=at, then=then).serve() as relay:
        limit = 3 if then == "silence" else 60
        installation.settings |= {"asterisk_cm_port": relay.port, "asterisk_cm_timeout": limit}
        refused(installation, 16)
    assert our_boxes(asterisk) == set()


@pytest.mark.parametrize(
    ("at", "then"),
    [(b"Action: ModuleLoad", "close"), (b"Action: VoicemailUsersList", "cut"), (b"dialplan show GVMA", "cut")],
)
def test_ami_that_fails_once_is_asked_again_and_the_sync_succeeds(
    installation: Site, asterisk: PrivateAsterisk, at: bytes, then: str
) -> None:
    with AmiRelay(asterisk.ami_port, at=at, then=then, times=1).serve() as relay:
        installation.settings["asterisk_cm_port"] = relay.port
        installation.sync()
    assert our_boxes(asterisk) == BOXES


@pytest.mark.parametrize(
    ("at", "then"),
    [
        (b"Action: ModuleLoad", "silence"),
        (b"Action: VoicemailUsersList", "cut"),
        (b"dialplan show GVMA", "close"),
    ],
)
def test_ami_lost_after_the_write_leaves_the_files_and_owes_the_reload_to_the_next_run(
    installation: Site, asterisk: PrivateAsterisk, at: bytes, then: str
) -> None:
    with AmiRelay(asterisk.ami_port, at=at, then=then).serve() as relay:
        limit = 1 if then == "silence" else 60
        installation.settings |= {"asterisk_cm_port": relay.port, "asterisk_reload_timeout": limit}
        done = installation.gvma("--output", "json", "sync")
    answer = json.loads(done.stdout)
    assert (done.status, answer["status"], answer["exit_code"]) == (16, "error", 16), done.stderr
    (error,) = answer["errors"]
    assert error["code"] == "asterisk-unreachable"
    assert "the files are written" in error["message"]
    assert "the next `gvma sync` does it" in error["hint"]
    assert answer["backup_set"] in error["hint"]
    assert answer["changes"]["add"] == 8
    written = files(asterisk)
    assert b"61002 => 61002,Ulla,,," in written["voicemail.conf"][0]
    installation.settings |= {"asterisk_cm_port": asterisk.ami_port, "asterisk_reload_timeout": 60}
    again = installation.gvma("--output", "json", "sync")
    result = json.loads(again.stdout)
    assert (again.status, result["status"], result["backup_set"]) == (0, "ok", None), again.stderr
    assert set(result["reloaded"]) == {"app_voicemail.so", "pbx_config.so", mwi_module(asterisk)}
    assert files(asterisk) == written
    assert our_boxes(asterisk) == BOXES
    assert json.loads(installation.sync("--output", "json").stdout)["reloaded"] == []


def test_a_sync_without_reload_does_not_speak_to_ami_and_owes_the_reload(
    installation: Site, asterisk: PrivateAsterisk
) -> None:
    with AmiRelay(asterisk.ami_port).serve() as relay:
        installation.settings["asterisk_cm_port"] = relay.port
        assert "not reloaded" in installation.sync("--no-reload").stdout
        assert relay.seen == []
        assert our_boxes(asterisk) == set()
        assert installation.sync("--no-reload").stdout == ""
        assert relay.seen == []
        done = installation.gvma("sync")
        assert done.status == 0, done.stderr
        assert our_boxes(asterisk) == BOXES
        reloads = len([action for action in relay.seen if b"Action: ModuleLoad" in action])
        assert reloads == 3
        installation.sync()
        assert len([action for action in relay.seen if b"Action: ModuleLoad" in action]) == reloads


def test_asterisk_that_dies_and_starts_again_between_two_syncs_has_all(
    installation: Site, asterisk: PrivateAsterisk
) -> None:
    installation.sync()
    asterisk.restart()
    assert our_boxes(asterisk) == BOXES
    done = installation.sync()
    assert (done.stdout, done.stderr) == ("", "")
