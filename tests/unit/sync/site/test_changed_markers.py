"""Other markers in the settings: the block that stands between the earlier ones gets the new ones."""

from __future__ import annotations

import pytest

from tests.harness.site import BEGIN, END, Site
from tests.unit.sync import OWN_FILES

FILES = ("voicemail.conf", "pjsip.conf", "extensions.conf")
NEW_BEGIN, NEW_END = ";=== mailboxes of GVMA ===", ";=== end of GVMA ==="


@pytest.fixture
def moved(site: Site) -> Site:
    """A site that has synced, with a PIN that a phone has changed, and whose settings name other markers since."""
    site.sync()
    site.write("voicemail.conf", site.text("voicemail.conf").replace("1000 => 1000,", "1000 => 8642,"))
    _name_markers(site, NEW_BEGIN, NEW_END)
    return site


def _name_markers(site: Site, begin: str, end: str) -> None:
    site.settings |= {"asterisk_cfg_gvma_begin": begin, "asterisk_cfg_gvma_end": end}


def test_the_new_markers_stand_in_place_of_the_earlier_ones(moved: Site) -> None:
    before = {name: moved.text(name) for name in FILES}
    done = moved.try_sync()
    assert (done.status, done.stderr) == (0, "")
    assert "pjsip.conf: the markers of the settings put in place of the earlier ones" in done.stdout
    for name in FILES:
        after = moved.text(name).splitlines()
        expected = before[name].replace(BEGIN, NEW_BEGIN).replace(END, NEW_END).splitlines()
        dated = [line for line in expected if line.startswith("; Content generated at ")]
        assert [line for line in after if not line.startswith("; Content generated at ")] == [
            line for line in expected if line not in dated
        ]
    again = moved.try_sync()
    assert (again.status, again.stdout, again.stderr) == (0, "", "")


def test_the_block_under_earlier_markers_tells_the_channel_driver(site: Site) -> None:
    site.settings["channel_driver"] = "sip"
    site.sync()
    site.settings["channel_driver"] = "auto"
    _name_markers(site, NEW_BEGIN, NEW_END)
    site.sync()
    assert (site.text("sip.conf").count(NEW_BEGIN), "gvm-1000" in site.text("pjsip.conf")) == (1, False)


def test_a_check_before_the_next_sync_takes_the_block_for_ours(moved: Site) -> None:
    found = {one["code"] for one in moved.check("--only", "sync", "--only", "voicemail")}
    assert found.isdisjoint({"file-own-name", "block-edited", "block-missing"})
    assert "reload-pending" in found


def test_the_way_back_is_the_same(moved: Site) -> None:
    moved.sync()
    _name_markers(moved, BEGIN, END)
    moved.sync()
    for name in FILES:
        assert (moved.text(name).count(BEGIN), moved.text(name).count(NEW_BEGIN)) == (1, 0)


@pytest.mark.parametrize("synced_since", [False, True])
def test_a_remove_leaves_the_sites_bytes(moved: Site, synced_since: bool) -> None:
    if synced_since:
        moved.sync()
    done = moved.gvma("remove", "--no-reload")
    assert done.status == 0, str(done)
    assert {name: (moved.etc / name).read_bytes() for name in FILES} == {name: OWN_FILES[name] for name in FILES}


def test_a_set_made_before_comes_back_between_the_new_markers(moved: Site) -> None:
    moved.sync()
    moved.layer.dns["1003"] = {}
    moved.sync()
    moved.layer.dns.pop("1003")
    first_with_a_block = sorted(moved.backup_path.glob("2*"))[1].name
    done = moved.gvma("backup", "restore", first_with_a_block, "--no-reload")
    assert done.status == 0, str(done)
    text = moved.text("voicemail.conf")
    assert (text.count(NEW_BEGIN), text.count(BEGIN), text.count("[GVMA_DN]")) == (1, 0, 1)
    assert "1000 => 8642," in text
    assert "1003 =>" not in text


@pytest.mark.parametrize("synced_since", [False, True])
def test_a_remove_leaves_the_blank_line_that_stood_below_the_perl_gvmas_block(site: Site, synced_since: bool) -> None:
    below = "\n[later]\n; the site's own\n"
    for name in FILES:
        site.write(name, OWN_FILES[name] + f"{BEGIN}\n{END}\n{below}".encode())
    site.sync()
    _name_markers(site, NEW_BEGIN, NEW_END)
    if synced_since:
        site.sync()
    assert site.gvma("remove", "--no-reload").status == 0
    assert {name: (site.etc / name).read_bytes() for name in FILES} == {
        name: OWN_FILES[name] + below.encode() for name in FILES
    }


@pytest.mark.parametrize(
    ("begin", "end"),
    [(NEW_BEGIN, END), (BEGIN, NEW_END), (END, BEGIN), (END, NEW_END), (NEW_BEGIN, BEGIN)],
    ids=["the begin", "the end", "both exchanged", "the end becomes the begin", "the begin becomes the end"],
)
def test_one_marker_may_change_alone_or_take_the_others_place(site: Site, begin: str, end: str) -> None:
    site.sync()
    later = "[later]\n; the site's own\n"
    for name in FILES:
        site.write(name, site.text(name) + later)
    before = {name: _parts(site.text(name), BEGIN, END) for name in FILES}
    _name_markers(site, begin, end)
    assert {one["code"] for one in site.check("--only", "sync", "--only", "voicemail")}.isdisjoint(
        {"file-own-name", "block-edited", "block-missing", "file-unsafe"}
    )
    site.sync()
    assert {name: _parts(site.text(name), begin, end) for name in FILES} == before
    assert (again := site.try_sync()).stdout == "", str(again)
    assert site.gvma("remove", "--no-reload").status == 0
    assert {name: (site.etc / name).read_bytes() for name in FILES} == {
        name: OWN_FILES[name] + later.encode() for name in FILES
    }


def _parts(text: str, begin: str, end: str) -> list[list[str]]:
    """The lines above, in and below the block, its date line aside."""
    above, rest = text.split(begin + "\n")
    inner, below = rest.split(end + "\n")
    kept = (line for line in inner.splitlines() if not line.startswith("; Content generated at "))
    return [above.splitlines(), list(kept), below.splitlines()]
