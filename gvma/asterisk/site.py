"""What the site wrote itself, outside our block: its objects and the names in use. Pure, on bytes.

Give it the text without our block (``block.without_block``); files that the site includes can be joined to it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gvma.asterisk.lines import Section, Setting, read


@dataclass(frozen=True, slots=True)
class DialplanNames:
    """Extensions and hints of an extensions.conf, in whatever context."""

    contexts: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    hints: frozenset[str] = frozenset()


def sections_defined(text: bytes) -> frozenset[str]:
    """The names of all sections that are no templates: peers, endpoints, contexts."""
    return frozenset(_text(fact.name) for fact in read(text) if isinstance(fact, Section) and not fact.template)


def peers_defined(sip_text: bytes) -> frozenset[str]:
    """As ``sections_defined``, without those that add to another one of the same name (``+``)."""
    sections = (fact for fact in read(sip_text) if isinstance(fact, Section))
    return frozenset(_text(fact.name) for fact in sections if not fact.template and not fact.append)


def objects_defined(pjsip_text: bytes, types: Collection[str]) -> frozenset[str]:
    """The names of all PJSIP objects of these types, templates aside."""
    return frozenset(name for name, settings in objects(pjsip_text) if settings.get("type", [""])[-1].lower() in types)


def boxes_defined(voicemail_text: bytes) -> frozenset[str]:
    """Every ``key@section`` of a voicemail.conf; among them its mailboxes."""
    return frozenset(
        f"{_text(fact.key)}@{_text(fact.section)}" for fact in read(voicemail_text) if isinstance(fact, Setting)
    )


def dialplan_names(text: bytes) -> DialplanNames:
    """What ``exten`` and ``same`` lines define."""
    contexts: set[str] = set()
    extensions: set[str] = set()
    hints: set[str] = set()
    last = ""
    for fact in read(text):
        if isinstance(fact, Section):
            contexts.add(_text(fact.name))
        elif isinstance(fact, Setting):
            key = fact.key.lower()
            words = [word.strip() for word in _text(fact.value).split(",", 2)]
            if key == b"exten" and len(words) > 1:
                last, priority = words[0].partition("/")[0], words[1]
            elif key == b"same":
                priority = words[0]
            else:
                continue
            (hints if priority.lower() == "hint" else extensions).add(last)
    return DialplanNames(frozenset(contexts), frozenset(extensions), frozenset(hints))


def objects(text: bytes) -> list[tuple[str, dict[str, list[str]]]]:
    """Every section that is no template: its name and its settings.

    Inherited settings come first, and ``type`` is the last one.
    """
    sections: list[tuple[Section, dict[str, list[str]]]] = []
    by_name: dict[bytes, dict[str, list[str]]] = {}
    current: dict[str, list[str]] = {}
    for fact in read(text):
        if isinstance(fact, Section):
            if fact.append and fact.name in by_name:
                current = by_name[fact.name]
                continue
            current = {}
            for base in fact.bases:
                for key, inherited in by_name.get(base, {}).items():
                    current.setdefault(key, []).extend(inherited)
            by_name[fact.name] = current
            sections.append((fact, current))
        elif isinstance(fact, Setting):
            key = _text(fact.key).lower()
            if key == "type":
                current[key] = [_text(fact.value)]
            else:
                current.setdefault(key, []).append(_text(fact.value))
    return [(_text(section.name), settings) for section, settings in sections if not section.template]


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
