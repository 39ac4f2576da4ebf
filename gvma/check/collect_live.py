"""Asks Asterisk over AMI, in one conversation; it changes nothing there and judges nothing.

What is refused, or not there, is left out and the next is asked; after a silence nothing more is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from gvma.ami.manager import AsteriskManager, connect
from gvma.asterisk.entries import OWN_CONTEXTS
from gvma.check import live as rules
from gvma.check.evidence import Live
from gvma.errors import (
    AmiPermissionError,
    AsteriskRefusedError,
    AsteriskUnreachableError,
    CredentialsError,
    SettingsError,
)
from gvma.settings import GvmaSettings, Settings

# A sync may wait longer, as asterisk_cm_timeout says; whoever runs a check wants to hear what is slow.
_ANSWER_SECONDS = 8.0
# So many chan_sip peers are asked for their mailbox, each alone, since no list tells it.
_SINGLY = 1000
_IDENTIFY = re.compile(r"\s*Identify:\s+(\S+)/(\S+)\s*\Z")
_MATCH = re.compile(r"\s*Match:\s+(\S+)\s*\Z")
_ORDER = re.compile(r"\s*endpoint_identifier_order\s*:\s*(\S*)")
_CONTACT = re.compile(r"\s*Contact:\s+([^\s/]+)/sips?:(?:[^\s@]*@)?(\[[^\]]+\]|[^\s:;]+)")
_CONTEXT = re.compile(r"\[ Context '([^']+)'")
_PATTERN = re.compile(r"\s+'([^']+)' =>")
_INCLUDE = re.compile(r"\s+Include =>\s+'([^',|]+)[^']*'\s+\[([^\]]+)\]")
_IDLE = re.compile(r"(\S+\.so)\s.*\sNot Running\s")
_TRANSPORT = re.compile(r"Transport:\s+\S+\s+udp\s.*\s(\S+):(\d+)\s*\Z")
_BINDADDRESS = re.compile(r"\s*UDP Bindaddress:\s+(\S+):(\d+)\s*\Z")
_RUN_USER = re.compile(r"User name and group:\s*([^/\s]*)/")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What AMI gave: for the checks, and what other collectors need.

    bound: addresses and UDP ports that SIP listens on. user: whom Asterisk runs as, empty for whoever started it.
    """

    live: Live
    bound: tuple[tuple[str, int], ...] = ()
    user: str = ""


def ask_asterisk(settings: Settings) -> Asked:
    """Everything that is asked over AMI."""
    patient = settings.gvma
    gvma = replace(patient, asterisk_cm_timeout=min(patient.asterisk_cm_timeout, _ANSWER_SECONDS))
    try:
        with connect(gvma) as ami:
            return _Conversation(ami).ask(gvma)
    except AmiPermissionError as refusal:
        return Asked(Live(refused=(refusal.message,)))
    except (AsteriskUnreachableError, AsteriskRefusedError, CredentialsError, SettingsError) as problem:
        return Asked(Live(problem=problem))


