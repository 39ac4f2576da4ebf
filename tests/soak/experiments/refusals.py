"""The refusal test: Asterisk throws a new file away, or makes something else of it than was planned.

In each case AMI says Success or next to nothing; gvma finds out by reading back, puts everything back, and Asterisk
serves as before.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from gvma.ami.manager import connect
from tests.harness.layer import Layer
from tests.soak.site import BEGIN, WatchedSite

BEFORE = Layer({"1000": {"gvm_name": "Ann"}, "1001": {"gvm_name": "Bob"}}, {"2000": {"gvm_mailbox": "2000"}})
AFTER = Layer({"1000": {"gvm_name": "Anne"}, "1002": {"gvm_name": "Cy"}}, {"2000": {"gvm_mailbox": "2001"}})


@dataclass(frozen=True)
class Refusal:
    """file: by its place (0 voicemail.conf, 1 pjsip.conf or sip.conf, 2 extensions.conf). said: in the error.

    top, above, below: what the administrator writes at the top, above the block and at the end of the file after
    the last good reload.
    """

    name: str
    file: int
    said: str
    top: str = ""
    above: str = ""
    below: str = ""


def refusals(driver: str) -> list[Refusal]:
    """What stops each of the files, with PJSIP or chan_sip."""
    watcher = "AOR" if driver == "pjsip" else "SIP peer"
    return [
        Refusal("unclosed section", 0, "mailbox 1002@GVMA_DN is missing", below="[unclosed\n"),
        Refusal("missing include", 0, "mailbox 1002@GVMA_DN is missing", above='#include "missing.conf"\n'),
        Refusal("line before any section", 0, "mailbox 1002@GVMA_DN is missing", top="lost=yes\n"),
        Refusal("unclosed section", 1, f"{watcher} gvm-1002 is missing", below="[unclosed\n"),
        Refusal("missing include", 1, f"{watcher} gvm-1002 is missing", below='#include "missing.conf"\n'),
        Refusal("unclosed section", 2, "pbx_config.so", below="[unclosed\n"),
        Refusal("missing include", 2, "pbx_config.so", below='#include "missing.conf"\n'),
    ]


def refuse(site: WatchedSite, refusal: Refusal) -> None:
    """A good sync, the administrator's mistake, a sync that is refused, the mistake mended, a good sync."""
    good = site.run_sync(site.export("before.xml", BEFORE), "--force")
    assert good.status == 0, good
    loaded, clean = asterisk_holds(site), site.state()
    path = site.etc / site.names[refusal.file]
    text = path.read_bytes()
    place = text.index(BEGIN)
    top, above, below = (part.encode() for part in (refusal.top, refusal.above, refusal.below))
    path.write_bytes(top + text[:place] + above + text[place:] + below)
    site.age()
    before = site.state()
    done = site.run_sync(site.export("after.xml", AFTER))
    assert done.status == 15, f"{refusal}: {done}"
    assert site.state() == before, "not put back"
    assert asterisk_holds(site) == loaded, "Asterisk does not serve as before"
    assert refusal.said in done.stderr, f"{refusal}: {done}"
    assert "put back" in done.stderr
    assert done.stdout == ""
    assert [path for path in site.litter() if not path.endswith(".next")] == []  # those the next run drops
    assert not site.locked()
    # Mended, it goes through.
    (site.etc / path.name).write_bytes(clean[path.name] or b"")
    site.age()
    mended = site.run_sync(site.export("after.xml", AFTER))
    assert mended.status == 0, f"{refusal}: {mended}"
    assert site.difference_from_asterisk() == []
    assert site.litter() == []
    assert not (site.backup_path / "state/owed-reload.json").exists()


def refuse_where_asterisk_reads_another_folder(site: WatchedSite) -> None:
    """The settings name a copy of Asterisk's folder: it is refused before a byte is written."""
    good = site.run_sync(site.export("before.xml", BEFORE), "--force")
    assert good.status == 0, good
    loaded = asterisk_holds(site)
    used, copy = site.etc, site.folder / "copy"
    shutil.copytree(site.etc, copy)
    site.etc = copy
    site.settings["asterisk_cfg_path"] = copy
    site.age()
    before = site.state()
    done = site.run_sync(site.export("after.xml", AFTER))
    assert done.status == 78, done
    assert f"asterisk_cfg_path = {copy}, but this Asterisk uses {used}" in done.stderr
    assert "Nothing was changed." in done.stderr
    assert site.state() == before
    assert asterisk_holds(site) == loaded


def asterisk_holds(site: WatchedSite) -> tuple[object, ...]:
    """Boxes, subscriptions and dialplan as Asterisk tells them."""
    with connect(site.asterisk.settings()) as ami:
        watched = ami.aors() if site.asterisk.driver == "pjsip" else dict.fromkeys(ami.sip_peers())
        dialplan = [line for line in ami.dialplan("GVMA").splitlines() if "=>" in line]
        return ami.voicemail_users(), watched, dialplan
