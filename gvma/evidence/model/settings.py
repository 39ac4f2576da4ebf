"""The settings file, and the paths that it names. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from gvma.errors import SettingsError


class SettingsWarning(Protocol):
    """A warning of the settings reader."""

    @property
    def message(self) -> str: ...
    @property
    def where(self) -> str: ...


class SettingsEvidence(NamedTuple):
    """The settings file, and the folders and files that it names.

    problems: lines that no sync accepts. unreachable: (key, reason) of paths that this account cannot use.
    exposed: (path, mode) of files with secrets that others may read. wrong_keys: keys with a problem, which have
    their default values.
    """

    problems: tuple[SettingsError, ...] = ()
    warnings: tuple[SettingsWarning, ...] = ()
    unreachable: tuple[tuple[str, str], ...] = ()
    exposed: tuple[tuple[str, int], ...] = ()
    wrong_keys: frozenset[str] = frozenset()
