"""The log lines of calls. With ``log_format = json`` the facts of a call are fields of their own."""

from __future__ import annotations

import logging

from gvma.agi.connection import Connection
from gvma.agi.protocol import AgiProtocolError
from gvma.agi.routes import HEALTH
from gvma.treatments.commands import Call, Note

log = logging.getLogger("gvma.agi")

NO_ROUTE = "-"


def log_note(call: Call, route: str, note: Note) -> None:
    """Log a line that a call flow has yielded. route: NO_ROUTE where there is no such route."""
    level = logging.WARNING if note.warning else logging.INFO
    if log.isEnabledFor(level):
        facts = _facts(call, route)
        if note.failure is not None and note.failure.call_id:
            facts["call_id"] = note.failure.call_id
        log.log(level, f"%s: {note.text}", name_of(call, route), *note.values, extra={"facts": facts})


def log_unknown_route(call: Call, name: str, routes: str) -> None:
    """Log that the dialplan asked for a route that does not exist. routes: those that do."""
    text = "%s: no route %.80r; the routes are %s"
    log.warning(text, name_of(call, NO_ROUTE), name, routes, extra={"facts": _facts(call, NO_ROUTE)})


def log_end(connection: Connection, route: str, outcome: str, seconds: float) -> None:
    """Log that a connection has ended: a warning where it was no call, or ended by a fault."""
    driver = connection.driver
    name = _peer(connection, route)
    if driver.error is not None and not isinstance(driver.error, AgiProtocolError):
        log.error("%s: internal error in gvma; please report it", name, exc_info=driver.error)
    level, reason = logging.INFO if driver.call is not None and route != HEALTH else logging.DEBUG, ""
    if driver.error is not None or outcome == "preamble-timeout":
        level, reason = logging.WARNING, f": {driver.error}" if isinstance(driver.error, AgiProtocolError) else ""
    if not log.isEnabledFor(level):
        return
    facts = {**_facts(driver.call, route), "outcome": outcome, "seconds": round(seconds, 3)}
    if driver.failure is not None and driver.failure.call_id:
        facts["call_id"] = driver.failure.call_id
    log.log(level, "%s: %s after %.3f s%s", name, outcome, seconds, reason, extra={"facts": facts})


def name_of(call: Call, route: str) -> str:
    """How the log names a call: route, channel, unique id."""
    variables = call.variables
    return f"{route} {variables.get('channel', '?')} {variables.get('uniqueid', '?')}"


def _peer(connection: Connection, route: str) -> str:
    """How the log names a connection: its call, or its address where there is no preamble."""
    call = connection.driver.call
    return "no call from {} port {}".format(*connection.peer) if call is None else name_of(call, route)


def _facts(call: Call | None, route: str) -> dict[str, object]:
    variables = {} if call is None else call.variables
    return {"route": route, "channel": variables.get("channel", ""), "uniqueid": variables.get("uniqueid", "")}
