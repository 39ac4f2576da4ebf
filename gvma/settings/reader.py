"""The effective settings: the file is found, read and checked, and each value has its origin.

A file written for the Perl GVMA works unchanged. Every error names file, line and key; no value is guessed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from os.path import isfile
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from gvma.errors import SettingsError
from gvma.settings.file.source import Entry, Source, read_source
from gvma.settings.keys import KEYS, PLACEHOLDERS, SECTIONS, Key
from gvma.settings.model import Settings
from gvma.settings.ownership import refuse_if_others_may_change
from gvma.settings.rules import broken_rules, odd_values
from gvma.settings.secrets import SECRETS, SecretSources, secret_from

FILE_NAME = "gvma_asterisk76.cfg"
SYSTEM_FILE = Path("/etc/gvma") / FILE_NAME
# The Perl GVMA for REGISTER came with a settings file of this name, and with no key that says so.
REGISTER_FILE_NAME = "gvma_asterisk.cfg"

_IN_ANGLES = re.compile(r"<([^<>]*)>")
_KEYS = {(key.section, key.name): key for key in KEYS}
_UNCHANGED = "Nothing was changed."


class SettingsWarning(NamedTuple):
    """Something unusual in the settings that does not stop a run; ``where`` is file, line and key."""

    code: str
    message: str
    where: str


class Loaded(NamedTuple):
    """The effective settings, their warnings, and the origin of each value.

    origins: "section.key" to ``default``, ``FILE:LINE``, ``file name``, ``environment NAME``,
    ``secret file PATH`` or ``credential PATH``; every key has one.
    """

    settings: Settings
    warnings: tuple[SettingsWarning, ...]
    origins: Mapping[str, str]


class Examined(NamedTuple):
    """All that ``gvma config check`` reports: problems in the order of the lines."""

    loaded: Loaded
    problems: tuple[SettingsError, ...]

    @property
    def wrong_keys(self) -> frozenset[str]:
        """The keys that have a problem; they have their default values."""
        return frozenset(problem.where.rpartition(", ")[2] for problem in self.problems)


def find(named: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The settings file of a run: ``--config``, $GVMA_CONFIG, that in ./ or that in /etc/gvma; None if there is none.

    Raises SettingsError if one that was named (the first two) is missing.
    """
    origin = "--config"
    if named is None and environ.get("GVMA_CONFIG"):
        named, origin = Path(environ["GVMA_CONFIG"]), "$GVMA_CONFIG"
    if named is not None:
        if not isfile(named):
            raise SettingsError(
                f"no such settings file ({origin})",
                where=str(named),
                hint=f"{_UNCHANGED} Name an existing file, or write one with `gvma config init`.",
            )
        return named
    return next((path for path in (Path(FILE_NAME), SYSTEM_FILE) if isfile(path) and not _is_a_strangers(path)), None)


def _is_a_strangers(path: Path) -> bool:
    """For root, a file that another user may have laid into this folder does not count."""
    return path == Path(FILE_NAME) and os.geteuid() == 0 and {os.lstat(path).st_uid, os.stat(path).st_uid} != {0}


def _register_file() -> str:
    """A Perl GVMA for REGISTER left its own file, which is never taken without being named."""
    if not isfile(REGISTER_FILE_NAME):
        return ""
    return f"For ./{REGISTER_FILE_NAME}, the REGISTER mode's file, run `gvma --config ./{REGISTER_FILE_NAME} ...`. "


def load(path: Path | None, environ: Mapping[str, str], *, without: Collection[str] = ()) -> Loaded:
    """The settings of the file that ``find`` gives for ``path``.

    without: sections that this run does not need; a placeholder in them is a warning, not an error.
    Raises SettingsError for the first problem, with ``where`` = file, line and key.
    """
    examined = examine(path, environ, without=without)
    if not examined.problems:
        return examined.loaded
    first, others = examined.problems[0], len(examined.problems) - 1
    if others:
        first.hint += f" `gvma config check` shows this and {others} more."
    raise first


def examine(path: Path | None, environ: Mapping[str, str], *, without: Collection[str] = ()) -> Examined:
    """The settings and every problem; a key with a problem has its default value.

    Raises SettingsError only if there is no settings file, it cannot be read at all, or others may change it.
    """
    found = find(path, environ)
    if found is None:
        raise SettingsError(
            f"no settings file: neither ./{FILE_NAME} nor {SYSTEM_FILE} exists",
            hint=f"{_UNCHANGED} {_register_file()}Write one with `gvma config init`, or name one with --config or "
            "$GVMA_CONFIG.",
        )
    refuse_if_others_may_change(found, "settings file")
    return _Reading(read_source(found.absolute()), environ, frozenset(without)).examined()


