"""A FastAGI server that counts, and shows its figures over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from gvma.agi.figures import serving
from gvma.agi.figures.counting import Figures
from gvma.agi.figures.serving import FiguresServer
from gvma.evidence.servers import media_figures
from gvma.settings import Address
from gvma.settings.model import MediaSettings
from tests.unit.agi.conftest import start
from tests.unit.agi.running import MEDIA, Running, Start

__all__ = ["start"]

Shown = tuple[Running, Address]
ShowFigures = Callable[..., Shown]


@pytest.fixture(autouse=True)
def _patient_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """gvma gives the media server three seconds, which are few on a busy host."""
    monkeypatch.setattr(media_figures, "_SECONDS", 60.0)
    monkeypatch.setattr(serving, "_SECONDS", 60.0)


@pytest.fixture
def show_figures(start: Start) -> Iterator[ShowFigures]:
    """Begins both; returns the running server, and where its figures are."""
    opened: list[FiguresServer] = []

    def begin(media: MediaSettings = MEDIA) -> Shown:
        running = start(media)
        server = running.server
        server.figures = Figures(
            server.routes, open_calls=lambda: server.open_calls, max_calls=lambda: server.max_calls
        )
        opened.append(FiguresServer(server.figures, Address("127.0.0.1", 0)))
        return running, opened[-1].address

    yield begin
    for shown in opened:
        shown.close()
