"""What can be chosen in the texts of a switch: keys, defaults, and where each value comes from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gvma.errors import UsageError
from gvma.nearest import nearest
from gvma.settings import GvmaSettings
from gvma.switches.forms import Form

Origin = Literal["set", "settings", "asked", "manual", "example"]
"""Where a value comes from: ``--set``, the settings, a server that was asked, the manual, or an example of ours."""

_LIKENESS = 0.6


@dataclass(frozen=True, slots=True)
class Choice:
    """One value. default: the manual's. line: of the manual; 0 where it gives no value and the default is an example.

    site: what the settings say in its place; empty where they say nothing.
    """

    key: str
    default: str
    form: Form
    meaning: str
    line: int = 0
    site: Callable[[GvmaSettings], str] | None = None


@dataclass(frozen=True)
class Values:
    """The value and the origin of every key."""

    values: Mapping[str, str]
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def __getitem__(self, key: str) -> str:
        return self.values[key]


def chosen(
    choices: Iterable[Choice],
    given: Iterable[str],
    settings: GvmaSettings | None = None,
    asked: Mapping[str, str] | None = None,
) -> Values:
    """given: ``KEY=VALUE`` of each ``--set``. settings: None where there is no settings file. asked: what servers said.

    A value of the settings that has not its form is left out: the text would not be what the device takes.
    Raises UsageError for an unknown key, a key that is given twice, and a value that has not its form.
    """
    by_key = {choice.key: choice for choice in choices}
    values = {key: choice.default for key, choice in by_key.items()}
    origins: dict[str, Origin] = {key: "manual" if choice.line else "example" for key, choice in by_key.items()}
    for key, choice in by_key.items():
        text = choice.site(settings) if choice.site and settings else ""
        for origin, value in (("settings", text), ("asked", (asked or {}).get(key, ""))):
            try:
                if value:
                    values[key], origins[key] = choice.form(value), origin  # type: ignore[assignment]
            except ValueError:
                continue
    seen: set[str] = set()
    for word in given:
        key, equals, value = word.partition("=")
        key = key.strip()
        if not equals or key not in by_key:
            raise (
                _unknown(word, key, by_key)
                if equals
                else UsageError(f"--set wants KEY=VALUE, not {word[:60]!r}", hint="Nothing was changed.")
            )
        if key in seen:
            raise UsageError(f"--set {key} is given twice", hint="Nothing was changed. Give it once.")
        seen.add(key)
        values[key], origins[key] = _formed(by_key[key], value.strip()), "set"
    return Values(values, origins)


def _formed(choice: Choice, value: str) -> str:
    try:
        return choice.form(value)
    except ValueError as wrong:
        raise UsageError(f"--set {choice.key} {wrong}", hint="Nothing was changed.") from None


def _unknown(word: str, key: str, by_key: Mapping[str, Choice]) -> UsageError:
    meant = nearest(key, frozenset(by_key), _LIKENESS)
    guess = f"; did you mean {meant}?" if meant else ""
    return UsageError(
        f"--set has no key {key[:60]!r}{guess}", hint=f"Nothing was changed. Keys are: {', '.join(by_key)}."
    )
