"""What the Asterisk hosts have of a change that is committed: each is asked, and one that is away is passed by."""

from __future__ import annotations

import re
import time
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from gvma.ami.nodes import of_each_node
from gvma.asterisk.kept import as_kept
from gvma.asterisk.modules import VOICEMAIL, names_of
from gvma.errors import GvmaError
from gvma.settings.model import GvmaSettings
from gvma.sinks.base import NodeAnswer
from gvma.sinks.realtime.rows.change import ReadBack

if TYPE_CHECKING:
    from gvma.ami.manager import AsteriskManager

ASK_AGAIN_AFTER = (1.0, 2.0)
"""Seconds between questions about what differs. After a restart of the database, res_odbc takes every row for missing
until its negative_connection_cache, 1 s, is over."""
_AOR_FUNCTION = "func_pjsip_aor.so"
_CAN_BE_ASKED = re.compile(r"[A-Za-z0-9_.+-]+(?:@[A-Za-z0-9_.-]+)?")
"""Every name that the mailbox rules let through; a row that somebody else had named in our contexts may be another."""


def node_answers(settings: GvmaSettings, expected: ReadBack) -> tuple[NodeAnswer, ...]:
    """In the order of the settings."""
    return tuple(of_each_node(settings, lambda node, own: _answer(node, own, expected)).values())


def _answer(node: str, settings: GvmaSettings, expected: ReadBack) -> NodeAnswer:
    from gvma.ami.manager import connect  # noqa: PLC0415  (panoramisk takes its time)

    try:
        with connect(settings) as ami:
            found = _contradictions(ami, expected)
            for seconds in ASK_AGAIN_AFTER:
                if not found:
                    break
                time.sleep(seconds)
                found = _contradictions(ami, _only(expected, found))
    except GvmaError as error:
        return NodeAnswer(node, unreachable=error.message)
    return NodeAnswer(node, tuple(found.values()))


def _contradictions(ami: AsteriskManager, expected: ReadBack) -> dict[str, str]:
    """By the name of a mailbox or an AOR, what is otherwise than expected."""
    return dict([*_of_mailboxes(ami, expected), *_of_subscriptions(ami, expected)])


def _only(expected: ReadBack, names: Container[str]) -> ReadBack:
    return ReadBack(
        {key: name for key, name in expected.mailboxes.items() if key in names},
        {name: mailbox for name, mailbox in expected.subscriptions.items() if name in names},
    )


def _of_mailboxes(ami: AsteriskManager, expected: ReadBack) -> Iterator[tuple[str, str]]:
    if not expected.mailboxes or not any(ami.loaded(name) for name in names_of(VOICEMAIL)):
        return
    for key, name in expected.mailboxes.items():
        if not _CAN_BE_ASKED.fullmatch(key):
            continue
        if ami.variable(f"VM_INFO({key},exists)") != ("0" if name is None else "1"):
            yield key, f"it {'still has' if name is None else 'lacks'} the mailbox {key}"
        elif name is not None and as_kept(ami.variable(f"VM_INFO({key},fullname)")) != as_kept(name):
            yield key, f"the mailbox {key} has another name"


def _of_subscriptions(ami: AsteriskManager, expected: ReadBack) -> Iterator[tuple[str, str]]:
    if not expected.subscriptions or not ami.loaded(_AOR_FUNCTION):
        return
    for name, mailbox in expected.subscriptions.items():
        if not _CAN_BE_ASKED.fullmatch(name):
            continue
        found = ami.variable(f"PJSIP_AOR({name},mailboxes)")
        if found != (mailbox or ""):
            yield name, f"the AOR {name} {f'watches {found}' if found else 'is missing'}"
