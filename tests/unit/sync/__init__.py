"""What all of these syncs begin with: the site's own files, and what it looks like on the disk."""

from __future__ import annotations

from tests.harness.site import Site

OWN_FILES = {
    "voicemail.conf": b"[general]\nformat=wav\n[default]\n7 => 5555,Own,,,\n",
    "pjsip.conf": b"[site]\ntype=endpoint\n",
    "extensions.conf": b"[default]\nexten => 1,1,NoOp()\n",
}


def state(site: Site) -> dict[str, tuple[object, ...]]:
    """Every file of Asterisk's and of gvma's; not the lock, the time of the last success, the last failure, and the
    history."""
    found = site.everything(site.etc, site.backup_path, site.spool)
    state = "backup/state"
    for name in ("backup/lock", f"{state}/last-success", f"{state}/said-failure.json", f"{state}/history.jsonl"):
        found.pop(name, None)
    return found
