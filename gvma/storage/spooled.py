"""Bytes that are read once more: little of them in memory, many in a file without a name, which ends with this run.

The file has mode 0600 and stands in ``backup_path``: an answer of Configuration Server holds PINs.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from gvma.storage import disk

IN_MEMORY = 1 << 20
_CHUNK = 1 << 16


class Spooled:
    """digest: of all bytes that were filled in. To be closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chunks: list[bytes] = []
        self._size = 0
        self._descriptor: int | None = None
        self._fits_on_disk = True
        self._sha = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._sha.hexdigest()

    def fill(self, chunks: Iterable[bytes]) -> None:
        """All of them, from an empty start."""
        for chunk in chunks:
            self._sha.update(chunk)
            self._chunks.append(chunk)
            self._size += len(chunk)
            if self._size >= IN_MEMORY and self._fits_on_disk:
                self._write()

    def chunks(self) -> Iterator[bytes]:
        """All bytes, in their order."""
        if self._descriptor is not None:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            while piece := os.read(self._descriptor, _CHUNK):
                yield piece
        yield from self._chunks

    def close(self) -> None:
        self._chunks = []
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self) -> None:
        """Where the disk cannot take them, they stay in memory, as all that comes behind them."""
        content = b"".join(self._chunks)
        try:
            if self._descriptor is None:
                self._descriptor = disk.open_unnamed(self._folder)
            before = os.lseek(self._descriptor, 0, os.SEEK_CUR)
            disk.write(self._descriptor, content, self._folder)
        except OSError:
            self._fits_on_disk = False
            if self._descriptor is not None:
                os.ftruncate(self._descriptor, before)
            return
        self._chunks, self._size = [], 0
