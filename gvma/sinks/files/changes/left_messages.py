"""Messages that stay in the spool while mailboxes come and go: the next mailbox of the same name inherits them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gvma.asterisk.entries import GvmaWarning
from gvma.asterisk.roles import OWN_CONTEXTS
from gvma.plan.model import Plan
from gvma.storage.asterisk.messages import boxes_in_spool, has_messages

_NAMED = 10


def left_messages(plan: Plan, spool: Path) -> Iterator[GvmaWarning]:
    """A warning for mailboxes that are added where messages of earlier ones are, and for those that are removed and
    leave theirs behind. spool: ``asterisk_spool_path``."""
    where = str(spool / "voicemail")
    present = plan.present.mailboxes
    inherited = _with_messages((key for one in plan.mailboxes if (key := one.key) not in present), spool)
    if inherited:
        message = (
            f"the owners of new mailboxes inherit the messages of earlier ones: {_named(inherited)}. Move their "
            "folders away before the sync, or remove them, unless the messages are the owners' own"
        )
        yield GvmaWarning("messages-inherited", message, where)
    left = _with_messages(plan.differences.removed_mailboxes, spool)
    if left:
        message = (
            f"messages of removed mailboxes stay, and the next owners of their numbers inherit them: {_named(left)}. "
            "Move their folders away, or remove them"
        )
        yield GvmaWarning("messages-left", message, where)


def _with_messages(keys: Iterable[str], spool: Path) -> list[str]:
    """One look at each context first: of 20,000 new mailboxes nearly none has a folder."""
    wanted = list(keys)
    contexts = {key.rpartition("@")[2] for key in wanted} & set(OWN_CONTEXTS)
    folders = {f"{box}@{context}" for context in contexts for box in boxes_in_spool(spool, context)}
    return [key for key in wanted if key in folders and has_messages(spool, key)]


def _named(keys: Sequence[str]) -> str:
    more = len(keys) - _NAMED
    return ", ".join(keys[:_NAMED]) + (f" and {more} more" if more > 0 else "")
