"""Who subscribes to one of our ``gvm-*`` objects at this moment, as Asterisk's console says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gvma.asterisk.drivers import PJSIP, Driver

if TYPE_CHECKING:
    from gvma.ami.manager import AsteriskManager

PLAIN = re.compile(r"[A-Za-z0-9_.+-]{1,79}")
"""A name that can be a word of a console command."""
_ENDPOINT = re.compile(r"\s*Endpoint:\s+(.+?)/")
_RESOURCE = re.compile(r"\s*Resource:\s+(\S+)/message-summary")
_AOR_MAILBOXES = re.compile(r"\s*mailboxes\s*:\s*(\S*)")
# Columns of `sip show subscriptions`; each is cut at so many characters.
_COLUMN = 15


def subscribers(ami: AsteriskManager, driver: Driver, name: str) -> tuple[str, ...]:
    """Endpoints of PJSIP, or addresses of chan_sip's subscribers. name: PLAIN. Raises what ``command`` does.

    chan_sip shows the first 15 characters of a name: a longer one that begins so counts too.
    """
    if driver is PJSIP:
        pattern = re.sub(r"[^A-Za-z0-9]", ".", name)
        found = _of_pjsip(ami.command(f"pjsip show subscriptions inbound like {pattern}"), name)
    else:
        found = _of_chan_sip(ami.command("sip show subscriptions"), name)
    return tuple(dict.fromkeys(found))


def aor_mailboxes(ami: AsteriskManager, name: str) -> str | None:
    """``mailboxes`` of one AOR of PJSIP; None where Asterisk has no such AOR. name: PLAIN."""
    lines = ami.command(f"pjsip show aor {name}")
    return next((found[1] for line in lines if (found := _AOR_MAILBOXES.match(line))), None)


def _of_pjsip(lines: list[str], name: str) -> Iterator[str]:
    endpoint = ""
    for line in lines:
        if found := _ENDPOINT.match(line):
            endpoint = found[1]
        elif (found := _RESOURCE.match(line)) and found[1] == name:
            yield endpoint


def _of_chan_sip(lines: list[str], name: str) -> Iterator[str]:
    for line in lines:
        words = line.split()
        if len(words) > 4 and words[1] == name[:_COLUMN] and " mwi " in line:
            yield words[0]
