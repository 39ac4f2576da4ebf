"""What the site includes and gvma does not read: it is named, since nobody knows then what stands there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from gvma.asterisk.conf.model import Conf, Directive
from gvma.asterisk.entries import GvmaWarning
from gvma.storage.asterisk.conf_files import unread

_NAMED = 5


def unread_includes(confs: Iterable[Conf], folder: Path) -> Iterator[GvmaWarning]:
    """A warning for each, up to some. confs: with their directives. folder: Asterisk's, for relative names."""
    yield from islice(
        (one for conf in confs for directive in conf.directives for one in _of(directive, folder)), _NAMED
    )


def _of(directive: Directive, folder: Path) -> Iterator[GvmaWarning]:
    if directive.kind not in {"include", "tryinclude"} or directive.problem == "limit":
        return
    if directive.problem == "cycle":
        message = (
            f"#{directive.kind} {directive.target} includes itself, or goes more than nine files deep: Asterisk throws "
            "the whole file away"
        )
        yield GvmaWarning("include-not-read", message, directive.where)
        return
    for path, reason in unread(folder, directive.target):
        message = (
            f"gvma does not read {path}, which is included here: {reason}. A mailbox, an object of gvma's names or an "
            "endpoint for SIP Server in there is not seen. Let the account that gvma runs as read it"
        )
        yield GvmaWarning("include-not-read", message, directive.where)
