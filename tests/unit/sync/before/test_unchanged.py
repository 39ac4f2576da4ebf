"""A run with the inputs of one that found nothing to do ends at once; a run with any other input is a full one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path

import pytest

from gvma.looks import Looks, digest, note_unrepeatable
from gvma.sinks.base import Recovery
from gvma.sinks.files.sink import FilesSink
from gvma.sinks.planner import Planner, asked_for
from gvma.storage.spooled import Spooled
from gvma.storage.state import pause, records
from gvma.sync.before import unchanged
from tests.fakes.ami import ScriptedManager, success
from tests.harness.command import Done
from tests.harness.opened_files import opened_files
from tests.harness.site import Site
from tests.unit.sync import state

Change = Callable[[Site, pytest.MonkeyPatch], object]


@pytest.fixture
def quiet(site: Site) -> Iterator[Site]:
    """A site whose last run found nothing to do. It includes a file of its own."""
    site.write("voicemail.conf", site.text("voicemail.conf") + "#include own/*.conf\n#tryinclude later\n")
    (site.etc / "own").mkdir()
    site.write("own/first.conf", "[own]\n1 => 1,One,,,\n")
    with site.served():
        synced(site)
        synced(site)
        assert not is_full(synced(site))
        yield site


def synced(site: Site, *words: str) -> Done:
    done = site.gvma("-v", "sync", "--no-reload", *words)
    assert done.status == 0, str(done)
    return done


def is_full(done: Done) -> bool:
    """Whether this run has read the files and planned; it says so with -v."""
    assert "asking Configuration Server" in done.stderr
    return "reading the files" in done.stderr


def _settings(**values: object) -> Change:
    return lambda site, _: site.settings.update(values)


def _append(name: str, text: str) -> Change:
    return lambda site, _: site.write(name, site.text(name) + text)


def _record(name: str) -> Change:
    def change(site: Site, _: pytest.MonkeyPatch) -> None:
        path = records.folder(site.backup_path) / name
        path.write_bytes(path.read_bytes() + b"\n")

    return change


def _link(site: Site, _: pytest.MonkeyPatch) -> None:
    """The same bytes, elsewhere."""
    real = site.etc / "real.conf"
    os.rename(site.etc / "voicemail.conf", real)
    (site.etc / "voicemail.conf").symlink_to(real)


def _queries(site: Site, _: pytest.MonkeyPatch) -> None:
    site.cfgserver["dnquery"] = str(site.cfgserver["dnquery"]).replace("'", '"')


CHANGES: dict[str, Change] = {
    "a setting": _settings(vm_dn_ext_prefix="99"),
    "a setting of the media server": lambda site, _: site.media.update(max_calls=7),
    "a time limit": lambda site, _: site.cfgserver.update(timeout=61),
    "a secret of the environment": lambda _, patch: patch.setenv("GVMA_AMI_SECRET", "another"),
    "a warning of the settings": _settings(no_such_key="1"),
    "the text of a query": _queries,
    "what Configuration Server says": lambda site, _: site.layer.dns["1000"].update(contact="elsewhere"),
    "the bytes of a target": _append("extensions.conf", "; more\n"),
    "the mode of a target": lambda site, _: (site.etc / "pjsip.conf").chmod(0o600),
    "where a target is": _link,
    "the links of a target": lambda site, _: os.link(site.etc / "pjsip.conf", site.etc / "second"),
    "the bytes of an included file": _append("own/first.conf", "; more\n"),
    "a file that an include pattern matches": lambda site, _: site.write("own/second.conf", ""),
    "a file that is gone from an include pattern": lambda site, _: (site.etc / "own/first.conf").unlink(),
    "what stands in the way of an included file": lambda site, _: (site.etc / "later").mkdir(),
    "a file that PJSIP reads too": lambda site, _: site.write("pjsip_wizard.conf", ""),
    "the record of first PINs": _record(records.PINS),
    "the record of owners": _record(records.OWNERS),
    "the record of the last run": _record(records.LAST),
    "the record of the marks": lambda site, _: (records.folder(site.backup_path) / records.MARKS).unlink(),
    "its own record": lambda site, _: (records.folder(site.backup_path) / unchanged.NAME).write_text("{"),
    "the version of gvma": lambda _, patch: patch.setattr(unchanged, "__version__", "0"),
    "the version of Python": lambda _, patch: patch.setattr("platform.python_version", lambda: "0"),
    "the version of expat": lambda _, patch: patch.setattr(unchanged, "EXPAT_VERSION", "0"),
    "the account": lambda _, patch: patch.setattr(os, "getgroups", lambda: [4711]),
    "the addresses of SIP Server": lambda _, patch: patch.setattr(
        "gvma.sync.run.look_up", lambda _: {"127.0.0.1": frozenset({"192.0.2.1"})}
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_another_input_means_a_full_run(what: str, quiet: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    CHANGES[what](quiet, monkeypatch)
    assert is_full(synced(quiet))


@pytest.mark.parametrize(
    "words", [["--force"], ["--resume"], ["--allow-remove"], ["--reset-pin", "1001@GVMA_DN"], ["--wait", "1"]]
)
def test_who_asks_for_more_gets_a_full_run(words: list[str], quiet: Site) -> None:
    assert is_full(synced(quiet, *words))


def test_a_run_that_mends_an_interrupted_one_is_a_full_one(quiet: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gvma.sync.run.mend", lambda _: Recovery("mended", applied=False, reloads=(), backup_set=""))
    assert is_full(synced(quiet))


def test_a_sync_from_a_file_is_a_full_run(quiet: Site) -> None:
    for _ in range(2):
        assert "reading the files" in quiet.gvma("-v", "sync", *quiet.from_tree).stderr


def test_a_paused_sync_stops_as_ever(quiet: Site) -> None:
    for name, text in pause.pause_record("20261121T213000Z-1a2b3c4d").items():
        (records.folder(quiet.backup_path) / name).write_bytes(text)
    assert quiet.gvma("sync", "--no-reload").status == 13


def test_a_run_that_changed_something_leaves_no_key_and_the_first_after_it_is_a_full_one(quiet: Site) -> None:
    quiet.layer.dns["1003"] = {}
    assert is_full(synced(quiet))
    assert is_full(synced(quiet))
    assert not is_full(synced(quiet))


def test_a_run_that_ends_at_once_says_and_leaves_what_a_full_one_does(quiet: Site) -> None:
    quiet.settings["no_such_key"] = "1"
    fulls = [quiet.answer("sync", "--no-reload") for _ in range(2)]
    before = state(quiet)
    short = quiet.answer("sync", "--no-reload")
    assert not is_full(synced(quiet))
    assert [one["code"] for one in short["warnings"]] == ["unknown-key"]
    for one in (*fulls, short):
        del one["run_id"]
    assert short == fulls[1]
    assert state(quiet) == before
    done = quiet.gvma("sync", "--no-reload")
    assert (done.stdout, done.stderr) == ("", "")


def test_a_first_sync_reads_the_answer_as_it_comes_and_keeps_it_nowhere(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Spooled, "fill")
    with site.served():
        assert is_full(synced(site))


def test_the_figures_are_those_of_a_full_run(quiet: Site) -> None:
    quiet.settings["metrics_file"] = quiet.folder / "gvma.prom"
    synced(quiet)
    assert not is_full(synced(quiet))
    assert 'gvma_sync_objects{type="dn"} 3' in (quiet.folder / "gvma.prom").read_text()


def test_a_pin_that_is_changed_by_phone_means_a_full_run_that_keeps_it(quiet: Site) -> None:
    quiet.replace("voicemail.conf", "1001 => 739182,", "1001 => 4321,")
    os.utime(quiet.etc / "voicemail.conf", (1_700_000_000, 1_700_000_000))
    assert is_full(synced(quiet))
    assert "1001 => 4321," in quiet.text("voicemail.conf")
    assert not is_full(synced(quiet))


def test_a_reload_that_is_pending_is_done_also_where_nothing_else_has_changed(
    quiet: Site, ami: ScriptedManager
) -> None:
    del ami
    synced(quiet)
    for reloads in (["app_voicemail.so", "pbx_config.so", "res_pjsip.so"], [], []):
        assert quiet.answer("sync")["reloaded"] == reloads


def test_what_asterisk_says_of_who_gets_the_calls_is_an_input(quiet: Site, ami: ScriptedManager) -> None:
    for _ in range(4):
        done = quiet.gvma("-v", "sync")
    assert not is_full(done)
    ami.replies["Command pjsip show identifies"] = success(
        "Output:  Identify:  gvma-sipserver/gvma-sipserver", "Output:      Match: 127.0.0.2/32"
    )
    assert is_full(quiet.gvma("-v", "sync"))


def test_asterisk_is_reached_also_where_nothing_has_changed(quiet: Site, ami: ScriptedManager) -> None:
    for _ in range(4):
        done = quiet.gvma("-v", "sync")
    assert not is_full(done)
    ami.received.clear()
    assert quiet.gvma("sync").status == 0
    assert any("Login" in str(one) for one in ami.received)


# What holds the planner to it.


def test_the_plan_has_no_input_that_the_key_does_not_know() -> None:
    """Who adds one here adds it to ``Inputs`` or to the looks, with a row in CHANGES; ``pins_of_rows`` says that it
    cannot be repeated. ``asked`` follows from the settings and the answers."""
    assert [*signature(Planner).parameters] == ["settings", "answers", "asked", "driver", "resets"]
    assert [*signature(asked_for).parameters] == ["settings", "answers"]
    assert [*signature(Planner.plan).parameters] == ["self", "sink"]
    assert [*signature(FilesSink).parameters] == [
        "settings",
        "driver",
        "addresses",
        "known",
        "driver_reason",
        "pins_of_rows",
    ]
    assert [*records.Left._fields] == ["pins", "owners", "last"]


def test_every_file_that_a_plan_reads_is_among_its_looks_or_its_records(
    quiet: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    plan, leave = Planner.plan, unchanged.leave
    known = {records.PINS, records.OWNERS, records.LAST, "own"}  # the last is a folder that a pattern names

    def watched(self: Planner, sink: FilesSink) -> object:
        with opened_files() as names:
            planned = plan(self, sink)
        opened.extend(names)
        return planned

    def left(inputs: unchanged.Inputs, looks: Looks, *rest: object) -> None:
        known.update(Path(part).name for look in looks for part in look.what)
        leave(inputs, looks, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Planner, "plan", watched)
    monkeypatch.setattr(unchanged, "leave", left)
    quiet.settings["vm_dn_ext_prefix"] = "99"  # a change, so that the plan is made whole
    synced(quiet)
    synced(quiet)
    files = {name for name in opened if name.endswith((".conf", ".json")) or name in known}
    assert "voicemail.conf" in files
    assert {name for name in files if name not in known and not name.startswith("first")} == set()


def test_a_look_that_cannot_be_repeated_leaves_no_key(quiet: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Planner.plan

    def looks_elsewhere(self: Planner, sink: FilesSink) -> object:
        note_unrepeatable()
        return plan(self, sink)

    monkeypatch.setattr(Planner, "plan", looks_elsewhere)
    quiet.write("extensions.conf", quiet.text("extensions.conf") + "; more\n")
    for _ in range(3):
        assert is_full(synced(quiet))


def test_two_lists_of_parts_have_two_digests() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab") != digest("ab", "")
    assert digest(b"1:a") != digest("a", "")
