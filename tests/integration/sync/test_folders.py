"""A sync compares the folders of the settings with those that a real Asterisk says it uses, before it writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site


@pytest.fixture
def site(start_asterisk: StartAsterisk, version: int) -> Iterator[Site]:
    asterisk = start_asterisk(version, {})
    site = Site(asterisk.folder, Layer(dns={"1000": {}}), asterisk=asterisk)
    site.settings["siptserver_host"] = "127.0.0.5"
    with site.served():
        yield site


def _copy(folder: Path, to: Path) -> Path:
    to.mkdir()
    for path in folder.glob("*.conf"):
        (to / path.name).write_bytes(path.read_bytes())
    return to


def test_another_folder_than_asterisks_is_refused_before_the_write(site: Site, tmp_path: Path) -> None:
    other = _copy(site.etc, tmp_path / "etc")
    before = {path.name: path.read_bytes() for path in other.iterdir()}
    site.settings["asterisk_cfg_path"] = other
    done = site.gvma("sync")
    assert done.status == 78
    assert f"asterisk_cfg_path = {other}, but this Asterisk uses {site.etc}" in done.stderr
    assert "Nothing was changed." in done.stderr
    assert {path.name: path.read_bytes() for path in other.iterdir()} == before
    assert not list(site.backup_path.glob("2*"))


def test_another_name_for_asterisks_folder_is_no_other_folder(site: Site, tmp_path: Path) -> None:
    link = tmp_path / "asterisk"
    link.symlink_to(site.etc)
    site.settings["asterisk_cfg_path"] = link
    assert site.gvma("sync").status == 0


@pytest.mark.parametrize("key", ["asterisk_cfg_path", "asterisk_spool_path"])
def test_a_reset_that_finds_nothing_to_do_in_another_folder_is_refused(site: Site, tmp_path: Path, key: str) -> None:
    site.sync()
    named = {"asterisk_cfg_path": site.etc, "asterisk_spool_path": site.spool}[key]
    other = _copy(site.etc, tmp_path / "other")
    site.settings[key] = other
    done = site.gvma("sync", "--reset-pin", "1000@GVMA_DN")
    assert done.status == 78
    assert f"{key} = {other}, but this Asterisk uses {named}" in done.stderr
    would_stop = site.gvma("sync", "--dry-run", "--reset-pin", "1000@GVMA_DN")
    assert f"a sync would stop here: {key} = {other}, but this Asterisk uses {named}" in would_stop.stderr


def test_a_reset_in_a_spool_that_is_nowhere_is_refused(site: Site, tmp_path: Path) -> None:
    site.settings["asterisk_spool_path"] = tmp_path / "nowhere"
    site.sync()
    done = site.gvma("sync", "--reset-pin", "1000@GVMA_DN")
    assert done.status == 78
    assert f"asterisk_spool_path = {tmp_path}/nowhere, but this Asterisk uses {site.spool}" in done.stderr


def test_a_run_with_nothing_to_do_is_refused_in_another_folder_too(site: Site, tmp_path: Path) -> None:
    site.sync()
    site.settings["asterisk_cfg_path"] = other = _copy(site.etc, tmp_path / "other")
    done = site.gvma("sync")
    assert done.status == 78
    assert f"asterisk_cfg_path = {other}, but this Asterisk uses {site.etc}" in done.stderr
    assert site.gvma("sync", "--no-reload").status == 0  # asks no Asterisk


def test_a_pin_is_not_reset_in_a_spool_that_asterisk_does_not_use(site: Site, tmp_path: Path) -> None:
    site.settings["asterisk_spool_path"] = tmp_path
    assert site.gvma("sync").status == 0
    text = site.text("voicemail.conf").replace("1000 => 1000,", "1000 => 8642,")
    site.write("voicemail.conf", text)
    done = site.gvma("sync", "--reset-pin", "1000@GVMA_DN")
    assert done.status == 78
    assert f"asterisk_spool_path = {tmp_path}, but this Asterisk uses {site.spool}" in done.stderr
    assert site.text("voicemail.conf") == text


def test_check_finds_each_folder_that_asterisk_does_not_use(site: Site, tmp_path: Path) -> None:
    site.sync()
    assert "asterisk-other-folder" not in {one["code"] for one in site.check()}
    site.settings |= {"asterisk_cfg_path": _copy(site.etc, tmp_path / "etc"), "asterisk_spool_path": tmp_path}
    found = [(one["where"], one["message"]) for one in site.check() if one["code"] == "asterisk-other-folder"]
    assert found == [
        ("asterisk_cfg_path", f"it is {tmp_path}/etc, and this Asterisk uses {site.etc}"),
        ("asterisk_spool_path", f"it is {tmp_path}, and this Asterisk uses {site.spool}"),
    ]


@pytest.mark.parametrize("version", [22], indirect=True)
def test_check_finds_that_sorcery_has_aors_read_from_elsewhere(site: Site) -> None:
    site.sync()
    site.write("sorcery.conf", "[res_pjsip]\naor=memory\n")
    site.asterisk.restart()
    site.layer.dns["1001"] = {}
    assert site.gvma("sync").status == 15
    found = [one["message"] for one in site.check() if one["code"] == "sorcery-elsewhere"]
    assert found == ["aor is read from memory, and not from pjsip.conf"]
