"""Runs of a site whose sink is a database, and whether they were full ones."""

from __future__ import annotations

from pathlib import Path

from tests.harness.command import Done
from tests.harness.layer import Layer
from tests.harness.site import Site

LAYER = Layer(
    dns={
        "1000": {"gvm_password": "4711", "gvm_name": "Ann", "gvm_options": "attach=yes"},
        "1001": {"gvm_email": "bob@example.com"},
    },
    agents={"A7": {"gvm_mailbox": "2000"}},
)
TOO_LONG = "b" * 100 + "@example.com"
"""An e-mail address that its column does not take: its owner is refused."""


def synced(site: Site, *words: str) -> Done:
    done = site.gvma("-v", "sync", *words)
    assert done.status == 0, str(done)
    return done


def is_full(done: Done) -> bool:
    """Whether this run has read the answer and planned; it says so with -v."""
    assert "asking Configuration Server" in done.stderr
    return "reading the rows" in done.stderr


def other_host(site: Site, folder: Path) -> Site:
    """With folders of its own and the same settings; it asks the same Configuration Server."""
    other = Site(folder / "other", site.layer, run=site._run)
    shared = ("realtime", "sink", "max")
    other.settings |= {key: value for key, value in site.settings.items() if key.startswith(shared)}
    other.cfgserver |= site.cfgserver
    return other
