"""The sink of a site for somebody who only looks: no lock, and nothing is imported that only a write needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gvma.asterisk.drivers.choose import DriverModule
from gvma.errors import SettingsError
from gvma.settings.model import REALTIME, GvmaSettings
from gvma.sinks.files.driver import channel_driver
from gvma.sinks.files.look import FilesLook

if TYPE_CHECKING:
    from gvma.sinks.realtime.database.session import Session
    from gvma.sinks.realtime.sink import RealtimeSink


def settings_of_database(settings: GvmaSettings) -> GvmaSettings:
    """For a backup set with rows, whatever the sink is now. Raises SettingsError where no database is named."""
    if not settings.realtime_dsn:
        raise SettingsError(
            "the backup set has rows of a database, and the settings name none",
            where="[gvma_settings] realtime_dsn",
            hint="Nothing was changed. Set realtime_dsn, then run the command again.",
        )
    return settings._replace(sink=REALTIME)


@contextmanager
def opened_database(settings: GvmaSettings) -> Iterator[Session]:
    """The database for somebody who writes nothing: no lock."""
    from gvma.sinks.realtime.database.session import session  # noqa: PLC0415  (psycopg)

    with session(settings_of_database(settings)) as one:
        yield one


def present_rows(settings: GvmaSettings, table: str) -> bytes:
    """gvma's rows of a table as they are now, in the form of a backup set."""
    from gvma.sinks.realtime.sink import RealtimeSink  # noqa: PLC0415  (psycopg)

    with opened_database(settings) as session:
        return RealtimeSink(session).rows()[table]


@contextmanager
def sink_to_look_at(
    settings: GvmaSettings, modules: Mapping[str, DriverModule] | None
) -> Iterator[FilesLook | RealtimeSink]:
    """The sink, to be read alone. modules: what Asterisk says of each channel driver; None where it was not asked."""
    if settings.sink == REALTIME:
        with opened_database(settings) as session:
            from gvma.sinks.realtime.sink import RealtimeSink  # noqa: PLC0415  (psycopg)

            yield RealtimeSink(session)
        return
    choice = channel_driver(settings, modules)
    yield FilesLook(settings, choice.driver, driver_reason=choice.reason)
