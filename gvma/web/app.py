"""The pages and their JSON: routes over the facts. Nothing is asked of anybody here, and nothing is changed.

Flask, since every fact comes from code that blocks (AMI, Configuration Server, files), which a server with threads
waits for; and its templates escape every value.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound

from gvma import __version__
from gvma.errors import BackupSetError, GvmaError, NoBackupSetError, UsageError
from gvma.printable import printable
from gvma.settings import Secret
from gvma.storage.history.model import PastRun
from gvma.web.charts import HEIGHT, WIDTH, calls_by_time, runs_by_day
from gvma.web.facts import Facts, Listed
from gvma.web.findings import found_of
from gvma.web.guard import guard
from gvma.web.questions import Row

T = TypeVar("T")

_PAGE = 50
_LONGEST_WORDS = 255


def create_app(facts: Facts, *, hosts: Collection[str], account: Secret | None) -> Flask:
    """The WSGI application. hosts, account: as guard takes them."""
    app = Flask("gvma.web")
    app.url_map.merge_slashes = False  # a redirect would name http:, behind a proxy that speaks TLS
    app.jinja_env.filters.update(shown=_shown, link=_link, when=_when, count=_count)
    app.jinja_env.globals.update(version=__version__, chart_width=WIDTH, chart_height=HEIGHT, zone=_zone)
    guard(app, hosts=hosts, account=account)
    _add_pages_of_the_site(app, facts)
    _add_pages_of_what_happened(app, facts)
    _add_json(app, facts)
    _add_errors(app)
    return app


def _add_pages_of_the_site(app: Flask, facts: Facts) -> None:
    """What there is now."""

    @app.get("/")
    def overview() -> str:
        glance, checked = facts.glance(), facts.check()
        try:
            runs, kept, runs_unread = facts.history().runs, facts.backup_sets(), None
        except BackupSetError as error:  # all else is known
            runs, kept, runs_unread = (), frozenset(), error
        return render_template(
            "overview.html",
            glance=glance,
            checked=checked,
            missing=sum(row.is_missing for row in glance.rows),
            found=found_of(glance.troubles, checked.answer.found if checked.answer else ()),
            runs_chart=runs_by_day(runs, datetime.now()),
            newest=runs[:1],
            runs_unread=runs_unread,
            kept=kept,
        )

    @app.get("/mailboxes")
    def mailboxes() -> str:
        words, listed = _words(), facts.mailboxes()
        rows, pages = _paged(_matching(listed, words))
        return render_template("mailboxes.html", words=words, listed=listed, rows=rows, **pages)

    @app.get("/explain")
    def explain() -> str:
        name = _words("name")
        return render_template("explain.html", name=name, explained=facts.explain(name) if name else None)


def _add_pages_of_what_happened(app: Flask, facts: Facts) -> None:
    """Runs of the sync, and calls of the media server."""

    @app.get("/history")
    def history() -> str:
        words, found = _words(), facts.history()
        runs, pages = _paged([run for run in found.runs if _concerns(run, words)])
        shown = {"damaged": found.damaged, "runs": runs, "kept": facts.backup_sets()}
        return render_template("history.html", words=words, **shown, **pages)

    @app.get("/changes")
    def changes() -> str:
        return render_template("changes.html", changes=facts.changes(_words("set")))

    @app.get("/media")
    def media() -> str:
        figures = facts.media()
        if figures is None:
            return render_template("media.html", figures=None)
        begin = time.time() - 3600
        return render_template(
            "media.html",
            figures=figures,
            hour=figures.since(begin),
            recent=figures.failures_since(begin),
            calls_chart=calls_by_time(figures, datetime.now()),
        )


def _add_json(app: Flask, facts: Facts) -> None:
    @app.get("/api/status.json")
    def status_json() -> Response:
        glance, checked = facts.glance(), facts.check()
        found = [one.as_json() for one in checked.answer.found] if checked.answer else None
        return jsonify(
            at=glance.at, **glance.state, problems=[one.as_json() for one in glance.troubles], findings=found
        )

    @app.get("/api/mailboxes.json")
    def mailboxes_json() -> Response:
        rows, pages = _paged(_matching(facts.mailboxes(), _words()))
        shown = [
            {"mailbox": row.mailbox, "name": row.name, "owners": row.owners, "subscription": row.subscription or None}
            for row in rows
        ]
        return jsonify(mailboxes=shown, **pages)

    @app.get("/api/history.json")
    def history_json() -> Response:
        words, found = _words(), facts.history()
        runs, pages = _paged([run for run in found.runs if _concerns(run, words)])
        return jsonify(runs=[run.as_json() for run in runs], damaged=found.damaged, **pages)

    @app.get("/api/media.json")
    def media_json() -> Response:
        figures = facts.media()
        return jsonify(figures.as_json() if figures is not None else None)


def _add_errors(app: Flask) -> None:
    @app.errorhandler(GvmaError)
    def failed(error: GvmaError) -> tuple[Any, int]:
        if isinstance(error, (NoBackupSetError, UsageError)):
            return _problem("No such backup set", error, 404)
        return _problem("This cannot be shown now", error, 503)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Any, int]:
        title, text = _SAID_OF.get(type(error), (error.name, "The pages are linked above."))
        if request.path.startswith("/api/"):
            said = GvmaError(title) if isinstance(error, InternalServerError) else UsageError(title, where=request.path)
            return _problem(title, said, error.code or 500)
        return _problem(title, GvmaError(text), error.code or 500)


def _problem(title: str, error: GvmaError, status: int) -> tuple[Any, int]:
    if request.path.startswith("/api/"):
        return jsonify(errors=[error.as_json()]), status
    return render_template("problem.html", title=title, error=error), status


_SAID_OF: dict[type[HTTPException], tuple[str, str]] = {
    NotFound: ("No such page", "The pages are linked above."),
    InternalServerError: (
        "An internal error in gvma",
        "Please report it, with the lines that the log of gvma web has for it.",
    ),
}


def _matching(listed: Listed, words: str) -> Sequence[Row]:
    if not words:
        return listed.rows
    folded = words.casefold()
    return [row for row in listed.rows if row.matches(folded)]


def _concerns(run: PastRun, words: str) -> bool:
    """Whether a run's id, an item or a cause contains the words, capitals aside."""
    if not words:
        return True
    texts = [run.run_id, *(f"{item.name}\n{item.owner}" for item in run.items), *(cause.owner for cause in run.why)]
    return any(words.casefold() in text.casefold() for text in texts)


