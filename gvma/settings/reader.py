"""The settings file as it stands on disk, read into frozen dataclasses with the origin of every value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from gvma.settings.model import Settings


@dataclass(frozen=True, slots=True)
class SettingsWarning:
    """What is odd in the settings and does not stop a run; ``where`` is file, line and key."""

    code: str
    message: str
    where: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings as they hold, with what is odd in them, and where each value comes from.

    origins: "section.key" to ``default``, ``FILE:LINE``, ``environment NAME``, ``secret file PATH``
    or ``credential PATH``.
    """

    settings: Settings
    warnings: tuple[SettingsWarning, ...]
    origins: Mapping[str, str]


def find(named: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The settings file that a run uses: ``--config``, $GVMA_CONFIG, ./, /etc/gvma; None where there is none.

    Raises SettingsError where a named one (the first two) is missing.
    """
    raise NotImplementedError


def load(path: Path | None, environ: Mapping[str, str], *, without: Collection[str] = ()) -> Loaded:
    """The settings of the file that ``find`` gives.

    without: sections that this run does not need; a placeholder left there gives a warning, no error.
    Raises SettingsError for the first problem, with ``where`` = file, line and key.
    """
    raise NotImplementedError
