"""What holds the planner to the key: whatever a plan reads of the database and of this host is an input of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gvma.looks import Look, Looks
from gvma.sinks.planner import Planned, Planner
from gvma.sinks.realtime.database import rows
from gvma.sinks.realtime.database.session import session
from gvma.sinks.realtime.nodes import node_folder
from gvma.sinks.realtime.reading import RealtimeReading
from gvma.sinks.realtime.sink import RealtimeSink
from gvma.storage.state import records
from gvma.sync.before import unchanged
from tests.harness.opened_files import opened_files
from tests.harness.servers.postgresql_fixtures import Database
from tests.harness.site import Site
from tests.integration.realtime.prepared import settings_for
from tests.integration.realtime.unchanged.runs import TOO_LONG, is_full, synced

RELATIONS = {"voicemail", "ps_aors", "gvma_records", *rows._STAGED.values()}
"""Whole rows of the first two are in the digest, the third are the records, and the others are what is wanted."""
FUNCTIONS = {"coalesce", "concat_ws", "count", "exists", "md5", "nullif", "string_agg"}


def test_the_plan_has_no_input_that_the_key_does_not_know() -> None:
    """Who adds one here adds it to ``Session.facts`` or to the looks, with a row in CHANGES."""
    assert [*signature(RealtimeSink).parameters] == ["session"]
    assert [*signature(RealtimeReading).parameters] == ["session"]


def test_a_plan_reads_no_more_of_the_session_than_settings_rows_records_and_facts(
    quiet: Site, database: Database, tmp_path: Path
) -> None:
    with session(settings_for(database, tmp_path)) as one:
        assert vars(one).keys() == {"settings", "_stack", "connection", "columns"}
        assert one.facts == (one.columns, one.connection.info.server_version)


def test_every_statement_of_a_plan_reads_what_is_in_the_key(quiet: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = _Planned(monkeypatch)
    _plan_anew(quiet)
    assert {"copy", "create", "select", "set"} <= {text.split()[0] for text in planned.statements}
    for text in planned.statements:
        named = re.findall(r"\b(?:from|join|copy|table|table if exists|analyze) (?:pg_temp\.)?(\w+)", text)
        assert {*named} - {"stdin", "if"} <= RELATIONS, text
        assert named or text == "set transaction isolation level repeatable read", text
        assert {*re.findall(r"\b(\w+)\(", text)} <= FUNCTIONS, text
    of_records = {name for text, (name,) in planned.values if "select content from gvma_records" in text}
    assert of_records == {records.PINS, records.OWNERS, records.LAST}


def test_every_file_that_a_plan_reads_is_among_its_looks(quiet: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert quiet.gvma("realtime", "files", str(quiet.folder / "nodes")).status == 0
    planned, leave = _Planned(monkeypatch), unchanged.leave
    looks: list[Look] = []

    def left(inputs: unchanged.Inputs, now: Looks, report: Any) -> None:
        looks.extend(now)
        leave(inputs, now, report)

    monkeypatch.setattr(unchanged, "leave", left)
    _plan_anew(quiet)
    assert node_folder.NAME in planned.files
    assert {*planned.files} <= {Path(part).name for look in looks for part in look.what}
    assert [look.what for look in looks if look.how == "rows"] == [("voicemail",), ("ps_aors",)]


class _Planned:
    """What plans do from now on. statements: in lower case, on one line. values: the same with their parameters.
    files: that they open."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.statements: list[str] = []
        self.values: list[tuple[str, Any]] = []
        self.files: list[str] = []
        self._is_planning = False
        for name in ("execute", "copy"):
            patch.setattr(psycopg.Cursor, name, self._watched(getattr(psycopg.Cursor, name)))
        plan = Planner.plan

        def watched(planner: Planner, sink: Any) -> Planned:
            self._is_planning = True
            try:
                with opened_files() as names:
                    return plan(planner, sink)
            finally:
                self._is_planning = False
                self.files += names

        patch.setattr(Planner, "plan", watched)

    def _watched(self, run: Callable[..., Any]) -> Callable[..., Any]:
        def watched(cursor: Any, query: Any, values: Any = None, **more: Any) -> Any:
            if self._is_planning:
                text = query.decode() if isinstance(query, bytes) else query
                text = text if isinstance(text, str) else text.as_string(cursor)
                text = " ".join(text.lower().replace('"', "").split())
                self.statements.append(text)
                if values:
                    self.values.append((text, values))
            return run(cursor, query, values, **more)

        return watched


def _plan_anew(site: Site) -> None:
    """Both ways to a plan that changes nothing: rows that are compared, and rows that are read."""
    site.layer.dns["1000"]["contact"] = "elsewhere"
    assert is_full(synced(site))
    site.layer.dns["1001"]["gvm_email"] = TOO_LONG
    synced(site)
