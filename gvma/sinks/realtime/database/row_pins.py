"""PINs of gvma's rows: a site that goes back to files takes them along."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gvma.errors import CredentialsError, DatabaseError, UnpreparedDatabaseError
from gvma.settings.model import GvmaSettings
from gvma.sinks.realtime.database.connection import answered, opened
from gvma.sinks.realtime.rows.encoding import decoded
from gvma.sinks.realtime.rows.names import OURS, VOICEMAIL

_OF_OURS = f"select mailbox || '@' || context, password from {VOICEMAIL} where {OURS[VOICEMAIL]}"
_PIN = re.compile(r"[^\x00-\x20,;|]{1,79}")
"""What a line of voicemail.conf can hold; somebody else may have written another text into the row."""


def pins_of_rows(settings: GvmaSettings) -> Mapping[str, str]:
    """By ``box@context``, the PINs in force.

    Raises DatabaseError or CredentialsError where the database does not answer: first PINs would be in force for
    owners who have chosen others.
    """
    try:
        with opened(settings) as connection, answered(connection):
            rows = connection.execute(_OF_OURS.encode()).fetchall()
    except UnpreparedDatabaseError:  # the tables are gone, or gvma's rights are: the site has left them behind
        return {}
    except (CredentialsError, DatabaseError) as error:
        error.hint += " Take realtime_dsn out where the site keeps nothing in that database any more."
        raise
    pins = ((str(key), decoded(str(pin))) for key, pin in rows)
    return {key: pin for key, pin in pins if _PIN.fullmatch(pin)}
