"""What Asterisk has after a reload, compared with what it should have; AMI's own Success proves nothing.

It only asks. A list that was cut short is no difference: the connection raises, and the caller asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gvma.ami.console.dialplan_show import patterns_shown
from gvma.ami.console.identification import known
from gvma.asterisk.drivers import CHAN_SIP, PJSIP, Driver
from gvma.asterisk.identification.expectation import Expectation
from gvma.asterisk.kept import ShownMailbox, differing
from gvma.asterisk.modules import DIALPLAN, VOICEMAIL
from gvma.asterisk.roles import OWN_CONTEXTS
from gvma.plan.present import SiteDefined

if TYPE_CHECKING:
    from gvma.ami.manager import AsteriskManager

SINGLY = 1000
"""So many objects are asked for one by one, where no list tells their mailbox."""


class Expected(NamedTuple):
    """What Asterisk should have.

    channel: the module of the channel driver. mailboxes: all of ours by ``box@context``. site: what the site defines
    itself; nothing is expected of that.
    subscriptions: name to ``box@context``. moved: of those that are new or watch another mailbox, as many as are
    asked for one by one. on_endpoint: REGISTER mode, where PJSIP's endpoints name the mailbox, and its AORs do not.
    removed: subscriptions that were there before and must be gone; removed_from_other: those of the other driver.
    extensions: context to the patterns of our dialplan block; removed_extensions: those that must be gone.
    senders: who gets SIP Server's requests; None where nobody knows.
    """

    channel: str = ""
    mailboxes: Mapping[str, ShownMailbox] = {}
    site: SiteDefined = SiteDefined()
    subscriptions: Mapping[str, str] = {}
    moved: frozenset[str] = frozenset()
    on_endpoint: bool = False
    removed: frozenset[str] = frozenset()
    removed_from_other: frozenset[str] = frozenset()
    extensions: Mapping[str, tuple[str, ...]] = {}
    removed_extensions: Mapping[str, tuple[str, ...]] = {}
    senders: Expectation | None = None


def differences(ami: AsteriskManager, expected: Expected, modules: Iterable[str]) -> list[str]:
    """What Asterisk has otherwise than expected, a sentence each; empty where all is as planned.

    modules: those that were reloaded; only what they read is asked for.
    Raises AsteriskUnreachableError where Asterisk could not be asked to the end.
    """
    found: list[str] = []
    for module in modules:
        if module == VOICEMAIL:
            found += _mailboxes(ami, expected)
        elif module == expected.channel:
            found += _aors(ami, expected) if module == PJSIP.module else _peers(ami, expected)
            found += _senders(ami, PJSIP if module == PJSIP.module else CHAN_SIP, expected)
        elif module in {PJSIP.module, CHAN_SIP.module}:
            actual = ami.aors().keys() if module == PJSIP.module else ami.sip_peers()
            found += [f"{name} should be gone from {module}" for name in sorted(expected.removed_from_other & actual)]
        elif module == DIALPLAN:
            found += _extensions(ami, expected)
    return found


def _mailboxes(ami: AsteriskManager, expected: Expected) -> list[str]:
    actual = ami.voicemail_users()
    site = expected.site
    found = []
    for key, box in expected.mailboxes.items():
        if site.has_mailbox(key):
            continue
        user = actual.get(key)
        if user is None:
            found.append(f"mailbox {key} is missing")
            continue
        found += [f"mailbox {key} has another {field} than planned" for field in differing(box, user)]
    for key in actual:
        if key not in expected.mailboxes and key.rpartition("@")[2] in OWN_CONTEXTS and not site.has_mailbox(key):
            found.append(f"mailbox {key} is there and was not planned")
    return found


def _aors(ami: AsteriskManager, expected: Expected) -> list[str]:
    actual = ami.aors()
    found = []
    for name, mailbox in expected.subscriptions.items():
        if name not in actual:
            found.append(f"AOR {name} is missing")
        elif not expected.on_endpoint and actual[name] != mailbox:
            found.append(f"AOR {name} lacks mailbox {mailbox}")
    found += [f"AOR {name} should be gone" for name in _removed(expected) if name in actual]
    if expected.on_endpoint:
        endpoints = ami.endpoints()
        found += [f"endpoint {name} is missing" for name in expected.subscriptions if name not in endpoints]
        found += _mailboxes_of("endpoint", ami.endpoint_mailboxes(_asked_singly(expected)), expected)
    return found


def _peers(ami: AsteriskManager, expected: Expected) -> list[str]:
    actual = ami.sip_peers()
    found = [f"SIP peer {name} is missing" for name in expected.subscriptions if name not in actual]
    found += [f"SIP peer {name} should be gone" for name in _removed(expected) if name in actual]
    return found or _mailboxes_of("SIP peer", ami.sip_peer_mailboxes(_asked_singly(expected)), expected)


def _senders(ami: AsteriskManager, driver: Driver, expected: Expected) -> list[str]:
    if expected.senders is None:
        return []
    actual = known(ami, driver, expected.senders.server)
    found = [*expected.senders.differences(actual)] if actual is not None else []
    return [*found, *_contexts(ami, expected, expected.senders.peer_context)]


def _contexts(ami: AsteriskManager, expected: Expected, context: str) -> list[str]:
    """Subscriptions of chan_sip without the context of the site's own peer: of those that are looked at singly, and of
    the first and the last, since chan_sip reads them one after another."""
    names = sorted(expected.subscriptions)
    asked = dict.fromkeys([*_asked_singly(expected), *names[:1], *names[-1:]]) if context else {}
    actual = ami.sip_peer_details(asked)
    return [f"SIP peer {name} lacks context {context}" for name, one in actual.items() if one.context != context]


def _removed(expected: Expected) -> list[str]:
    return sorted(name for name in expected.removed if not expected.site.has_subscription(name))


def _asked_singly(expected: Expected) -> list[str]:
    return sorted(expected.moved)[:SINGLY]


def _mailboxes_of(what: str, actual: Mapping[str, str], expected: Expected) -> list[str]:
    return [
        f"{what} {name} lacks mailbox {expected.subscriptions[name]}"
        for name in _asked_singly(expected)
        if actual.get(name) != expected.subscriptions[name]
    ]


def _extensions(ami: AsteriskManager, expected: Expected) -> list[str]:
    found = []
    for context, patterns in expected.extensions.items():
        shown = patterns_shown(ami.dialplan(context).splitlines()).get(context, ())
        found += [
            f"extension {pattern} is missing in context {context}" for pattern in patterns if pattern not in shown
        ]
    for context, patterns in expected.removed_extensions.items():
        shown = patterns_shown(ami.dialplan(context).splitlines()).get(context, ())
        found += [
            f"extension {pattern} of context {context} should be gone" for pattern in patterns if pattern in shown
        ]
    return found
