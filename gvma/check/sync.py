"""Rules about what a sync stands on: files that it can edit, names that are its own, and what Asterisk now has.

Pure: it asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from gvma.asterisk.conf.model import Conf
from gvma.asterisk.dialplan import CONTEXT
from gvma.asterisk.drivers import CHAN_SIP, PJSIP, Driver
from gvma.asterisk.drivers.pjsip import SIPSERVER
from gvma.asterisk.identification.model import SENDERS_UNKNOWN, UNDECIDED
from gvma.asterisk.kept import differing
from gvma.asterisk.roles import OWN_CONTEXTS, SUBSCRIPTION_PREFIX
from gvma.check.conclusions.addresses import asterisk_hosts
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import QUERIES, Evidence, MailboxFields
from gvma.printable import first_names
from gvma.routing import Routing, SiteRouting, routing

UNSAFE = Rule(
    "file-unsafe", "error", "a file that a sync refuses to edit: markers out of order, an open comment",
    "A sync stops with exit 14 before it writes anything.",
    "Put the file right; `gvma backup list` has its earlier states.",
)  # fmt: skip
OWN_NAME = Rule(
    "file-own-name", "error", "one of gvma's names outside the managed block",
    "Asterisk joins both or takes the first, so mailboxes and subscriptions are not what was planned.",
    "Rename or remove what stands outside the markers.",
)  # fmt: skip
OLD_BLOCK = Rule(
    "file-old-block", "info", "a managed block that this gvma has not written",
    "It is from a Perl GVMA, or from an installation whose backup_path is gone. The next sync takes it over, "
    "keeps its PINs, and makes a backup set first.",
    "Look at `gvma sync --dry-run`, then run the sync.",
)  # fmt: skip
SYNC_WARNING = Rule(
    "sync-warning", "warning", "a value that the sync refuses or changes, or that Asterisk reads otherwise than meant",
    "The object named gets no mailbox, or another one than its options say.",
    "Correct the option in Configuration Manager.",
)  # fmt: skip
DRIFT = Rule(
    "drift", "error", "Asterisk has other mailboxes, subscriptions or extensions than the files say",
    "The files were changed and not reloaded, or Asterisk threw a file away: it does so without a word over AMI.",
    "Run `gvma sync`; look into Asterisk's log for a line that it cannot read.",
)  # fmt: skip
RULES = (UNSAFE, OWN_NAME, OLD_BLOCK, SYNC_WARNING, DRIFT)

_NEEDED = QUERIES[:3]
_NAMED = 3
# Of a file that is missing, and of an Asterisk that could not be asked, other rules speak.
_FOUND_OTHERWISE = frozenset({"target-file", SENDERS_UNKNOWN, *UNDECIDED})

_T = TypeVar("_T")


def check_unsafe(evidence: Evidence) -> Iterator[Finding]:
    """Files that a sync refuses to edit."""
    for name, reason in evidence.files.unsafe:
        yield UNSAFE.at(name, reason)


def check_own_names(evidence: Evidence) -> Iterator[Finding]:
    """gvma's contexts, mailboxes and gvm-* objects outside the managed blocks."""
    settings, files = evidence.settings.gvma, evidence.files
    # app_voicemail compares contexts without case, and chan_sip its peers; the dialplan and PJSIP do not.
    mailboxes = {context.lower() for context in OWN_CONTEXTS}
    contexts = {CONTEXT, settings.routing_context} if settings.routing else {CONTEXT}
    yield from _outside(files.voicemail, lambda name: name.lower() in mailboxes)
    yield from _outside(files.dialplan, lambda name: name in contexts)
    yield from _outside(files.channel, lambda name: _of_ours(name, evidence.driver))


def _of_ours(name: str, driver: Driver) -> bool:
    return driver.folded(name).startswith(SUBSCRIPTION_PREFIX) or (driver is PJSIP and name == SIPSERVER)


def _outside(conf: Conf | None, is_ours: Callable[[str], bool]) -> Iterator[Finding]:
    for section in conf.objects if conf else ():
        if not is_ours(section.name):
            continue
        if not section.ours:
            yield OWN_NAME.at(section.where, f"[{section.name}] stands outside the markers")
        elif foreign := section.sites_own:
            yield OWN_NAME.at(foreign[0].where, f"{foreign[0].key} of [{section.name}] stands outside the markers")


def check_old_block(evidence: Evidence) -> Iterator[Finding]:
    """Managed blocks, although nothing was ever synced from here."""
    if evidence.records.synced:
        return
    for conf in evidence.files.looked_at:
        if any(section.ours for section in conf.sections):
            yield OLD_BLOCK.at(conf.name, f"{conf.name} has a block of another gvma")


