"""The manifest of a backup set: what it says, as JSON and as dataclasses; it holds no PIN.

It seals itself with a checksum, so that damage to the manifest is seen as damage to a copy is.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from gvma.printable import shown_without
from gvma.settings.ownership import group_name, user_name
from gvma.storage.atomic import Rights
from gvma.storage.digest import Digest

FORMAT = 1
NAME = "manifest.json"
SNAPSHOT = "snapshot.json"


class UnreadableManifest(ValueError):
    """Not a manifest that this version of gvma can trust; the text says why."""


class FileToSave(NamedTuple):
    """One file as a set is to keep it. path: absolute. content: None where there is no file.

    changes: the run is about to change it. module: what Asterisk reloads for it, empty for none.
    """

    path: Path
    content: bytes | None
    rights: Rights
    changes: bool
    module: str = ""

    def __repr__(self) -> str:
        return shown_without(self, "content")

    @property
    def copy(self) -> str:
        """Path of its copy inside a set, empty without one."""
        return copy_name(self.path) if self.content is not None else ""


class SavedFile(NamedTuple):
    """One file of a set. existed: False where there was no file, and then there is no copy.

    copy: path of the copy inside the set, empty without one. changed: the run was about to change it.
    module: what Asterisk reloads for it. owner, group: names, for the reader; the rights count.
    """

    path: Path
    existed: bool
    changed: bool
    module: str
    digest: Digest
    rights: Rights
    owner: str
    group: str
    copy: str

    @property
    def is_voicemail(self) -> bool:
        """Mailboxes with their PINs are in it, and Asterisk itself rewrites it."""
        return self.module.startswith("app_voicemail")

    def as_json(self) -> dict[str, object]:
        return {
            "path": str(self.path),
            "existed": self.existed,
            "changed": self.changed,
            "module": self.module,
            "sha256": self.digest.sha256 if self.existed else None,
            "size": self.digest.size if self.existed else None,
            "uid": self.rights.uid,
            "gid": self.rights.gid,
            "owner": self.owner,
            "group": self.group,
            "mode": f"{self.rights.mode:04o}",
            "copy": self.copy or None,
        }


class TableToSave(NamedTuple):
    """gvma's rows of one table as a set is to keep them.

    database: where it is, ``HOST:PORT/NAME``. content: COPY's text format below a line with the columns' names.
    changes: the run is about to change some.
    """

    name: str
    database: str
    content: bytes
    changes: bool

    def __repr__(self) -> str:
        return shown_without(self, "content")


class SavedTable(NamedTuple):
    """The rows of one table in a set. rows: how many. changed: the run was about to change some."""

    name: str
    database: str
    rows: int
    changed: bool
    digest: Digest

    @property
    def copy(self) -> str:
        """Path of the copy inside the set."""
        return f"tables/{self.name}.copy"

    def as_json(self) -> dict[str, object]:
        return {
            "table": self.name,
            "database": self.database,
            "rows": self.rows,
            "changed": self.changed,
            "sha256": self.digest.sha256,
            "size": self.digest.size,
            "copy": self.copy,
        }


class Manifest(NamedTuple):
    """time: UTC, never before that of an earlier set; clock: what the machine's clock said.

    first: the first set ever made, which is kept for good. reason: ``sync``, or ``restore of ID``.
    """

    id: str
    time: str
    clock: str
    host: str
    run_id: str
    reason: str
    gvma_version: str
    first: bool
    files: tuple[SavedFile, ...]
    tables: tuple[SavedTable, ...] = ()
    snapshot: Digest = Digest("", 0)

    def as_json(self) -> dict[str, object]:
        """Without the seal, as ``--output json`` shows it. A set of files alone says nothing of tables."""
        tables = {"tables": [table.as_json() for table in self.tables]} if self.tables else {}
        return {
            "gvma_backup_set": FORMAT,
            "id": self.id,
            "time": self.time,
            "clock": self.clock,
            "host": self.host,
            "run_id": self.run_id,
            "reason": self.reason,
            "gvma_version": self.gvma_version,
            "first": self.first,
            "files": [file.as_json() for file in self.files],
            **tables,
            "snapshot": {"copy": SNAPSHOT, **self.snapshot._asdict()},
        }

    def as_bytes(self) -> bytes:
        """The file ``manifest.json``, sealed."""
        content = self.as_json()
        content["seal"] = _seal(content)
        return (json.dumps(content, indent=2) + "\n").encode("ascii")


def read_manifest(text: bytes) -> Manifest:
    """Raises UnreadableManifest where it is damaged in any byte, or of a later format."""
    try:
        content = json.loads(text)
        seal, number = content.pop("seal"), content["gvma_backup_set"]
        manifest = _read(content) if number == FORMAT else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableManifest("the manifest is damaged") from error
    if manifest is None:
        raise UnreadableManifest(f"the manifest has format {number!r}, not {FORMAT}")
    if seal != _seal(content):
        raise UnreadableManifest("the manifest does not match its seal")
    if manifest.as_bytes() != text:
        raise UnreadableManifest("the manifest is damaged")
    if any(not table.name.isidentifier() for table in manifest.tables):
        raise UnreadableManifest("the manifest names a table that is none")
    if any(file.copy != (copy_name(file.path) if file.existed else "") for file in manifest.files):
        raise UnreadableManifest("the manifest names a copy that lies elsewhere")
    return manifest


def _read(content: dict[str, Any]) -> Manifest:
    keys = ("id", "time", "clock", "host", "run_id", "reason", "gvma_version", "first")
    return Manifest(
        **{key: content[key] for key in keys},
        files=tuple(_read_file(file) for file in content["files"]),
        tables=tuple(_read_table(table) for table in content.get("tables", ())),
        snapshot=Digest(content["snapshot"]["sha256"], content["snapshot"]["size"]),
    )


def copy_name(path: Path) -> str:
    """Where a set has the copy of a file: a path inside the set."""
    return f"files{path}.copy"


def saved_file(file: FileToSave) -> SavedFile:
    """What the manifest says of a file."""
    return SavedFile(
        file.path,
        file.content is not None,
        file.changes,
        file.module,
        Digest.of(file.content or b""),
        file.rights,
        user_name(file.rights.uid),
        group_name(file.rights.gid),
        file.copy,
    )


def saved_table(table: TableToSave) -> SavedTable:
    """What the manifest says of a table."""
    rows = table.content.count(b"\n") - 1
    return SavedTable(table.name, table.database, rows, table.changes, Digest.of(table.content))


def _read_table(content: dict[str, object]) -> SavedTable:
    return SavedTable(
        name=str(content["table"]),
        database=str(content["database"]),
        rows=int(str(content["rows"])),
        changed=bool(content["changed"]),
        digest=Digest(str(content["sha256"]), int(str(content["size"]))),
    )


def _read_file(content: dict[str, object]) -> SavedFile:
    return SavedFile(
        path=Path(str(content["path"])),
        existed=bool(content["existed"]),
        changed=bool(content["changed"]),
        module=str(content["module"]),
        digest=Digest(str(content["sha256"] or ""), int(str(content["size"] or 0))),
        rights=Rights.with_permissions(
            int(str(content["uid"])), int(str(content["gid"])), int(str(content["mode"]), 8)
        ),
        owner=str(content["owner"]),
        group=str(content["group"]),
        copy=str(content["copy"] or ""),
    )


def _seal(content: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("ascii")).hexdigest()
