"""What was asked of single mailboxes, subscriptions and objects, since somebody named them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gvma.printable import shown_without

if TYPE_CHECKING:
    from gvma.configserver.objects import ConfigObject
    from gvma.errors import GvmaError
    from gvma.evidence.model.asterisk import Messages
    from gvma.plan.present import Place
    from gvma.storage.history.model import PastRun


class NamedMailbox(NamedTuple):
    """place: where the sink, or the site's own file, has it; None for nowhere. loaded: Asterisk has it; None where it
    could not be asked. messages: None where they are not known. pin: the one in force; None where nobody knows it."""

    place: Place | None = None
    loaded: bool | None = None
    messages: Messages | None = None
    pin: str | None = None

    def __repr__(self) -> str:
        return shown_without(self, "pin")


class NamedSubscription(NamedTuple):
    """place, loaded: as of a mailbox. watches: the mailbox that Asterisk has for it; None where nobody knows.

    subscribers: who subscribes at this moment; None where that is not known.
    """

    place: Place | None = None
    loaded: bool | None = None
    watches: str | None = None
    subscribers: tuple[str, ...] | None = None


class NamedEvidence(NamedTuple):
    """names: as they were given. mailboxes: by ``box@context``. subscriptions: by name.

    unselected: objects of Configuration Server with such a name that no query of the settings selects.
    problem: why these could not be asked for. past: of a name that leads to nothing now, the newest run that changed
    something of it, with that alone.
    """

    names: tuple[str, ...] = ()
    mailboxes: Mapping[str, NamedMailbox] = {}
    subscriptions: Mapping[str, NamedSubscription] = {}
    unselected: tuple[ConfigObject, ...] = ()
    problem: GvmaError | None = None
    past: Mapping[str, PastRun] = {}
