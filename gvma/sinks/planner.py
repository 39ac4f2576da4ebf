"""One answer of Configuration Server, planned against a sink as often as somebody else writes there meanwhile."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any, NamedTuple

from gvma.asterisk.drivers import Driver
from gvma.asterisk.entries import GvmaWarning
from gvma.configserver.fetch import ServerAnswers
from gvma.errors import UsageError
from gvma.mailboxes import Desired, desired
from gvma.plan.make import PreviousRun, make_plan, unchanged_plan
from gvma.plan.model import Plan
from gvma.plan.owners import owner_rows, write_owners
from gvma.plan.pins import KEY_BYTES
from gvma.plan.wanted import Wanted, wanted_of
from gvma.settings.model import GvmaSettings
from gvma.sinks.addresses import own_hosts
from gvma.sinks.base import Change, Reading, Sink


class Planned(NamedTuple):
    """A plan, and what the sink makes of it.

    warnings: of the reading, the plan and the change. notes: what a reader of the plan should know.
    """

    plan: Plan
    change: Change
    warnings: tuple[GvmaWarning, ...]
    notes: tuple[str, ...] = ()


def asked_for(settings: GvmaSettings, answers: ServerAnswers) -> Desired:
    """What the mailbox rules make of an answer's objects."""
    return desired(
        answers.dns,
        answers.agents,
        answers.groups,
        allow_mailcmd=settings.allow_mailcmd,
        main_extension=settings.vm_voicemail_main_ext,
    )


class Planner:
    """Plans for one answer. asked: as ``asked_for`` gives it. resets: ``box@context`` of mailboxes that get their first
    PIN again."""

    def __init__(
        self,
        settings: GvmaSettings,
        answers: ServerAnswers,
        asked: Desired,
        driver: Driver,
        resets: Collection[str],
    ) -> None:
        self._settings = settings
        self._driver = driver
        self._answers = answers
        self._new_key = os.urandom(KEY_BYTES)
        self._resets = frozenset(resets)
        # As a text, the owners of 100,000 mailboxes take a third of the room.
        objects = {"dn": answers.dns, "agent": answers.agents, "group": answers.groups}
        self._owners = write_owners(owner_rows(asked.owners, objects))
        self._desired = asked._replace(owners={})
        self._own_hosts = own_hosts(settings, answers.dns)
        self._refuse_unknown_resets()

    def plan(self, sink: Sink[Any, Any]) -> Planned:
        """Reads the sink and plans. Raises UnsafeTargetError where it is not safe to change, BackupSetError where a
        record cannot be read."""
        left = sink.left()
        previous = PreviousRun(left.pins, left.owners, left.objects(), self._new_key)
        reading = sink.read()
        wanted = reading.fitted(self._wanted(reading))
        plan = unchanged_plan(wanted, reading.site, previous)
        if plan is None or not reading.holds(wanted):
            plan = make_plan(wanted, reading.present(), previous)
        change = sink.change(reading, plan)
        return Planned(plan, change, (*reading.warnings, *plan.warnings, *change.warnings), reading.notes)

    def _wanted(self, reading: Reading) -> Wanted:
        site = reading.routing_site
        return wanted_of(
            self._desired,
            (self._answers.dns, self._answers.further.get("routingpointquery", ())),
            self._settings,
            self._driver,
            site._replace(own_hosts=site.own_hosts | self._own_hosts),
            owners=self._owners,
            objects=self._answers.counts,
            pin_resets=self._resets,
        )

    def _refuse_unknown_resets(self) -> None:
        unknown = sorted(self._resets - {one.key for one in self._desired.mailboxes}) if self._resets else []
        if unknown:
            raise UsageError(
                f"there is no mailbox {unknown[0]} whose PIN Configuration Server knows",
                where="--reset-pin",
                hint="Nothing was changed. Give BOX@CONTEXT as voicemail.conf has it, such as 1000@GVMA_DN.",
            )
