"""What all of these syncs begin with: the site's own files, and what it looks like on the disk."""

from __future__ import annotations

from tests.harness.site import Site

OWN_FILES = {
    "voicemail.conf": b"[general]\nformat=wav\n[default]\n7 => 5555,Own,,,\n",
    "pjsip.conf": b"[site]\ntype=endpoint\n",
    "extensions.conf": b"[default]\nexten => 1,1,NoOp()\n",
}


def state(site: Site) -> dict[str, tuple[object, ...]]:
    """Every file of Asterisk's and of gvma's, the lock and what was said of the last failure aside."""
    found = site.everything(site.etc, site.backup_path, site.spool)
    for name in ("backup/lock", "backup/state/said-failure.json"):
        found.pop(name, None)
    return found
