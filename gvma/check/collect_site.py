"""What further files of Asterisk say where it matters to the checks: who is kept in a database, and which contexts
other channels lead to. It only reads, and judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from gvma.asterisk.lines import Setting, read

ReadBytes = Callable[[str | Path], bytes | None]

_CONTEXT = re.compile(
    rb"^[ \t]*(?:endpoint/)?(?:sub)?(?:scribe_?|message_)?context[ \t]*=>?[ \t]*([^\s;]+)", re.M | re.I
)
# Families of extconfig.conf by what they bring into memory (Asterisk's own names).
_FAMILIES = {
    "voicemail": frozenset({b"voicemail", b"voicemail.conf"}),
    "phones": frozenset({b"sippeers", b"sipusers", b"sip.conf", b"pjsip.conf"}),
    "dialplan": frozenset({b"extensions.conf"}),
}


def realtime(folder: Path, read_bytes: ReadBytes) -> frozenset[str]:
    """What Asterisk reads from a database: ``voicemail``, ``phones``, ``dialplan``."""
    families = {fact.key for fact in _settings(read_bytes(folder / "extconfig.conf")) if fact.section == b"settings"}
    kinds = {kind for kind, names in _FAMILIES.items() if names & families}
    sorcery = [fact for fact in _settings(read_bytes(folder / "sorcery.conf")) if fact.key == b"endpoint"]
    if any(fact.value.startswith(b"realtime") for fact in sorcery):
        kinds.add("phones")
    return frozenset(kinds)


def contexts(folder: Path, read_bytes: ReadBytes) -> frozenset[str]:
    """The contexts that any file of the folder sends calls to: pjsip_wizard.conf, iax.conf, chan_dahdi.conf."""
    found: set[bytes] = set()
    for path in sorted(folder.glob("*.conf")):
        found |= set(_CONTEXT.findall(read_bytes(path) or b""))
    return frozenset(name.decode("utf-8", "surrogateescape") for name in found)


def _settings(text: bytes | None) -> Iterator[Setting]:
    return (fact for fact in read(text or b"") if isinstance(fact, Setting))
