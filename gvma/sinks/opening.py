"""The sink of a run, by the setting ``sink``: opened for a run that writes, or for somebody who only looks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from gvma.ami.asterisk import Asterisk, at_once
from gvma.asterisk.drivers.choose import AUTO
from gvma.asterisk.hosts import hosts_written, sipserver_hosts
from gvma.asterisk.identification.model import SipServer
from gvma.looks import note_unrepeatable
from gvma.settings.model import REALTIME, GvmaSettings
from gvma.sinks.addresses import Addresses
from gvma.sinks.base import Recovery
from gvma.sinks.files.atomic.recovery import recover
from gvma.sinks.files.driver import channel_driver
from gvma.sinks.files.sink import FilesSink
from gvma.sinks.looking import opened_database

if TYPE_CHECKING:
    from gvma.sinks.realtime.database.session import Session
    from gvma.sinks.realtime.sink import RealtimeSink

_log = logging.getLogger(__name__)


def recover_sinks(settings: GvmaSettings) -> Recovery | None:
    """Ends what an interrupted run began, in whichever sink, under the lock and before anything else.

    None where no run was interrupted. Raises BackupSetError or UnsafeTargetError; the next run tries again. A database
    needs none: it ends a transaction itself. A site that comes from files may still have a journal of these.
    """
    return recover(settings)


class Opened(NamedTuple):
    """What a run keeps open to its end: the database of ``sink = realtime``, else nothing."""

    settings: GvmaSettings
    session: Session | None = None

    @property
    def has_files(self) -> bool:
        """This host's files are the sink, and its Asterisk reads them; else no Asterisk is reloaded."""
        return self.session is None

    @property
    def facts(self) -> tuple[object, ...]:
        """What the database says of itself, and a plan goes by beside its rows; none for files."""
        return () if self.session is None else self.session.facts

    @property
    def looks(self) -> Mapping[str, Callable[..., object]]:
        """How a look is taken again that needs what is open here, by its kind (gvma.looks)."""
        return {} if self.session is None else {"rows": self.session.look_at_rows}

    def sink(self, asterisk: Asterisk | None, addresses: Addresses | None = None) -> FilesSink | RealtimeSink:
        """asterisk: connected; None where the files alone decide. addresses: of SIP Server and the gateway; None where
        nothing is planned."""
        if self.session is None:
            return files_sink(self.settings, asterisk, addresses)
        from gvma.sinks.realtime.sink import RealtimeSink  # noqa: PLC0415  (psycopg)

        return RealtimeSink(self.session)


@contextmanager
def opened(settings: GvmaSettings, wait_seconds: float = 0.0) -> Iterator[Opened]:
    """For a run that writes, under this host's lock: a database is locked against runs on other hosts, and what these
    left for the next run is copied here. At the end of the block, what this run left is copied to the database.

    wait_seconds: for the other host's run. Raises LockedError, CredentialsError, DatabaseError or
    UnpreparedDatabaseError.
    """
    if settings.sink != REALTIME:
        yield Opened(settings)
        return
    from gvma.sinks.realtime.database.session import session  # noqa: PLC0415  (psycopg)

    with session(settings, lock_seconds=wait_seconds) as one:
        one.pull_records()
        yield Opened(settings, one)
        one.push_records()


@contextmanager
def opened_to_plan(
    settings: GvmaSettings, addresses: Addresses | None = None, *, asks: bool = True
) -> Iterator[FilesSink | RealtimeSink]:
    """For somebody who writes nothing: no lock. asks: this host's Asterisk is asked, where it answers at once."""
    if settings.sink == REALTIME:
        with opened_database(settings) as session:
            yield Opened(settings, session).sink(None)
        return
    sink = at_once(settings, lambda asterisk: files_sink(settings, asterisk, addresses)) if asks else None
    yield sink if sink is not None else files_sink(settings, None, addresses)


def files_sink(settings: GvmaSettings, asterisk: Asterisk | None, addresses: Addresses | None = None) -> FilesSink:
    """The three files of the channel driver, and what Asterisk says of SIP Server before the plan."""
    asked = asterisk.drivers() if asterisk is not None and settings.channel_driver == AUTO else None
    choice = channel_driver(settings, asked)
    _log.debug("channel driver %s: %s", choice.driver.name, choice.reason)
    known = None
    # PJSIP's REGISTER mode writes nothing that is known by an address, and has an endpoint for each subscription.
    may_take_calls = bool(hosts_written(settings)) or not choice.driver.has_identify
    if asterisk is not None and addresses is not None and may_take_calls:
        hosts = {host: addresses[host] for host in sipserver_hosts(settings)}
        known = asterisk.known_senders(choice.driver, SipServer(hosts, settings.siptserver_port))
    return FilesSink(
        settings,
        choice.driver,
        addresses=addresses,
        known=known,
        driver_reason=choice.reason,
        pins_of_rows=partial(_pins_of_rows, settings) if settings.realtime_dsn else None,
    )


def _pins_of_rows(settings: GvmaSettings) -> Mapping[str, str]:
    from gvma.sinks.realtime.database.row_pins import pins_of_rows  # noqa: PLC0415  (psycopg)

    note_unrepeatable()
    return pins_of_rows(settings)