class _Conversation:
    """Asks one thing after another."""

    def __init__(self, ami: AsteriskManager) -> None:
        self._ami = ami
        self._refused: list[str] = []
        self._lost: AsteriskUnreachableError | None = None

    def ask(self, settings: GvmaSettings) -> Asked:
        ami = self._ami
        asked = tuple(_modules())
        loaded = self._try(lambda: frozenset(name for name in asked if ami.loaded(name)), None)
        known = loaded or frozenset()
        driver = settings.channel_driver
        if driver == "auto":
            driver = "sip" if "chan_sip.so" in known and "res_pjsip.so" not in known else "pjsip"
        pjsip = driver == "pjsip"
        bound = tuple(_bound(self._lines("pjsip show transports" if pjsip else "sip show settings")))
        user = _first(_RUN_USER, self._lines("core show settings"))
        # A count of a box that nobody has: whether the account may ask, as a sync does before it writes.
        self._try(lambda: ami.mailbox_count("0@GVMA_DN"), None)
        dialplan = self._lines("dialplan show")
        live = Live(
            version=ami.version,
            asked=asked if loaded is not None else (),
            loaded=known,
            boxes=self._try(self._boxes, None),
            subscriptions=self._try(self._aors if pjsip else self._peers, None),
            contexts=_contexts(dialplan),
            idle=frozenset(found[1] for line in self._lines("module show") if (found := _IDLE.match(line))),
            endpoints=self._try(self._endpoints(pjsip), None) if settings.routing else None,
            includes=tuple(_includes(dialplan)),
        )
        if pjsip and "res_pjsip.so" in known:
            live = replace(
                live,
                identifies=tuple(_identifies(self._lines("pjsip show identifies"))),
                identifier_order=_first(_ORDER, self._lines("pjsip show settings")),
                contact_hosts=tuple(_contacts(self._lines("pjsip show contacts"))),
            )
        return Asked(replace(live, problem=self._lost, refused=tuple(dict.fromkeys(self._refused))), bound, user)

    def _try(self, question: Callable[[], _T], otherwise: _T) -> _T:
        if self._lost is None:
            try:
                return question()
            except AmiPermissionError as refusal:
                self._refused.append(refusal.message)
            except AsteriskUnreachableError as lost:
                self._lost = lost
            except AsteriskRefusedError:
                pass  # the module that answers this is not loaded: the check of modules says so
        return otherwise

    def _lines(self, command: str) -> list[str]:
        return self._try(lambda: self._ami.command(command), [])

    def _boxes(self) -> dict[str, tuple[str, str, str]] | None:
        return {
            key: (user.name, user.email, user.pager)
            for key, user in self._ami.voicemail_users().items()
            if key.rpartition("@")[2] in OWN_CONTEXTS
        }

    def _endpoints(self, pjsip: bool) -> Callable[[], frozenset[str]]:
        asked = self._ami.endpoints if pjsip else self._ami.sip_peers
        return lambda: frozenset(asked())

    def _aors(self) -> dict[str, str | None] | None:
        return {name: boxes for name, boxes in self._ami.aors().items() if name.startswith("gvm-")}

    def _peers(self) -> dict[str, str | None] | None:
        names = sorted(name for name in self._ami.sip_peers() if name.startswith("gvm-"))
        return dict.fromkeys(names) | self._ami.sip_peer_mailboxes(names[:_SINGLY])


def _modules() -> Iterator[str]:
    yield from rules.VOICEMAIL_MODULES
    yield "pbx_config.so"
    for names in rules.DRIVER_MODULES.values():
        yield from names
    yield from (*rules.REGISTER_MODULES, *rules.ROUTING_MODULES, *rules.MEDIA_MODULES, *rules.TIMING_MODULES)
    yield rules.EXTERNAL_MWI


def _first(pattern: re.Pattern[str], lines: list[str]) -> str:
    return next((found[1] for line in lines if (found := pattern.search(line))), "")


def _bound(lines: list[str]) -> Iterator[tuple[str, int]]:
    for line in lines:
        if found := _TRANSPORT.search(line) or _BINDADDRESS.match(line):
            yield found[1].strip("[]"), int(found[2])


def _contexts(lines: list[str]) -> dict[str, frozenset[str]] | None:
    """Contexts with their patterns, from ``dialplan show``; None where it was not answered."""
    patterns: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in lines:
        if context := _CONTEXT.match(line):
            current = patterns.setdefault(context[1], set())
        elif pattern := _PATTERN.match(line):
            current.add(pattern[1])
    return {name: frozenset(found) for name, found in patterns.items()} or None


def _includes(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Context, included context and registrar of each include of ``dialplan show``."""
    current = ""
    for line in lines:
        if context := _CONTEXT.match(line):
            current = context[1]
        elif include := _INCLUDE.match(line):
            yield current, include[1], include[2]


def _identifies(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Endpoint and criterion of each line of ``pjsip show identifies``."""
    endpoint = ""
    for line in lines:
        if found := _IDENTIFY.match(line):
            endpoint = found[2]
        elif endpoint and (found := _MATCH.match(line)):
            yield endpoint, found[1]


def _contacts(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if found := _CONTACT.match(line):
            yield found[1], found[2]
