"""PINs through whole syncs without Asterisk: the first one, those of the phone, resets, and PINs in the spool."""

from __future__ import annotations

import os

import pytest

from tests.harness.site import BEGIN, END, Site
from tests.unit.sync import state


def test_a_pin_changed_by_phone_survives_syncs_with_and_without_other_changes(site: Site) -> None:
    site.sync()
    site.replace("voicemail.conf", "1001 => 739182,", "1001 => 4321,")
    site.sync()
    site.layer.dns["1000"] = {"gvm_name": "Ann"}
    site.sync()
    assert "\n1001 => 4321,Bob,,,\n" in site.text("voicemail.conf")


def test_a_changed_first_pin_wins_once_and_then_the_phone_counts_again(site: Site) -> None:
    site.sync()
    site.replace("voicemail.conf", "1001 => 739182,", "1001 => 4321,")
    site.layer.dns["1001"]["gvm_password"] = "8888"
    site.sync()
    assert "\n1001 => 8888,Bob,,,\n" in site.text("voicemail.conf")
    site.replace("voicemail.conf", "1001 => 8888,", "1001 => 9999,")
    site.sync()
    assert "\n1001 => 9999,Bob,,,\n" in site.text("voicemail.conf")


def test_without_record_the_pins_of_a_perl_gvmas_block_stay(site: Site) -> None:
    perl = f"{BEGIN}\n[GVMA_DN]\n1000 => 4321, 1000, , ,\n1001 => 5678, Bob, , ,\n{END}\n"
    (site.etc / "voicemail.conf").write_text(perl)
    site.sync()
    assert "1000 => 4321,1000,,,\n1001 => 5678,Bob,,,\n1002 => 1002,1002,,,\n" in site.text("voicemail.conf")


def test_the_administrator_resets_one_pin(site: Site) -> None:
    site.sync()
    site.replace("voicemail.conf", "1001 => 739182,", "1001 => 4321,")
    site.replace("voicemail.conf", "1000 => 1000,", "1000 => 4321,")
    site.sync("--reset-pin", "1001@GVMA_DN")
    assert "1000 => 4321,1000,,,\n1001 => 739182,Bob,,,\n" in site.text("voicemail.conf")


@pytest.mark.parametrize("box", ["9999@GVMA_DN", "1001", "1001@", "@GVMA_DN", "1001@GVMA_AGENT"])
def test_a_reset_of_an_unknown_box_is_wrong_usage_and_changes_nothing(site: Site, box: str) -> None:
    site.sync()
    before = state(site)
    assert site.try_sync("--reset-pin", box).status == 64
    assert state(site) == before


def test_asterisks_own_rewriting_is_no_change_and_a_lost_end_marker_is_mended(site: Site) -> None:
    site.sync()
    text = site.text("voicemail.conf").replace("=>", " => ").replace("1001  =>  739182", "1001  =>  4321")
    header = ";!\n;! Automatically generated configuration file\n;! Generator: app_voicemail\n;!\n"
    rewritten = header + text.replace(f"{END}\n", "").rstrip("\n") + "\n"
    (site.etc / "voicemail.conf").write_text(rewritten)
    assert site.try_sync().status == 0
    mended = site.text("voicemail.conf")
    assert "\n1001 => 4321,Bob,,,\n" in mended
    assert mended.endswith(f"{END}\n\n")
    assert mended.startswith(header)
    before = state(site)
    site.sync()
    assert state(site) == before


def _spooled(site: Site, box: str, context: str = "GVMA_DN") -> os.PathLike[str]:
    path = site.spool / "voicemail" / context / box / "secret.conf"
    path.parent.mkdir(parents=True)
    path.write_text("[general]\npassword = 4321\n")
    return path


def test_with_pins_in_the_spool_a_reset_removes_the_secret_and_the_set_has_a_copy(site: Site) -> None:
    site.replace("voicemail.conf", "format=wav", "passwordlocation=spooldir")
    site.sync()
    secret = _spooled(site, "1001")
    assert site.try_sync().stdout == ""
    assert os.path.exists(secret)
    before = site.text("voicemail.conf")
    answer = site.try_sync("--reset-pin", "1001@GVMA_DN", json=True).json()
    assert not os.path.exists(secret)
    made = site.backup_path / answer["backup_set"]
    assert any(path.read_text() == "[general]\npassword = 4321\n" for path in made.rglob("secret.conf.copy"))
    after = site.text("voicemail.conf")
    dates = [[line for line in text.splitlines() if "generated at" not in line] for text in (before, after)]
    assert dates[0] == dates[1]


def test_a_reset_where_the_spool_does_not_exist_is_said_to_be_none(site: Site) -> None:
    site.replace("voicemail.conf", "format=wav", "passwordlocation=spooldir")
    site.settings["asterisk_spool_path"] = site.folder / "nowhere"
    assert site.try_sync().stderr == ""
    done = site.try_sync("--reset-pin", "1000@GVMA_DN")
    assert (done.status, done.stdout) == (0, "")
    assert f"{site.folder}/nowhere: it does not exist, so the PIN that Asterisk keeps of 1000@GVMA_DN" in done.stderr


def test_without_pins_in_the_spool_nobody_touches_it(site: Site) -> None:
    site.sync()
    secret = _spooled(site, "1001")
    site.layer.dns["1001"]["gvm_password"] = "8888"
    site.sync()
    assert os.path.exists(secret)


def test_a_box_made_again_does_not_get_the_pin_of_the_one_before(site: Site) -> None:
    site.replace("voicemail.conf", "format=wav", "passwordlocation=spooldir")
    site.sync()
    secret = _spooled(site, "1009")
    site.layer.dns["1009"] = {}
    result = site.try_sync()
    assert not os.path.exists(secret)
    assert "the PIN of an earlier mailbox 1009@GVMA_DN is removed" in result.stderr


def test_before_any_record_no_secret_is_removed(site: Site) -> None:
    site.replace("voicemail.conf", "format=wav", "passwordlocation=spooldir")
    secret = _spooled(site, "1001")
    site.sync()
    assert os.path.exists(secret)
