"""Figures of a media server that is none, or is not well."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from gvma.errors import MediaServerUnreachableError
from gvma.evidence.servers.media_figures import ask_figures
from gvma.settings import Address

MINUTE = '{"at": 1795000000, "calls": 1, "refused": 0, "failed": 1}'
FAILURE = '{"time": 1795000000.5, "route": "a", "outcome": "failed", "call_id": "", "uri": "", "reason": "b"}'


def answer(open_calls: str = "0", minute: str = MINUTE, failure: str = FAILURE) -> str:
    return f'{{"open_calls": {open_calls}, "minutes": [{minute}], "failures": [{failure}]}}'


@contextmanager
def answering(text: str) -> Iterator[Address]:
    """A server that answers with this text, whatever it is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the answer is all that counts."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield Address("127.0.0.1", server.server_port)
        finally:
            server.shutdown()
            serving.join()


def test_figures_are_read_as_the_server_says_them() -> None:
    with answering(answer("3")) as address:
        figures = ask_figures(address)
    assert (figures.open_calls, figures.minutes[0].failed, figures.failures[0].time) == (3, 1, 1795000000.5)


@pytest.mark.parametrize(
    "text",
    [
        "<html>",
        "[1]",
        "[" * 200_000,
        answer("-5"),
        answer("NaN"),
        answer("Infinity"),
        answer(minute=MINUTE.replace("1795000000", "1e308")),
        answer(minute=MINUTE.replace('"refused": 0', '"refused": -1')),
        answer(failure=FAILURE.replace("1795000000.5", "-1e18")),
        answer(failure=FAILURE.replace("1795000000.5", "253402300800")),
        answer(failure=FAILURE.replace("1795000000.5", "NaN")),
    ],
)
def test_what_no_media_server_says_is_no_figure_and_no_defect(text: str) -> None:
    with answering(text) as address, pytest.raises(MediaServerUnreachableError, match="not the media server"):
        ask_figures(address)