def check_sync_warnings(evidence: Evidence) -> Iterator[Finding]:
    """What the sync would refuse or change, in its own words."""
    planned = evidence.next_sync
    if planned is not None and planned.problem is None:
        for warning in planned.warnings:
            if warning.code not in _FOUND_OTHERWISE:
                yield SYNC_WARNING.at(warning.where, warning.message)
    elif all(evidence.configserver.answered(query) for query in _NEEDED):
        for warning in (*evidence.wanted.warnings, *_routing(evidence).warnings):
            yield SYNC_WARNING.at(warning.where, warning.message)


def _routing(evidence: Evidence) -> Routing:
    layer, channel = evidence.configserver, evidence.files.channel
    names = (section.name for section in channel.objects if not section.ours) if channel else ()
    site = SiteRouting(sections=frozenset(names), own_hosts=asterisk_hosts(evidence))
    return routing(layer.dns, layer.routing_points, evidence.settings.gvma, evidence.driver, site)


def check_drift(evidence: Evidence) -> Iterator[Finding]:
    """What Asterisk has of gvma's names against what the files say.

    A file with an ``#exec`` may say more than is known here, so it is not compared.
    """
    files, ami = evidence.files, evidence.ami
    if ami is None:
        return
    if files.voicemail and not files.voicemail.executes and ami.mailboxes is not None:
        yield from _differences(files.voicemail.name, _mailboxes(files.voicemail), ami.mailboxes, _other_mailbox)
    if files.channel and not files.channel.executes and ami.subscriptions is not None:
        planned = _subscriptions(files.channel, evidence)
        yield from _differences(files.channel.name, planned, ami.subscriptions, _other_watched)
    if files.dialplan and not files.dialplan.executes and ami.contexts is not None:
        own = {section.name for section in files.dialplan.sections if section.ours}
        actual = {f"{pattern}@{name}": None for name in own for pattern in ami.contexts.get(name, ())}
        yield from _differences(files.dialplan.name, _patterns(files.dialplan, own), actual, lambda *_: False)


def _mailboxes(voicemail: Conf) -> dict[str, MailboxFields]:
    """By ``box@context``. Of two lines for one mailbox Asterisk takes the first."""
    found: dict[str, MailboxFields] = {}
    for one in voicemail.settings:
        if one.section in OWN_CONTEXTS:
            found.setdefault(one.mailbox, MailboxFields(*[*one.value.split(","), "", "", ""][1:4]))
    return found


def _other_mailbox(planned: MailboxFields, actual: MailboxFields) -> bool:
    return any(differing(planned, actual))


def _subscriptions(channel: Conf, evidence: Evidence) -> dict[str, str | None]:
    """Names with their mailbox; in REGISTER mode PJSIP keeps that on the endpoint, and no list tells it."""
    named = [section for section in channel.objects if section.name.startswith(SUBSCRIPTION_PREFIX)]
    if evidence.driver is CHAN_SIP:
        return {section.name: section.value("mailbox") for section in named}
    registered = evidence.settings.gvma.mwi_mode == "REGISTER"
    return {
        section.name: None if registered else section.value("mailboxes")
        for section in named
        if section.value("type") == "aor"
    }


def _other_watched(planned: str | None, actual: str | None) -> bool:
    """Whether two mailboxes differ; None stands for one that is not known."""
    return planned is not None and actual is not None and planned != actual


def _patterns(dialplan: Conf, contexts: set[str]) -> dict[str, None]:
    """``pattern@context`` of these contexts."""
    return {
        f"{one.value.partition(',')[0].strip()}@{one.section}": None
        for one in dialplan.with_key("exten")
        if one.section in contexts
    }


def _differences(
    where: str, planned: Mapping[str, _T], actual: Mapping[str, _T], differ: Callable[[_T, _T], bool]
) -> Iterator[Finding]:
    """What only one of them has, and what both have with different values."""
    other = {name for name in planned.keys() & actual.keys() if differ(planned[name], actual[name])}
    for word, names in (
        ("lacks", planned.keys() - actual.keys()),
        ("still has", actual.keys() - planned.keys()),
        ("has other values for", other),
    ):
        if names:
            yield DRIFT.at(where, f"Asterisk {word} {first_names(sorted(names), _NAMED)}")


CHECKS = (check_unsafe, check_own_names, check_old_block, check_sync_warnings, check_drift)