class _Reading:
    """Collects the settings of one file."""

    def __init__(self, source: Source, environ: Mapping[str, str], without: frozenset[str]) -> None:
        self.source = source
        self.environ = environ
        self.without = without
        self.values: dict[tuple[str, str], Any] = {}
        self.origins: dict[str, str] = {}
        self.warnings: list[tuple[int, SettingsWarning]] = []
        self.problems: list[tuple[int, SettingsError]] = []
        self.lines: dict[tuple[str, str], int] = {}

    def examined(self) -> Examined:
        for line, message in self.source.problems:
            self._problem(line, message)
        for name, line in self.source.sections:
            self._section(name, line)
        for entry in self.source.entries:
            if entry.section in SECTIONS:
                self._entry(entry)
        self._implied()
        for sources in SECRETS:
            self._secret(sources)
        settings = self._settings()
        for key, message in broken_rules(settings):
            self._problem(self._line_of("gvma_settings", key), message, key)
        for key, message in odd_values(settings):
            self._warn("settings-odd", self._line_of("gvma_settings", key), message, key)
        loaded = Loaded(
            settings,
            tuple(warning for _, warning in sorted(self.warnings, key=lambda pair: pair[0])),
            MappingProxyType({f"{key.section}.{key.name}": self._origin(key) for key in KEYS}),
        )
        return Examined(loaded, tuple(error for _, error in sorted(self.problems, key=lambda pair: pair[0])))

    def _section(self, name: str, line: int) -> None:
        if name not in SECTIONS:
            self._warn("unknown-section", line, f"unknown section [{name}]{_nearest(name, SECTIONS)}")

    def _entry(self, entry: Entry) -> None:
        place = (entry.section, entry.key)
        if place in self.lines:
            return  # reported as a repeated key already; the first one counts
        self.lines[place] = entry.line
        key = _KEYS.get(place)
        if key is None:
            self._unknown(entry)
        elif placeholder := _placeholder(entry.value):
            self._placeholder(entry, placeholder)
        else:
            try:
                self.values[place] = key.parse(entry.value, self.source.path.parent)
                self.origins[f"{entry.section}.{entry.key}"] = f"{self.source.path}:{entry.line}"
            except ValueError as wrong:
                self._problem(entry.line, str(wrong), entry.key)

    def _unknown(self, entry: Entry) -> None:
        elsewhere = [section for section in SECTIONS if (section, entry.key) in _KEYS]
        names = [name for section, name in _KEYS if section == entry.section]
        hint = f": it belongs in [{elsewhere[0]}]" if elsewhere else _nearest(entry.key, names)
        self._warn("unknown-key", entry.line, f"unknown key {entry.key}{hint}", entry.key)

    def _placeholder(self, entry: Entry, placeholder: str) -> None:
        message = f"still has the placeholder {placeholder}"
        if entry.section in self.without:
            self._warn("placeholder", entry.line, message, entry.key)
        else:
            self._problem(entry.line, message, entry.key, "Replace it by the value of your site.")

    def _implied(self) -> None:
        """Values of missing keys that follow from another key or from the file's name."""
        if ("media", "sounds_path") in self.values:
            self._imply("media", "recordings_path", self.values["media", "sounds_path"], "sounds_path")
        if self.source.path.name == REGISTER_FILE_NAME:
            self._imply("gvma_settings", "mwi_mode", "REGISTER", "file name")
        default = self.source.path.parent / _KEYS["gvma_settings", "backup_path"].default  # type: ignore[operator]
        self._imply("gvma_settings", "backup_path", default, "default")

    def _imply(self, section: str, key: str, value: object, origin: str) -> None:
        if (section, key) not in self.values:
            self.values[section, key] = value
            self.origins[f"{section}.{key}"] = origin

    def _secret(self, sources: SecretSources) -> None:
        line = self._line_of(sources.section, sources.file_key)
        file = self.values.get((sources.section, sources.file_key))
        try:
            found = secret_from(sources, file, self._where(line, sources.file_key), self.environ)
        except SettingsError as error:
            # A service may lack the right to read a secret that it does not use.
            if sources.section not in self.without:
                self.problems.append((line, error))
            return
        if found is not None:
            self.values[sources.section, sources.key], origin = found
            self.origins[f"{sources.section}.{sources.key}"] = origin
            self._drop_problems_of(sources)

    def _drop_problems_of(self, sources: SecretSources) -> None:
        """A placeholder in the settings file does not matter if the secret comes from elsewhere."""
        line = self.lines.get((sources.section, sources.key))
        self.problems = [pair for pair in self.problems if pair[0] != line]
        self.warnings = [pair for pair in self.warnings if pair[0] != line]

    def _settings(self) -> Settings:
        made = {
            section: model(**{name: value for (own, name), value in self.values.items() if own == section})
            for section, model in SECTIONS.items()
        }
        return Settings(
            cfgserver=made["cfgserver"],
            gvma=made["gvma_settings"],
            media=made["media"],
            web=made["web"],
            path=self.source.path,
        )

    def _origin(self, key: Key) -> str:
        return self.origins.get(f"{key.section}.{key.name}", "default")

    def _line_of(self, section: str, key: str) -> int:
        return self.lines.get((section, key), 0)

    def _where(self, line: int, key: str) -> str:
        parts = [str(self.source.path), f"line {line}" if line else "", key]
        return ", ".join(part for part in parts if part)

    def _problem(self, line: int, message: str, key: str = "", to_do: str = "Correct the line.") -> None:
        error = SettingsError(message, where=self._where(line, key), hint=f"{_UNCHANGED} {to_do}")
        self.problems.append((line, error))

    def _warn(self, code: str, line: int, message: str, key: str = "") -> None:
        self.warnings.append((line, SettingsWarning(code, message, self._where(line, key))))


def fields_of(settings: Settings) -> dict[tuple[str, str], object]:
    """Each value by (section, key), in the order of KEYS."""
    parts = {
        "cfgserver": settings.cfgserver,
        "gvma_settings": settings.gvma,
        "media": settings.media,
        "web": settings.web,
    }
    return {(key.section, key.name): getattr(parts[key.section], key.name) for key in KEYS}


def _placeholder(value: str) -> str:
    for inside in _IN_ANGLES.findall(value):
        if " ".join(inside.lower().split()) in PLACEHOLDERS:
            return f"<{inside}>"
    return ""


def _nearest(name: str, names: Collection[str]) -> str:
    import difflib  # noqa: PLC0415  (start-up: nearly no run meets a misspelt name)

    close = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean {close[0]}?" if close else ""
