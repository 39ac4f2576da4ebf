"""Where ``gvma sync`` refuses to write: brake, pause, wrong usage, settings that lack something or have no address."""

from __future__ import annotations

import socket

import pytest

from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.site import Site
from tests.unit.cli.commands.sync import FEWER, OBJECTS


def test_the_brake_names_its_counts_and_mailboxes_and_allow_remove_goes_on(site: Site) -> None:
    site.sync()
    site.put(FEWER)
    before = site.everything(site.etc)
    done = site.gvma("sync", *site.from_tree)
    assert (done.status, done.stdout) == (13, "")
    assert "1 of 4 mailboxes would be removed (max_remove_percent = 20)" in done.stderr
    assert "objects at the last sync: 3 DNs, 2 agent logins, 1 agent groups; now: 1 DNs" in done.stderr
    assert "Nothing was changed." in done.stderr
    assert "1 of 4 mailboxes would be removed (max_remove_percent = 20): 61902@GVMA_DN." in done.stderr
    assert "`gvma sync --allow-remove`" in done.stderr
    assert site.everything(site.etc) == before
    assert len(list(site.backup_path.glob("2*"))) == 1
    assert site.sync("--allow-remove").stdout.startswith("sync: 0 added, 0 changed, 3 removed")


def test_an_empty_answer_where_boxes_are_is_refused_whatever_the_percentage(site: Site) -> None:
    site.sync()
    site.put(Layer())
    site.settings.update(max_remove_percent=100)
    done = site.gvma("sync", *site.from_tree)
    assert done.status == 13
    assert "the query for DNs answered with none, at the last sync there were 3" in done.stderr


def test_a_restored_state_pauses_the_sync_until_it_is_resumed_and_the_dry_run_says_so(site: Site) -> None:
    site.sync()
    restored = site.gvma("backup", "restore", "latest", "--no-reload")
    assert restored.status == 0, restored.stderr
    assert "BEGIN" not in (site.etc / "voicemail.conf").read_text()
    before = site.everything(site.etc)
    done = site.gvma("sync", *site.from_tree)
    assert (done.status, done.stdout) == (13, "")
    for part in ("Sync is paused: backup ", " was restored at ", "Nothing was changed.", "`gvma sync --resume`"):
        assert part in done.stderr
    dry = site.sync("--dry-run")
    assert "Sync is paused: backup " in dry.stderr
    assert dry.stdout.endswith("Plan: 9 to add, 0 to change, 0 to remove.\n")
    assert site.everything(site.etc) == before
    site.sync("--resume")
    assert site.sync().stdout == ""


def test_a_resume_that_meets_the_brake_leaves_with_13_and_the_pause_stays(site: Site) -> None:
    site.sync()
    site.put(OBJECTS)
    site.settings.update(vm_dn_ext_prefix=44)
    site.sync()
    site.gvma("backup", "restore", "latest", "--no-reload")
    site.put(FEWER)
    stopped = site.gvma("sync", "--resume", *site.from_tree)
    assert (stopped.status, "safety brake" in stopped.stderr) == (13, True)
    assert "`gvma sync --force`" in stopped.stderr
    assert "Sync is paused" in site.gvma("sync", *site.from_tree).stderr
    assert "To go on: `gvma sync --force`." in site.gvma("sync", "--allow-remove", *site.from_tree).stderr
    site.sync("--force")
    assert site.sync().stdout == ""


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--detailed-exitcode",), "--detailed-exitcode needs --dry-run"),
        (("--reset-pin", "61001"), "--reset-pin needs BOX@CONTEXT, not '61001'"),
        (("--reset-pin", "@GVMA_DN"), "--reset-pin needs BOX@CONTEXT"),
        (("--wait", "soon"), "'soon' is not a valid float"),
        (("--wait", "-1"), "-1"),
        (("--splay", "nan"), "nan is not a number of seconds"),
        (("--wait", "inf"), "inf is not a number of seconds"),
        (("surplus",), "surplus"),
    ],
)
def test_wrong_usage_is_64_and_changes_nothing(site: Site, words: tuple[str, ...], what: str) -> None:
    before = site.everything()
    done = site.gvma("sync", *words, *site.from_tree)
    assert (done.status, done.stdout) == (64, "")
    assert what in done.stderr
    assert "Nothing was changed." in done.stderr
    assert site.everything() == before


def test_a_settings_file_that_is_missing_or_lacks_what_a_sync_needs_is_78(site: Site) -> None:
    assert in_this_process("--config", str(site.folder / "none.cfg"), "sync").status == 78
    del site.settings["siptserver_host"]
    before = site.everything()
    done = site.gvma("sync", *site.from_tree)
    assert done.status == 78
    assert "siptserver_host" in done.stderr
    assert site.everything() == before


def _nobody_knows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS knows every name but this one."""
    real = socket.getaddrinfo

    def look_up(host: str, *rest: object, **more: object) -> object:
        if host == name:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("driver", ["pjsip", "sip"])
def test_a_sip_server_that_dns_does_not_know_is_78_before_anything_is_written(
    site: Site, monkeypatch: pytest.MonkeyPatch, driver: str
) -> None:
    _nobody_knows("tserver.example", monkeypatch)
    site.settings |= {"siptserver_host": "tserver.example", "channel_driver": driver}
    before = site.asterisk_files()
    done = in_this_process(*site.words("sync", *site.from_tree))
    assert done.status == 78
    assert "siptserver_host = tserver.example cannot be resolved" in done.stderr
    assert "Nothing was changed." in done.stderr
    assert site.asterisk_files() == before
    planned = in_this_process(*site.words("sync", "--dry-run", *site.from_tree))
    assert planned.status == 0
    assert "a sync would stop here: siptserver_host = tserver.example cannot be resolved" in planned.stderr
    checked = in_this_process(*site.words("config", "check"))
    assert checked.status == 78
    assert "siptserver_host = tserver.example cannot be resolved" in checked.stderr


def test_of_a_pair_both_need_an_address_since_asterisk_drops_an_identify_with_a_name_that_has_none(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _nobody_knows("spare.example", monkeypatch)
    site.settings["siptserver_host"] = "192.0.2.20, spare.example"
    done = in_this_process(*site.words("sync", *site.from_tree))
    assert done.status == 78
    assert "siptserver_host = spare.example cannot be resolved" in done.stderr


def test_a_gateway_needs_an_address_where_its_endpoint_is_written(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    _nobody_knows("gateway.example", monkeypatch)
    site.settings |= {"routing": "yes", "routing_gateway_host": "gateway.example"}
    assert in_this_process(*site.words("sync", *site.from_tree)).status == 0
    site.settings["routing_endpoints"] = "yes"
    done = in_this_process(*site.words("sync", *site.from_tree))
    assert done.status == 78
    assert "routing_gateway_host = gateway.example cannot be resolved" in done.stderr


def test_a_sip_server_that_registers_needs_no_address(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    _nobody_knows("tserver.example", monkeypatch)
    site.settings |= {"siptserver_host": "tserver.example", "mwi_mode": "REGISTER"}
    assert in_this_process(*site.words("sync", *site.from_tree)).status == 0
