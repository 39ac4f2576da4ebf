"""Where the channel driver has changed, our block goes out of the other driver's file in the same plan."""

from __future__ import annotations

from pathlib import Path

from gvma.asterisk.drivers import driver_of
from gvma.sinks.files.sink import FilesSink
from tests.unit.sinks.sites import FilesSite, box, planned, wanted, write

SIP = b"[general]\nbindport=5060\n[sipserver]\ntype=peer\nhost=10.0.0.20\n"


def test_the_block_of_the_driver_before_goes_and_the_sites_lines_stay(tmp_path: Path) -> None:
    site = FilesSite(tmp_path, "sip")
    path = site.settings.target("sip.conf")
    path.write_bytes(SIP)
    write(site, wanted(site, box("1000")))
    assert b"gvm-1000" in path.read_bytes()
    site.driver = driver_of("pjsip")
    site.settings.target("pjsip.conf").write_bytes(b"[udp]\ntype=transport\n")
    _, change = planned(site, FilesSink(site.settings, site.driver), wanted(site, box("1000")))
    assert change.notes == ("sip.conf: the block of the other channel driver is removed.",)
    assert change.reloads == ("chan_sip.so", "res_pjsip.so")
    assert "chan_sip.so" not in change.needed
    write(site, wanted(site, box("1000")))
    assert path.read_bytes() == SIP
    assert b"gvm-1000" in site.settings.target("pjsip.conf").read_bytes()


def test_a_block_in_the_other_file_is_never_an_unchanged_site(tmp_path: Path) -> None:
    site = FilesSite(tmp_path, "sip")
    write(site, wanted(site, box("1000")))
    left = site.settings.target("sip.conf").read_bytes()
    site.driver = driver_of("pjsip")
    site.settings.target("pjsip.conf").write_bytes(b"[udp]\ntype=transport\n")
    write(site, wanted(site, box("1000")))
    site.settings.target("sip.conf").write_bytes(left)
    assert not site.sink().read().holds(wanted(site, box("1000")))
    _, change = planned(site, site.sink(), wanted(site, box("1000")))
    assert [path.name for path, changes in change.files.items() if changes] == ["sip.conf"]
