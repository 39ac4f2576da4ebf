"""What /metrics, /status.json and /healthz say of calls that a FastAGI server has had."""

from __future__ import annotations

import json
import socket
import threading
import urllib.request
from contextlib import ExitStack, suppress
from urllib.error import HTTPError

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gvma import __version__
from gvma.agi.driver import CallDriver
from gvma.agi.figures.counting import Figures
from gvma.agi.figures.serving import FiguresServer
from gvma.agi.routes import Flow, begin_flow
from gvma.errors import MediaServerUnreachableError, SettingsError
from gvma.evidence.model.media import MediaMinute
from gvma.evidence.servers.media_figures import ask_figures
from gvma.settings import Address
from tests.unit.agi.conftest import ROUTES
from tests.unit.agi.figures.conftest import ShowFigures
from tests.unit.agi.running import MEDIA, PREAMBLE, Peer, Running

ANSWER = b"200 result=0\n"
LABELS = ("route", "outcome", "reason", "version")


def fetched(at: Address, path: str) -> str:
    with urllib.request.urlopen(f"http://{at}{path}", timeout=60) as answer:
        return str(answer.read().decode())


def samples(at: Address) -> dict[tuple[str, ...], float]:
    """Every sample but the buckets: by name and the values of its labels."""
    return {
        (sample.name, *(sample.labels[label] for label in LABELS if label in sample.labels)): sample.value
        for family in text_string_to_metric_families(fetched(at, "/metrics"))
        for sample in family.samples
        if not sample.name.endswith("_bucket")
    }


def play_one(running: Running) -> None:
    with Peer(running) as peer:
        peer.begin()
        peer.write(ANSWER, b"200 result=0 endpos=8000\n")
        assert peer.is_dropped()


def call_that_ends(running: Running, route: bytes) -> None:
    with Peer(running) as peer:
        peer.begin(route)
        assert peer.is_dropped()


def test_each_outcome_is_counted_by_route(show_figures: ShowFigures) -> None:
    running, at = show_figures()
    play_one(running)
    for route in (b"refusing", b"giving_up", b"treatmnt"):
        call_that_ends(running, route)
    with Peer(running) as peer:
        peer.begin(b"music")
        peer.write(b"HANGUP\n", b"200 result=-1\n")
        assert peer.is_dropped()
    with Peer(running) as peer:
        peer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert peer.is_dropped()
    with Peer(running) as peer:
        peer.begin(b"broken")
        peer.write(ANSWER)
        assert peer.is_dropped()

    found = samples(at)

    counted = {key[1:]: value for key, value in found.items() if key[0] == "gvma_agi_calls_total" and value}
    assert counted == {
        ("play", "done"): 1,
        ("refusing", "refused"): 1,
        ("giving_up", "failed"): 1,
        ("unknown", "failed"): 1,
        ("music", "hangup"): 1,
        ("unknown", "no_preamble"): 1,
        ("broken", "failed"): 1,
    }
    assert found["gvma_agi_call_seconds_count", "play"] == 1
    assert found["gvma_agi_max_calls",] == MEDIA.max_calls
    assert found["gvma_build_info", __version__] == 1


def test_each_count_is_there_before_its_first_event_so_that_prometheus_sees_that_one_increase(
    show_figures: ShowFigures,
) -> None:
    _, at = show_figures()
    found = {key[1:]: value for key, value in samples(at).items() if key[0] == "gvma_agi_calls_total"}
    assert found["refusing", "failed"] == 0
    assert found["unknown", "failed"] == 0
    assert found["unknown", "no_preamble"] == 0
    assert samples(at)["gvma_agi_refused_total", "turned_away"] == 0
    assert samples(at)["gvma_agi_refused_total", "not_allowed"] == 0


def test_open_calls_are_those_that_are_open_now(show_figures: ShowFigures) -> None:
    running, at = show_figures()
    with Peer(running) as peer:
        peer.begin()
        assert samples(at)["gvma_agi_open_calls",] == 1
        peer.write(ANSWER, b"200 result=0 endpos=8000\n")
        assert peer.is_dropped()
    assert samples(at)["gvma_agi_open_calls",] == 0


def test_connections_that_are_turned_away_are_counted_by_reason(show_figures: ShowFigures) -> None:
    running, at = show_figures(MEDIA._replace(allow=("192.0.2.0/24",)))
    with Peer(running) as peer:
        assert peer.is_dropped()
    assert samples(at)["gvma_agi_refused_total", "not_allowed"] == 1


def test_status_names_the_failures_without_a_password_in_a_uri(show_figures: ShowFigures) -> None:
    running, at = show_figures()
    play_one(running)
    call_that_ends(running, b"refusing")
    call_that_ends(running, b"giving_up")

    figures = ask_figures(at)

    shown = [(call.route, call.outcome, call.reason, call.uri, call.call_id) for call in figures.failures]
    assert shown == [
        (
            "refusing",
            "refused",
            "404 Not Found: no such sound",
            "sip:annc@10.0.0.1;play=http://ann:****@10.0.0.2/a.wav",
            "c1@10.0.0.9",
        ),
        ("giving_up", "failed", "conference 7 could not be joined", "", ""),
    ]
    assert figures.since(0) == MediaMinute(0, calls=3, refused=1, failed=1)
    assert "hunter2" not in fetched(at, "/status.json")


