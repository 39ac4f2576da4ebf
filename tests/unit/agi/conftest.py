"""A FastAGI server with a few routes, on the standard library's loop and on uvloop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import uvloop

from gvma.agi.routes import Flow, health
from gvma.agi.server import Server
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallFlow, Command, Note
from tests.unit.agi.running import MEDIA, Running, Start


def play(call: Call, media: MediaSettings) -> CallFlow:
    yield Command("ANSWER")
    yield Command("STREAM FILE", ("welcome", ""), blocking=True)
    return "played"


def music(call: Call, media: MediaSettings) -> CallFlow:
    yield Command("STREAM FILE", ("music", ""), blocking=True)
    return "played"


def broken(call: Call, media: MediaSettings) -> CallFlow:
    yield Command("ANSWER")
    raise RuntimeError("on purpose")


def noting(call: Call, media: MediaSettings) -> CallFlow:
    yield Note("%r cannot be played", ("100% %s",), warning=True)
    yield Command("ANSWER")
    return "played"


ROUTES: dict[str, Flow] = {"play": play, "music": music, "broken": broken, "noting": noting, "health": health}


@pytest.fixture(params=[asyncio.SelectorEventLoop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    started: list[Running] = []

    def begin(media: MediaSettings = MEDIA, **options: float) -> Running:
        server = Server(media, ROUTES, host="127.0.0.1", port=0, **options)
        started.append(Running(server, request.param))
        return started[-1]

    yield begin
    for running in started:
        running.stop()
