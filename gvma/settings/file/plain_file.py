"""A settings file of plain lines, as nearly all are, read without configupdater, which takes longer to import. Pure.

Plain are printable lines that are a header ``[name]``, a ``key = value``, a comment or empty, in sections, with no
header and no key twice. Of any other file nothing is said here: configupdater reads it (gvma.settings.file.any_file).
"""

from __future__ import annotations

import re

from gvma.settings.file.source_lines import COMMENTED_KEY, Entry, SourceLines

_LINE = re.compile(r"\[([A-Za-z0-9_ .-]+)\]|([A-Za-z0-9_]+)\s*=\s*(.*)|[#;].*|")


def read_plain(source_lines: list[str]) -> SourceLines | None:
    """What stands in the lines, as configupdater would read them; None where they are not plain."""
    found = SourceLines()
    section = ""
    for number, line in enumerate(map(str.strip, source_lines), start=1):
        plain = _LINE.fullmatch(line)
        if plain is None or not line.isprintable():
            return None
        header, key, value = plain.groups()
        if header is not None:
            section = header.strip().lower()
            if section == "default":  # of which configparser has its own idea
                return None
            found.sections.append((section, number))
        elif key is not None:
            if not section:
                return None
            found.entries.append(Entry(section, key.lower(), value, number))
        elif commented := COMMENTED_KEY.match(line):
            found.mentioned.add((section, commented[1].lower()))
    keys = {(entry.section, entry.key) for entry in found.entries}
    if len(keys) < len(found.entries) or len({name for name, _ in found.sections}) < len(found.sections):
        return None
    found.mentioned |= keys
    return found
