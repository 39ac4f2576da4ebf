"""One run of ``gvma``, as its commands find it in ``ctx.obj``: what is printed to, and the settings, read once."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from gvma.cli.output import Output

if TYPE_CHECKING:
    from gvma.settings import Settings
    from gvma.settings.reader import Loaded


class Invocation:
    """config: the file of ``--config``. asks_help: ``--help`` stands in the line."""

    def __init__(self, output: Output, *, asks_help: bool = False) -> None:
        self.output = output
        self.config: Path | None = None
        self.asks_help = asks_help
        self._loaded: dict[frozenset[str], Loaded] = {}

    def loaded(self, *, without: Collection[str] = ()) -> Loaded:
        """Settings with their warnings and origins, read once. Prints nothing: the caller reports the warnings.

        without: sections that this run does not need; a placeholder in them is no error.
        Raises SettingsError if the settings file is missing or not valid.
        """
        from gvma.settings import reader  # noqa: PLC0415  (start-up)
        from gvma.settings.ownership import unsafe_paths  # noqa: PLC0415  (start-up)

        key = frozenset(without)
        if key not in self._loaded:
            loaded = reader.load(self.config, os.environ, without=without)
            for error in unsafe_paths(loaded.settings.gvma) if "gvma_settings" not in key else ():
                raise error
            self._loaded[key] = loaded
        return self._loaded[key]

    def settings(self, *, without: Collection[str] = ()) -> Settings:
        """As ``loaded``, and the warnings are printed."""
        known = frozenset(without) in self._loaded
        loaded = self.loaded(without=without)
        for warning in () if known else loaded.warnings:
            self.output.warn(warning)
        return loaded.settings

    def settings_or_default(self) -> Settings:
        """The settings if there is a file, else the defaults; for commands that work without one."""
        from gvma.settings import Settings, reader  # noqa: PLC0415  (start-up)

        if reader.find(self.config, os.environ) is None:
            return Settings()
        return self.settings(without=("cfgserver", "gvma_settings"))
