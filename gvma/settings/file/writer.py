"""The text of a settings file with every key and its meaning: a new one, or an existing one with missing keys added.

Existing lines stay byte for byte. Only comments and commented-out keys are added, so the file means the same before
and after. Secrets are asked for, never written. Nothing is written to disk here.
"""

from __future__ import annotations

from gvma.errors import SettingsError
from gvma.settings.file.source import Source, parse_source
from gvma.settings.keys import KEYS, SECTIONS, Key, shown
from gvma.settings.model import Secret

_TITLE = """\
# Settings of gvma, which joins Asterisk to a Genesys contact centre.
# A line that begins with # or ; is a comment. Replace the placeholders between < and >.
# `gvma config check` finds errors; `gvma config show --origin` shows the effective values and where they come from.
"""
_ADDED = "# Added by gvma config init: the missing keys, with their defaults."
_SECTION_TITLES = {
    "cfgserver": "How to reach Configuration Server, and what to ask it.",
    "gvma_settings": "Asterisk's files and AMI, SIP Server, backups and routing.",
    "media": "The media server: what it plays and records, and how it runs.",
    "web": "The pages of gvma web: who may read them.",
}


def new_text() -> str:
    """A whole settings file, ended by a line feed. Keys that a site must set have placeholders, all others are
    commented out. Until the placeholders are replaced, loading it is an error that names the first one.
    """
    parts = [_TITLE]
    for section in SECTIONS:
        parts.append(_section_text(section, [key for key in KEYS if key.section == section]))
    return "\n".join(parts)


def completed(source: Source) -> tuple[str, tuple[Key, ...]]:
    """The file's text with the missing keys added, and those keys. A key that is commented out is not missing."""
    absent = tuple(key for key in KEYS if (key.section, key.name) not in source.mentioned)
    if not absent:
        return source.text, ()
    carriage = "\r" if "\r\n" in source.text else ""
    lines = source.text.split("\n")
    if lines[-1]:
        lines[-1] += carriage
        lines.append("")
    into: list[tuple[int, list[str]]] = []
    behind: list[tuple[int, list[str]]] = []
    there = {name for name, _ in source.sections}
    for section in SECTIONS:
        keys = [key for key in absent if key.section == section]
        if keys and section in there:
            into.append((_end_of(section, source, lines), ["", _ADDED, *_lines(keys, samples=False)]))
        elif keys:
            head = ["", f"# {_SECTION_TITLES[section]}", f"[{section}]"]
            behind.append((len(lines) - 1, [*head, *_lines(keys, samples=False)]))
    into.sort(key=lambda place: place[0])
    for at, new in reversed(into + behind):  # from the end, so that the numbers above stay true
        lines[at:at] = [line + carriage for line in new]
    return "\n".join(lines), absent


def _end_of(section: str, source: Source, lines: list[str]) -> int:
    """The number of lines down to the section's last key and the comments right below it."""
    last = max(
        [line for name, line in source.sections if name == section]
        + [entry.line for entry in source.entries if entry.section == section]
    )
    end = last
    while lines[end].lstrip().startswith(("#", ";")):
        end += 1
    return last if lines[end].lstrip().startswith("[") else end


def _section_text(section: str, keys: list[Key]) -> str:
    lines = [f"# {_SECTION_TITLES[section]}", f"[{section}]", *_lines(keys, samples=True)]
    return "\n".join(lines) + "\n"


def _lines(keys: list[Key], *, samples: bool) -> list[str]:
    """Each key with its meaning. samples: keys with a placeholder are not commented out."""
    lines: list[str] = []
    for key in keys:
        value = key.sample or _default_text(key)
        mark = "" if samples and key.sample else "#"
        lines += ["", f"# {key.meaning}", f"{mark}{key.name} = {value}".rstrip()]
    return lines


def _default_text(key: Key) -> str:
    default = key.default
    if isinstance(default, Secret):
        return "<AMI secret>"
    return f"./{default}" if key.name == "backup_path" else shown(default)


def completed_content(source: Source) -> tuple[bytes, tuple[Key, ...]]:
    """As ``completed``, in the file's own encoding.

    Raises SettingsError if the file has lines that cannot be read, or would mean something else afterwards.
    """
    if source.problems:
        line, message = source.problems[0]
        raise SettingsError(
            message,
            where=f"{source.path}, line {line}",
            hint="Nothing was changed. Correct the line, then run `gvma config init` again.",
        )
    text, added = completed(source)
    content = text.encode(source.encoding)
    after = parse_source(source.path, content)
    if after.problems or _meaning(after) != _meaning(source):
        raise SettingsError(
            "adding keys would change what the file means",
            where=str(source.path),
            hint="Nothing was changed. Add the keys by hand; `gvma config show` lists them all.",
        )
    return content, added


def _meaning(source: Source) -> list[tuple[str, str, str]]:
    return [(entry.section, entry.key, entry.value) for entry in source.entries]
