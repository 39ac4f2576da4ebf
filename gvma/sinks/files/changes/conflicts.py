"""What of ours the site's own files define as well, and in which of them; it says so, and changes nothing. Pure.

Of two lines for one mailbox Asterisk keeps the first, and says at most a word in its log; two PJSIP objects of one
name make it refuse the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from gvma.asterisk.entries import GvmaWarning
from gvma.asterisk.site import mailboxes_defined
from gvma.plan.model import Plan
from gvma.printable import first_names
from gvma.sinks.files.present.reading import FilesReading

_ZONE = re.compile(r"(?:^|\|)\s*tz\s*=\s*([^|]*?)\s*(?:\||$)", re.IGNORECASE)
_SHOWN = 40


def conflicts(plan: Plan, reading: FilesReading) -> Iterator[GvmaWarning]:
    """A warning for each file of the site's that defines mailboxes or subscriptions of the plan."""
    files, driver = reading.files, reading.driver
    if reading.site.mailboxes:
        ours = {one.key.lower(): one.key for one in plan.mailboxes if reading.site.has_mailbox(one.key)}
        lines = ((line.file, line.mailbox.lower()) for line in mailboxes_defined(files.voicemail.site))
        for path, names in _by_file(lines, ours):
            yield GvmaWarning(
                "box-of-the-site",
                f"{_named('mailbox', 'mailboxes', names)} outside of the managed block: Asterisk keeps whichever line "
                "comes first and ignores the other. Remove the site's own line, or keep its box in another context.",
                path,
            )
    if plan.left_to_site:
        ours = {driver.folded(name): name for name in plan.left_to_site}
        defined = driver.subscriptions_defined(files.channel.site, reading.settings.mwi_mode)
        for path, names in _by_file(((one.file, driver.folded(one.name)) for one in defined), ours):
            yield GvmaWarning(
                "object-of-the-site",
                f"{_named('object', 'objects', names)} outside of the managed block, and is left out of it: Asterisk "
                "takes no two of one name. Remove the site's own, and the next sync writes ours.",
                path,
            )


def unknown_zones(plan: Plan, reading: FilesReading) -> Iterator[GvmaWarning]:
    """``tz=`` of a mailbox that names no zone of the site's; app_voicemail says the host's time then.

    Zones are compared with case (vmu_tm, app_voicemail.c).
    """
    # The first mailbox with each options: 100,000 mailboxes have few different ones.
    first = {one.options: one for one in reversed(plan.mailboxes)}
    named: dict[str, str] = {}
    for options, one in reversed(first.items()):
        found = _ZONE.search(options)
        if found is not None and found[1]:
            named.setdefault(found[1], one.key)
    voicemail = reading.files.voicemail.site
    if not named or voicemail.executes:
        return
    zones = {one.key for one in voicemail.settings if one.section.lower() == "zonemessages"}
    for zone, key in named.items():
        if zone not in zones:
            message = (
                f"tz={zone[:_SHOWN]} of {key} names no zone of [zonemessages] in voicemail.conf: Asterisk says the "
                "time of the host. Correct gvm_options, or add the zone"
            )
            yield GvmaWarning("zone-unknown", message, f"{key}, gvm_options")


def _by_file(defined: Iterable[tuple[str, str]], ours: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Path and names, file by file. defined: path and name. ours: as ``defined`` spells them, to our own spelling."""
    found: dict[str, set[str]] = {}
    for path, name in defined:
        if name in ours:
            found.setdefault(path, set()).add(ours[name])
    for path, names in found.items():
        yield path, sorted(names)


def _named(one: str, many: str, names: Sequence[str]) -> str:
    listed = first_names(names)
    return f"{many} {listed} also stand" if len(names) > 1 else f"{one} {listed} also stands"
