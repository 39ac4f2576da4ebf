"""An export file in the place of Configuration Server; it is read once, and never written."""

from __future__ import annotations

from pathlib import Path

from gvma.configserver.objects import ConfigObject


class ExportFile:
    """An export in shape A or B, gzipped or not, nested or flat; read at the first query.

    include_disabled: keep objects of state 2.
    """

    def __init__(self, path: Path, include_disabled: bool = True) -> None:
        self._path = path
        self._include_disabled = include_disabled

    def query(self, xpath: str) -> list[ConfigObject]:
        """The objects that ``xpath`` selects, as the server would answer. Raises ConfigServerError."""
        raise NotImplementedError
