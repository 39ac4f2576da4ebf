"""A program that rewrites files without comments takes our markers away: our lines are adopted, with their PINs."""

from __future__ import annotations

import pytest

from tests.harness.site import BEGIN, END, Site


def _without_comments(site: Site, *names: str) -> None:
    """As FreePBX's Apply Config or Asterisk's ``dialplan save`` write a file."""
    for name in names:
        lines = [line for line in site.text(name).splitlines() if line and not line.startswith(";")]
        site.write(name, "\n".join(lines) + "\n")


def test_each_file_gets_its_markers_back_in_place_and_the_run_says_so(site: Site) -> None:
    site.sync()
    before = {name: site.block(name) for name in ("voicemail.conf", "pjsip.conf", "extensions.conf")}
    _without_comments(site, *before)
    site.write("voicemail.conf", site.text("voicemail.conf").replace("1000 => 1000,", "1000 => 8642,"))
    site.write("voicemail.conf", site.text("voicemail.conf") + "[SALES]\n8000 => 1,Sales,,,\n")
    done = site.try_sync()
    assert done.status == 0
    assert done.stdout.startswith(
        "sync: no mailbox changed; voicemail.conf: missing markers put back around our lines; "
        "pjsip.conf: missing markers put back around our lines; "
        "extensions.conf: missing markers put back around our lines; backup set "
    )
    assert "voicemail.conf: another program has rewritten it" in done.stderr
    for name, block in before.items():
        text = site.text(name)
        assert (text.count(BEGIN), text.count(END)) == (1, 1)
        lines = [line for line in site.block(name).splitlines() if line and not line.startswith(";")]
        wanted = [line for line in block.splitlines() if line and not line.startswith(";")]
        assert lines == [line.replace("1000 => 1000,", "1000 => 8642,") for line in wanted]
    assert site.text("voicemail.conf").endswith(f"{END}\n[SALES]\n8000 => 1,Sales,,,\n")
    again = site.try_sync()
    assert (again.stdout, again.stderr) == ("", "")


def test_the_newest_pin_is_in_the_backup_set_of_the_run_that_adopts(site: Site) -> None:
    site.sync()
    _without_comments(site, "voicemail.conf")
    site.write("voicemail.conf", site.text("voicemail.conf").replace("1000 => 1000,", "1000 => 8642,"))
    made = site.backup_path / site.answer("sync", *site.from_tree)["backup_set"]
    assert "1000 => 8642," in next(made.rglob("voicemail.conf.copy")).read_text()


def test_a_change_that_comes_with_it_is_in_force(site: Site) -> None:
    site.sync()
    _without_comments(site, "extensions.conf", "voicemail.conf")
    site.settings["vm_dn_ext_prefix"] = "44"
    site.sync()
    text = site.text("extensions.conf")
    assert (text.count("[GVMA]"), "_44X." in text, "_37X." in text) == (1, True, False)


def test_lines_of_others_among_ours_are_refused_by_number(site: Site) -> None:
    site.sync()
    _without_comments(site, "voicemail.conf")
    text = site.text("voicemail.conf").replace("[GVMA_DN]\n", "[GVMA_DN]\n77 => 1,Own,,,\n")
    path = site.write("voicemail.conf", text)
    number = text.splitlines().index("77 => 1,Own,,,") + 1
    done = site.try_sync()
    assert done.status == 14
    assert f"{path}: both markers are gone, and among the lines that gvma wrote stand others: line {number}." in (
        done.stderr
    )
    assert site.text("voicemail.conf") == text


@pytest.mark.parametrize("name", ["voicemail.conf", "pjsip.conf", "extensions.conf"])
def test_a_file_that_lost_our_lines_altogether_gets_a_new_block(site: Site, name: str) -> None:
    site.sync()
    text = site.text(name)
    site.write(name, text[: text.index(BEGIN)])
    site.sync()
    assert site.block(name)
