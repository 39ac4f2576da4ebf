"""The files read, and the plan made from them and from Configuration Server's answer; nothing is written.

It may be done again as often as somebody else writes a file meanwhile.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from gvma.ami.verify import VOICEMAIL, Expected
from gvma.asterisk.drivers import driver_of
from gvma.asterisk.drivers.pjsip import SIPSERVER
from gvma.asterisk.entries import GvmaWarning
from gvma.asterisk.hosts import sipserver_hosts
from gvma.configserver.fetch import ServerAnswers
from gvma.errors import UsageError
from gvma.mailboxes import desired
from gvma.plan.make import Known, Surroundings, make_plan, planned
from gvma.plan.model import Plan
from gvma.plan.owners import write_owners
from gvma.plan.pins import KEY_BYTES
from gvma.routing import routing
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.conflicts import doubled
from gvma.sinks.files.site_files import asks_for_spool, pins_in_spool, secret_file, with_includes
from gvma.sinks.files.targets import Target, TargetNow, Three, as_it_is, foreign, look_at, routing_site, targets
from gvma.storage import records as state
from gvma.storage.files import TargetFile, read_target


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and the files that it stands on. secrets: ``secret.conf`` files whose PIN no longer counts."""

    plan: Plan
    files: tuple[TargetFile, ...]
    now: Three = field(repr=False)
    secrets: tuple[TargetFile, ...]
    warnings: tuple[GvmaWarning, ...]

    @property
    def changed(self) -> bool:
        return self.plan.changed or bool(self.secrets)

    def before(self, settings: GvmaSettings) -> Expected:
        """What Asterisk should hold once the old files are back in place."""
        old = as_it_is(self.now, settings)
        return replace(
            old, gone=frozenset(one.name for one in self.plan.subscriptions if one.name not in old.subscriptions)
        )


class Planner:
    """Plans for one answer of Configuration Server. driver: ``pjsip`` or ``sip``. resets: ``box@context``."""

    def __init__(self, settings: GvmaSettings, answers: ServerAnswers, driver: str, resets: Collection[str]) -> None:
        self._settings = settings
        self._driver = driver
        self._answers = answers
        self._new_key = secrets.token_bytes(KEY_BYTES)
        self._resets = frozenset(resets)
        wanted = desired(answers.dns, answers.agents, answers.groups, allow_mailcmd=settings.allow_mailcmd)
        # As a text, the owners of 100,000 boxes take a third of the room.
        self._owners = write_owners(wanted.owners)
        self._wanted = replace(wanted, owners={})
        self._refuse_unknown(self._resets)

    def prepare(self) -> Prepared:
        """Raises UnsafeTargetError where a file is not safe to edit, BackupSetError where a record is unreadable."""
        left = state.read_left(self._settings.backup_path)
        known = Known(left.pins, left.owners, left.objects())
        files, now = read_targets(self._settings, self._driver, seen_before=bool(known.pins))
        points = self._answers.further.get("routingpointquery", [])
        route = routing(
            self._answers.dns, points, self._settings, driver_of(self._driver), routing_site(now, self._settings)
        )
        around = Surroundings(
            settings=self._settings,
            driver=self._driver,
            owners=self._owners,
            generated_at=time.strftime("%a %b %d %H:%M:%S %Y"),
            new_key=self._new_key,
            objects=self._answers.counts,
            foreign=foreign(now, self._settings),
            wanted_resets=self._resets,
            routing=route,
        )
        plan = make_plan(self._wanted, now, known, around)
        plan = replace(plan, left_out=(*self._identified(now[1].site), *plan.left_out))
        stale, warnings = self._stale_secrets(plan, now[0].site)
        if stale and not plan.files[0].changed:
            # Asterisk reads secret.conf again only with a voicemail.conf that has changed.
            anew = planned(now[0], now[0].redated(around.generated_at), self._settings, anew=True)
            plan = replace(plan, files=(anew, *plan.files[1:]))
        notes = [GvmaWarning("target-file", note, str(file.path)) for file in files for note in file.notes]
        said = (*notes, *plan.warnings, *doubled(plan, now, self._settings), *warnings)
        return Prepared(plan, files, now, stale, said)

    def _identified(self, pjsip_conf: bytes) -> Iterator[str]:
        """What our endpoint for SIP Server leaves to the site's own, in SUBSCRIBE mode of PJSIP."""
        if self._settings.mwi_mode == "REGISTER":
            return
        hosts, driver = sipserver_hosts(self._settings), driver_of(self._driver)
        for host, endpoint in driver.identified(pjsip_conf, hosts, self._settings.siptserver_port).items():
            yield f"endpoint {SIPSERVER} for {host}, which the site's own endpoint {endpoint} identifies"

    def _refuse_unknown(self, resets: frozenset[str]) -> None:
        unknown = sorted(resets - {one.key for one in self._wanted.mailboxes}) if resets else []
        if unknown:
            raise UsageError(
                f"there is no mailbox {unknown[0]} whose PIN Configuration Server knows",
                where="--reset-pin",
                hint="Nothing was changed. Give BOX@CONTEXT as voicemail.conf has it, such as 1000@GVMA_DN.",
            )

    def _stale_secrets(self, plan: Plan, site: bytes) -> tuple[tuple[TargetFile, ...], list[GvmaWarning]]:
        """The ``secret.conf`` files that would override a PIN that is to be in force, and what to say of them."""
        wanted = {*plan.pins.reset, *plan.pins.fresh}
        if not wanted:
            return (), []
        in_spool = pins_in_spool(site)
        stale: list[TargetFile] = []
        warnings: list[GvmaWarning] = []
        fresh = set(plan.pins.fresh)
        for key in self._kept_in_spool(wanted, in_spool=in_spool):
            path = secret_file(self._settings.asterisk_spool_path, key)
            try:
                os.stat(path)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                warnings.append(
                    GvmaWarning("spool-unreadable", f"its PIN cannot be reset: {error.strerror or error}", str(path))
                )
                continue
            stale.append(read_target(path))
            if key in fresh:
                warnings.append(
                    GvmaWarning(
                        "old-pin-removed",
                        f"the PIN of an earlier mailbox {key} is removed (a copy is in the backup set)",
                        str(path),
                    )
                )
        return tuple(stale), warnings

    def _kept_in_spool(self, keys: Collection[str], *, in_spool: bool) -> Iterator[str]:
        for one in self._wanted.mailboxes:
            own = asks_for_spool(one.options) if one.options else None
            if (in_spool if own is None else own) and one.key in keys:
                yield one.key


def read_targets(
    settings: GvmaSettings, driver: str, *, seen_before: bool = False
) -> tuple[tuple[TargetFile, ...], Three]:
    """The three files. seen_before: a block was there at the last sync, so a voicemail.conf without one, written
    a moment ago, may be one that Asterisk has not finished."""
    begin, end = settings.asterisk_cfg_gvma_begin.encode(), settings.asterisk_cfg_gvma_end.encode()

    def whole(content: bytes) -> bool:
        return begin in content and end in content

    pairs = []
    for target in targets(settings, driver):
        rewritten = seen_before and target.module == VOICEMAIL
        file = read_target(target.path, complete=whole if rewritten else None)
        pairs.append((file, _with_site(target, file, settings)))
    first, second, third = pairs
    return (first[0], second[0], third[0]), (first[1], second[1], third[1])


def _with_site(target: Target, file: TargetFile, settings: GvmaSettings) -> TargetNow:
    now = look_at(target, file.old, settings)
    return replace(now, site=with_includes(now.site, Path(settings.asterisk_cfg_path)))
