"""Messages that stay in the spool while mailboxes come and go: the next mailbox of the same name inherits them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from gvma.asterisk.entries import GvmaWarning
from gvma.asterisk.roles import OWN_CONTEXTS
from gvma.plan.model import Plan
from gvma.printable import first_names
from gvma.storage.asterisk.messages import boxes_in_spool, has_messages

_NAMED = 10


def left_messages(plan: Plan, spool: Path, served: Container[str] = ()) -> Iterator[GvmaWarning]:
    """A warning for mailboxes that are added where messages of earlier ones are, and for removed ones' messages.

    spool: ``asterisk_spool_path``. served: those that rows of a database serve before, or from then on: their messages
    stay their own.
    """
    where = str(spool / "voicemail")
    present = plan.present.mailboxes
    new = (key for one in plan.mailboxes if (key := one.key) not in present and key not in served)
    inherited = _with_messages(new, spool)
    if inherited:
        message = (
            "the owners of new mailboxes inherit the messages of earlier ones: "
            f"{first_names(inherited, _NAMED)}. Move their folders away before the sync, or remove them, unless the "
            "messages are the owners' own"
        )
        yield GvmaWarning("messages-inherited", message, where)
    left = _with_messages((key for key in plan.differences.removed_mailboxes if key not in served), spool)
    if left:
        message = (
            "messages of removed mailboxes stay, and the next owners of their numbers inherit them: "
            f"{first_names(left, _NAMED)}. Move their folders away, or remove them"
        )
        yield GvmaWarning("messages-left", message, where)


def _with_messages(keys: Iterable[str], spool: Path) -> list[str]:
    """One look at each context first: of 20,000 new mailboxes nearly none has a folder."""
    wanted = list(keys)
    contexts = OWN_CONTEXTS if wanted else ()
    folders = {f"{box}@{context}" for context in contexts for box in boxes_in_spool(spool, context)}
    return [key for key in wanted if key in folders and has_messages(spool, key)]
