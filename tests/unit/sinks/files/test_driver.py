"""The facts that the choice of a channel driver stands on, from real files."""

from __future__ import annotations

from pathlib import Path

from gvma.asterisk.drivers import PJSIP
from gvma.settings import GvmaSettings
from gvma.sinks.files.driver import channel_driver


def test_the_files_decide_where_asterisk_is_not_asked(tmp_path: Path) -> None:
    settings = GvmaSettings(asterisk_cfg_path=tmp_path, asterisk_cfg_gvma_begin="; BEGIN GVMA")
    assert channel_driver(settings, None).driver.name == "sip"
    (tmp_path / "pjsip.conf").touch()
    assert channel_driver(settings, None).driver.name == "pjsip"
    (tmp_path / "sip.conf").write_text("; BEGIN GVMA\n")
    assert channel_driver(settings, None).driver.name == "sip"


def test_a_folder_that_cannot_be_looked_into_decides_nothing() -> None:
    settings = GvmaSettings(asterisk_cfg_path=Path("/", "x" * 300))
    assert channel_driver(settings, None) == channel_driver(GvmaSettings(asterisk_cfg_path=Path("/nowhere")), None)


def test_a_database_is_for_pjsip_whatever_the_files_of_this_host_say(tmp_path: Path) -> None:
    (tmp_path / "sip.conf").write_text("[general]\n")
    realtime = GvmaSettings(asterisk_cfg_path=tmp_path, sink="realtime")
    assert channel_driver(realtime, None) == (PJSIP, "sink = realtime needs PJSIP.")