def test_a_route_that_does_not_exist_is_named_in_the_failure_and_in_no_label(show_figures: ShowFigures) -> None:
    running, at = show_figures()
    call_that_ends(running, b"treatmnt")
    (failure,) = json.loads(fetched(at, "/status.json"))["failures"]
    assert (failure["route"], failure["outcome"], failure["reason"]) == (
        "unknown", "failed", "no route is called 'treatmnt'",
    )  # fmt: skip
    assert "treatmnt" not in fetched(at, "/metrics")


def test_health_probes_are_no_calls_of_a_minute(show_figures: ShowFigures) -> None:
    running, at = show_figures()
    with Peer(running) as peer:
        peer.begin(b"health")
        peer.write(ANSWER)
        assert peer.is_dropped()
    assert samples(at)["gvma_agi_calls_total", "health", "done"] == 1
    assert ask_figures(at).minutes == ()


def test_a_server_that_runs_says_so(show_figures: ShowFigures) -> None:
    _, at = show_figures()
    assert fetched(at, "/healthz") == "ok\n"


@pytest.mark.parametrize("path", ["/", "/metrics/", "/status.json.bak", "/..%2f..%2fetc/passwd"])
def test_another_path_is_not_found(show_figures: ShowFigures, path: str) -> None:
    _, at = show_figures()
    with pytest.raises(HTTPError) as refused:
        fetched(at, path)
    with refused.value:
        assert refused.value.code == 404


def test_readers_that_never_ask_delay_neither_calls_nor_other_readers(show_figures: ShowFigures) -> None:
    running, at = show_figures()
    with ExitStack() as silent:
        for _ in range(7):
            silent.enter_context(socket.create_connection((at.host, at.port), 60))
        play_one(running)
        assert samples(at)["gvma_agi_calls_total", "play", "done"] == 1


def test_readers_above_the_limit_are_dropped(show_figures: ShowFigures) -> None:
    _, at = show_figures()
    with ExitStack() as silent:
        readers = [silent.enter_context(socket.create_connection((at.host, at.port), 60)) for _ in range(20)]
        assert readers[-1].recv(1) == b""


def test_a_port_that_is_taken_is_an_error_that_says_so(show_figures: ShowFigures) -> None:
    running, at = show_figures()
    assert running.server.figures is not None
    with pytest.raises(SettingsError, match="cannot listen there: Address already in use") as refused:
        FiguresServer(running.server.figures, at)
    assert refused.value.where == f"metrics of [media], {at}"


class Clock:
    """Unix time that a test moves."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


def ended(route: str) -> CallDriver:
    routes: dict[str, Flow] = ROUTES
    driver = CallDriver(lambda call: begin_flow(routes, call, MEDIA), lambda call, note: None)
    driver.receive(PREAMBLE % route.encode())
    return driver


def test_minutes_older_than_a_day_are_left_out() -> None:
    clock = Clock()
    figures = Figures(ROUTES, open_calls=lambda: 0, max_calls=lambda: 1, clock=clock)
    for _ in range(2):
        figures.ended("refusing", ended("refusing"), 0.1)
    clock.now += 60
    figures.ended("giving_up", ended("giving_up"), 0.1)
    first = 1_795_000_000 // 60 * 60

    assert json.loads(json.dumps(figures.status()))["minutes"] == [
        {"at": first, "calls": 2, "refused": 2, "failed": 0},
        {"at": first + 60, "calls": 1, "refused": 0, "failed": 1},
    ]
    clock.now += 1439 * 60
    assert [minute.at for minute in minutes(figures)] == [first + 60]


def minutes(figures: Figures) -> list[MediaMinute]:
    status = json.loads(json.dumps(figures.status()))
    return [MediaMinute(**minute) for minute in status["minutes"]]


def test_the_last_hundred_failures_are_remembered() -> None:
    clock = Clock()
    figures = Figures(ROUTES, open_calls=lambda: 0, max_calls=lambda: 1, clock=clock)
    for _ in range(130):
        clock.now += 1
        figures.ended("refusing", ended("refusing"), 0.1)
    times = [failure["time"] for failure in json.loads(json.dumps(figures.status()))["failures"]]
    assert times == [1_795_000_000 + number for number in range(31, 131)]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\n{}", "not the media server"),
        (b"HTTP/1.0 200 OK\r\n\r\n" + b"[" * 100_000, "not the media server"),
        (b"HTTP/1.0 404 Not Found\r\n\r\n", "HTTP status 404"),
        (b"\xff\xfe", "cannot be had"),
        (b"", "cannot be had"),
    ],
)
def test_another_server_at_the_address_is_an_error_that_says_so(answer: bytes, reason: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def reply() -> None:
            with suppress(OSError):
                peer, _ = listening.accept()
                with peer:
                    peer.recv(1000)
                    peer.sendall(answer)

        replying = threading.Thread(target=reply)
        replying.start()
        try:
            with pytest.raises(MediaServerUnreachableError, match=reason):
                ask_figures(Address(*listening.getsockname()[:2]))
        finally:
            listening.shutdown(socket.SHUT_RDWR)  # for one whom nobody has asked
            replying.join()