def _words(parameter: str = "q") -> str:
    return request.args.get(parameter, "")[:_LONGEST_WORDS].strip()


def _paged(found: Sequence[T]) -> tuple[Sequence[T], dict[str, int]]:
    """The page that is asked for, and the numbers that lead to the others. Beyond the last page is the last one."""
    pages = max(1, -(-len(found) // _PAGE))
    asked = request.args.get("page", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < 9
    page = min(pages, max(1, int(asked))) if is_number else 1
    return found[(page - 1) * _PAGE : page * _PAGE], {"total": len(found), "page": page, "pages": pages}


def _zone() -> str | None:
    """What the host calls its zone at this time of the year."""
    return datetime.now().astimezone().tzname()


def _shown(value: object) -> str:
    """Any value as text, its control characters made visible."""
    return printable(str(value))


def _link(value: str) -> str:
    """A value as a part of an address. What is no UTF-8 becomes question marks."""
    return quote(value.encode("utf-8", "replace"))


def _when(at: float | str) -> str:
    """A time in the host's own zone. at: Unix time, or a text as the records write it."""
    read = datetime.fromisoformat(at.replace("Z", "+00:00")) if isinstance(at, str) else datetime.fromtimestamp(at)
    return read.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _count(number: int, word: str) -> str:
    """Such as ``1 mailbox`` and ``1,200 mailboxes``. word: the singular, of which only the end changes."""
    if number == 1:
        return f"1 {word}"
    return f"{number:,} {word}{'es' if word.endswith('x') else 's'}"
