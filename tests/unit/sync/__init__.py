"""What all of these syncs begin with: the site's own files, and what it looks like on the disk."""

from __future__ import annotations

from tests.harness.site import Site

OWN_FILES = {
    "voicemail.conf": b"[general]\nformat=wav\n[default]\n7 => 5555,Own,,,\n",
    "pjsip.conf": b"[site]\ntype=endpoint\n",
    "extensions.conf": b"[default]\nexten => 1,1,NoOp()\n",
}


def state(site: Site) -> dict[str, tuple[object, ...]]:
    """Every file of Asterisk's and of gvma's; not the lock, the time of the last success, and the last failure."""
    found = site.everything(site.etc, site.backup_path, site.spool)
    for name in ("backup/lock", "backup/state/last-success", "backup/state/said-failure.json"):
        found.pop(name, None)
    return found
