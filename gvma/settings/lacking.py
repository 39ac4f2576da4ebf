"""Which sections a settings file uses, whether it is for a sync, and which settings that needs and it lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gvma.errors import SettingsError
from gvma.settings.keys import SECTIONS
from gvma.settings.reader import Examined, Loaded

# A sync needs one key of each row.
_NEEDED = (
    ("cfgserver", ("host", "url")),
    ("cfgserver", ("dnquery", "agentquery", "agentgroupquery")),
    ("gvma_settings", ("siptserver_host",)),
)


def sections_in_use(loaded: Loaded) -> tuple[str, ...]:
    """The sections in which at least one key is set."""
    return tuple(
        section
        for section in SECTIONS
        if any(origin != "default" for place, origin in loaded.origins.items() if place.startswith(f"{section}."))
    )


def serves_sync(loaded: Loaded) -> bool:
    """Whether the settings are for a sync; a file that sets ``[media]`` alone is for the media server."""
    return sections_in_use(loaded) != ("media",)


def lacking(loaded: Loaded, sections: Collection[str]) -> list[SettingsError]:
    """One error for each setting that ``gvma sync`` needs and that is missing in these sections."""
    return [_lack(loaded, section, names) for section, names in _missing(loaded, sections)]


def lacking_and_unreported(examined: Examined, sections: Collection[str]) -> list[SettingsError]:
    """As ``lacking``, without keys that are set but wrong: ``examined`` has their problems already."""
    loaded, wrong = examined.loaded, examined.wrong_keys
    return [_lack(loaded, section, names) for section, names in _missing(loaded, sections) if wrong.isdisjoint(names)]


def _missing(loaded: Loaded, sections: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The rows of _NEEDED of which no key is set."""
    for section, names in _NEEDED:
        if section in sections and all(loaded.origins[f"{section}.{name}"] == "default" for name in names):
            yield section, names


def _lack(loaded: Loaded, section: str, names: tuple[str, ...]) -> SettingsError:
    return SettingsError(
        f"{' or '.join(names)} is not set in [{section}]",
        where=str(loaded.settings.path),
        hint=f"Nothing was changed. Add `{names[0]} = ...` there, or correct its spelling: "
        "`gvma config check` lists unknown keys.",
    )
