"""The folder that the nodes' files are written into, and the note of what was written last.

The note lies under ``backup_path/state``: with it a later sync or check sees that the nodes' files would differ now.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.entries import GvmaWarning
from gvma.asterisk.managed_block.header import same_meaning
from gvma.configserver.fetch import ServerAnswers
from gvma.errors import BackupSetError, SettingsError
from gvma.mailboxes import Desired
from gvma.plan.wanted import Wanted, wanted_of
from gvma.routing import SiteRouting
from gvma.settings.model import GvmaSettings
from gvma.settings.ownership import refuse_if_others_may_change
from gvma.sinks.addresses import own_hosts
from gvma.sinks.realtime.nodes.node_files import node_files
from gvma.storage.advice import advice
from gvma.storage.atomic import Rights, read_whole, write_atomically
from gvma.storage.digest import Digest
from gvma.storage.private import json_object, look_at_private, write_json

NAME = "node-files.json"
"""The file under ``backup_path/state``."""


def wanted_by_nodes(settings: GvmaSettings, answers: ServerAnswers | None) -> Wanted:
    """Endpoints, hints and extensions as a sync would want them; no mailbox.

    answers: None where routing is off. ``mwi_endpoint = site`` alone leaves SIP Server to the nodes' own endpoints.
    """
    dns = answers.dns if answers else ()
    points = answers.further.get("routingpointquery", ()) if answers else ()
    site = SiteRouting(own_hosts=own_hosts(settings, dns))
    return wanted_of(Desired(), (dns, points), settings, PJSIP, site, owners=b"", objects={})


def write_node_files(folder: Path, files: Mapping[str, bytes]) -> dict[Path, bool]:
    """Each file's path, and whether it was written: one that differs in its date alone stays as it is.

    Raises SettingsError where others can change the folder, or where it cannot be written.
    """
    refuse_if_others_may_change(folder, "FOLDER")
    changed: dict[Path, bool] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = folder / name
            before = read_whole(path)
            changed[path] = before is None or not same_meaning(before, content)
            if changed[path]:
                write_atomically(path, content, Rights(os.geteuid(), os.getegid(), 0o644))
    except OSError as error:
        raise SettingsError(
            f"the nodes' files cannot be written: {error.strerror or error}",
            where=str(error.filename or folder),
            hint=f"Asterisk's own files were not changed. {advice(error)}",
        ) from error
    return changed


def leave_note(wanted: Wanted, settings: GvmaSettings, folder: Path) -> None:
    """The nodes' files are written as they should be now. Raises BackupSetError."""
    write_json(_note(settings), {"folder": str(folder.absolute()), "files": _digests(wanted, settings)})


def outdated(wanted: Wanted, settings: GvmaSettings) -> tuple[str, ...] | None:
    """The names of the files that would differ from what was last written; None where nothing was written from here,
    or the note of it cannot be read."""
    path = _note(settings)
    try:
        content = look_at_private(path)
        note = None if content is None else json_object(content, path)
    except BackupSetError:
        note = None
    if note is None:
        return None
    written = note.get("files")
    before = written if isinstance(written, dict) else {}
    return tuple(name for name, digest in _digests(wanted, settings).items() if before.get(name) != digest)


def old_files(wanted: Wanted, settings: GvmaSettings) -> Iterator[GvmaWarning]:
    """A warning where the nodes' files would differ now."""
    names = outdated(wanted, settings)
    if names:
        yield GvmaWarning(
            "node-files-old",
            f"{', '.join(names)} would be written otherwise now: the nodes go on as the old settings say. Run "
            "`gvma realtime files FOLDER`, carry the folder to all nodes, and `core reload` there.",
            "gvma realtime files",
        )


def _digests(wanted: Wanted, settings: GvmaSettings) -> dict[str, str]:
    return {name: Digest.of(content).sha256 for name, content in node_files(wanted, settings, "").items()}


def _note(settings: GvmaSettings) -> Path:
    return settings.backup_path / "state" / NAME
