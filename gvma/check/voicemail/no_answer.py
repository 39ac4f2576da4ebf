"""Rules about unanswered calls: where SIP Server sends them, and after how many seconds (manual 1838-1880). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.roles import BY_KIND, ROLES
from gvma.check.conclusions.owners import option
from gvma.check.finding import Finding, Rule
from gvma.configserver.objects import ConfigObject, having
from gvma.evidence.model import Evidence, object_name
from gvma.nearest import nearest

UNKNOWN = Rule(
    "no-answer-overflow-unknown", "warning", "no-answer-overflow names a mailbox that does not exist",
    "SIP Server sends unanswered calls there (manual 1838-1859).",
    "Set no-answer-overflow to prefix and mailbox, or to a mailbox that exists.",
)  # fmt: skip
ITSELF = Rule(
    "no-answer-overflow-itself", "warning", "no-answer-overflow of a DN names the DN itself",
    "SIP Server then offers the unanswered call to the same phone again, and never to its mailbox (manual 1838-1859).",
    "Set no-answer-overflow to prefix and mailbox.",
)  # fmt: skip
TIMEOUT = Rule(
    "no-answer-timeout-value", "error", "a no-answer-timeout that is no whole number of seconds",
    "SIP Server then takes its default, so that calls are sent on too early, too late, or never (manual 1838-1880).",
    "Write the seconds as digits alone.",
)  # fmt: skip
MISSPELT = Rule(
    "no-answer-option-misspelt", "error", "an option of the SIP Server Application that is nearly one for such calls",
    "SIP Server ignores an option that it does not know (manual 1870-1880).",
    "Correct the name of the option.",
)  # fmt: skip
RULES = (UNKNOWN, ITSELF, TIMEOUT, MISSPELT)

_OVERFLOW, _TIMEOUT = "no-answer-overflow", "no-answer-timeout"
_NOWHERE = frozenset({"none", "recall", "default", "release"})
_OF_APPLICATIONS = frozenset(
    {
        "agent-no-answer-action", "agent-no-answer-overflow", "agent-no-answer-timeout", "extn-no-answer-overflow",
        "extn-no-answer-timeout", "posn-no-answer-overflow", "posn-no-answer-timeout",
    }
)  # fmt: skip


def check_overflow(evidence: Evidence) -> Iterator[Finding]:
    """Where unanswered calls go: DNs, mailboxes, or prefix and mailbox, with commas between."""
    named = [*_named(evidence)]
    known = _destinations(evidence) if named else set()
    for one, name, target in named:
        if one.kind == "CfgDN" and target == one.number:
            yield ITSELF.at(object_name(one), f"{name} = {target}, which is this DN")
        elif target not in known:
            what = f"{name} = {target}, but no mailbox or prefix matches {target}: unanswered calls are lost"
            yield UNKNOWN.at(object_name(one), what)


def _named(evidence: Evidence) -> Iterator[tuple[ConfigObject, str, str]]:
    """Object, option and each target of it."""
    layer = evidence.configserver
    options = [(one, _OVERFLOW) for one in having((*layer.dns, *layer.agents), _OVERFLOW)]
    for application in layer.applications:
        names = (name for name in sorted(application.options) if name in _OF_APPLICATIONS)
        options += [(application, name) for name in names if name.endswith("-overflow")]
    for one, name in options:
        targets = (part.strip() for part in one.options[name].split(","))
        yield from ((one, name, target) for target in targets if target and target.lower() not in _NOWHERE)


def _destinations(evidence: Evidence) -> set[str]:
    """Numbers of DNs, mailboxes, and mailboxes behind their prefixes; those too that refused owners keep."""
    layer, settings, wanted = evidence.configserver, evidence.settings.gvma, evidence.wanted
    prefixes = {role.context: role.dialled_before(settings) for role in ROLES}
    known = {subscription.box for subscription in wanted.subscriptions}
    known |= {prefixes.get(one.context, "") + one.box for one in wanted.mailboxes}
    kept = {(one.box, one.context or BY_KIND[one.kind].context) for one in wanted.refused if one.box is not None}
    if wanted.refused and evidence.files.voicemail:
        kept |= {(one.key, one.section) for one in evidence.files.voicemail.settings if one.ours}
    known |= {box for box, _ in kept} | {prefixes.get(context, "") + box for box, context in kept}
    return known | {dn.number for dn in (*layer.dns, *layer.routing_points)}


def check_timeouts(evidence: Evidence) -> Iterator[Finding]:
    """``no-answer-timeout`` of DNs and Agent Logins, and the SIP Server Application's for all of them."""
    layer = evidence.configserver
    for one in having((*layer.dns, *layer.agents), _TIMEOUT):
        yield from _timeout(one, _TIMEOUT)
    for application in layer.applications:
        for name in sorted(application.options):
            if name in _OF_APPLICATIONS and name.endswith("-timeout"):
                yield from _timeout(application, name)


def _timeout(one: ConfigObject, name: str) -> Iterator[Finding]:
    value = option(one, name)
    if value and not (value.isascii() and value.isdecimal()):
        yield TIMEOUT.at(object_name(one), f"{name} = {value}")


def check_names(evidence: Evidence) -> Iterator[Finding]:
    """``extn-no-answer-*`` and ``agent-no-answer-*`` of the SIP Server Application (manual 1870-1880)."""
    for application in evidence.configserver.applications:
        for name in sorted(application.options):
            if meant := nearest(name, _OF_APPLICATIONS, 0.9):
                yield MISSPELT.at(object_name(application), f"{name} is probably {meant}")


CHECKS = (check_overflow, check_timeouts, check_names)
