"""What of ours the site's own files define as well, and in which of them; it says so, and changes nothing.

Of two lines for one mailbox Asterisk keeps the first, and says at most a word in its log; two PJSIP objects of one
name make it refuse the whole file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gvma.asterisk.entries import GvmaWarning
from gvma.asterisk.lines import Section, read
from gvma.plan.model import Plan
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.block_file import BlockFile, block_file
from gvma.sinks.files.reading import FilesReading, mailboxes_defined
from gvma.sinks.files.site_files import parts

_NAMED = 5


def conflicts(plan: Plan, reading: FilesReading) -> Iterator[GvmaWarning]:
    """A warning for each file of the site's that defines mailboxes or subscriptions of the plan."""
    site, settings, driver = reading.site, reading.settings, reading.driver
    if site.mailboxes:
        ours = {one.key.lower(): one.key for one in plan.mailboxes if site.has_mailbox(one.key)}
        for path, names in _places(reading.files.voicemail, settings, mailboxes_defined, ours):
            yield GvmaWarning(
                "box-of-the-site",
                f"{_named('mailbox', 'mailboxes', names)} outside of the managed block: Asterisk keeps whichever line "
                "comes first and ignores the other. Remove the site's own line, or keep its box in another context.",
                path,
            )
    if plan.left_to_site:
        ours = {driver.folded(name): name for name in plan.left_to_site}

        def defined(text: bytes) -> frozenset[str]:
            return driver.subscriptions_defined(text, settings.mwi_mode)

        for path, names in _places(reading.files.channel, settings, defined, ours):
            yield GvmaWarning(
                "object-of-the-site",
                f"{_named('object', 'objects', names)} outside of the managed block, and is left out of it: Asterisk "
                "takes no two of one name. Remove the site's own, and the next sync writes ours.",
                path,
            )


def _places(
    file: BlockFile, settings: GvmaSettings, defined: Callable[[bytes], frozenset[str]], ours: dict[str, str]
) -> Iterator[tuple[str, list[str]]]:
    """Path and names, file by file. ours: as ``defined`` spells them, to our own spelling."""
    if not ours:
        return
    outside = block_file(file.target, file.text, settings).site
    found: dict[str, list[str]] = {}
    section = b""
    for path, text in parts(file.target.path, outside, settings.asterisk_cfg_path):
        # A file that is included goes on in the section that it is included in.
        for name in defined(b"[%s]\n%s" % (section, text)) & ours.keys():
            found.setdefault(str(path), []).append(ours[name])
        section = next((fact.name for fact in reversed([*read(text)]) if isinstance(fact, Section)), section)
    for place, names in found.items():
        yield place, sorted(set(names))


def _named(one: str, many: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    listed = f"{', '.join(names[:_NAMED])}{more}"
    return f"{many} {listed} also stand" if len(names) > 1 else f"{one} {listed} also stands"
