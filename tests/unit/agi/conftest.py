"""A FastAGI server with a few routes, on the standard library's loop and on uvloop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import uvloop

from gvma.agi.routes import Flow, health
from gvma.agi.server import Server
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallFlow, Command, Failure, Note
from tests.unit.agi.running import COMMAND_SECONDS, MEDIA, Running, Start


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


def refusing(call: Call, media: MediaSettings) -> CallFlow:
    uri = "sip:annc@10.0.0.1;play=http://ann:hunter2@10.0.0.2/a.wav"
    yield Note("refused", warning=True, failure=Failure(True, "404 Not Found: no such sound", uri, "c1@10.0.0.9"))
    return "not-found"


def giving_up(call: Call, media: MediaSettings) -> CallFlow:
    yield Note("given up", warning=True, failure=Failure(False, "conference 7 could not be joined"))
    return "failed"


ROUTES: dict[str, Flow] = {"play": play, "music": music, "broken": broken, "noting": noting, "health": health}
ROUTES |= {"refusing": refusing, "giving_up": giving_up}


@pytest.fixture(params=[asyncio.SelectorEventLoop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    started: list[Running] = []

    def begin(media: MediaSettings = MEDIA, command_seconds: float = COMMAND_SECONDS) -> Running:
        server = Server(media, ROUTES, host="127.0.0.1", port=0, command_seconds=command_seconds)
        started.append(Running(server, request.param))
        return started[-1]

    yield begin
    for running in started:
        running.stop()
