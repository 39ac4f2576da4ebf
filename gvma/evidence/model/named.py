"""What was asked of single mailboxes, subscriptions and objects, since somebody named them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gvma.configserver.objects import ConfigObject
from gvma.errors import GvmaError
from gvma.evidence.model.asterisk import Messages
from gvma.plan.present import Place
from gvma.storage.history.model import PastRun


@dataclass(frozen=True, slots=True)
class NamedMailbox:
    """place: where the sink, or the site's own file, has it; None for nowhere. loaded: Asterisk has it; None where it
    could not be asked. messages: None where they are not known. pin: the one in force; None where nobody knows it."""

    place: Place | None = None
    loaded: bool | None = None
    messages: Messages | None = None
    pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NamedSubscription:
    """place, loaded: as of a mailbox. watches: the mailbox that Asterisk has for it; None where nobody knows.

    subscribers: who subscribes at this moment; None where that is not known.
    """

    place: Place | None = None
    loaded: bool | None = None
    watches: str | None = None
    subscribers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NamedEvidence:
    """names: as they were given. mailboxes: by ``box@context``. subscriptions: by name.

    unselected: objects of Configuration Server with such a name that no query of the settings selects.
    problem: why these could not be asked for. past: of a name that leads to nothing now, the newest run that changed
    something of it, with that alone.
    """

    names: tuple[str, ...] = ()
    mailboxes: Mapping[str, NamedMailbox] = field(default_factory=dict)
    subscriptions: Mapping[str, NamedSubscription] = field(default_factory=dict)
    unselected: tuple[ConfigObject, ...] = ()
    problem: GvmaError | None = None
    past: Mapping[str, PastRun] = field(default_factory=dict)
