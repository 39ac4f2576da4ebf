"""The figures of the media server: what Prometheus reads, and the last day's calls and failures.

The event loop counts; a thread that answers a request over HTTP only reads.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from gvma import __version__
from gvma.agi.call_log import NO_ROUTE
from gvma.agi.driver import CALLER_GONE, CallDriver
from gvma.agi.protocol import AgiProtocolError
from gvma.agi.routes import HEALTH
from gvma.secrecy import masked_text
from gvma.treatments.commands import Failure

UNKNOWN = "unknown"
DONE, REFUSED, FAILED, HANGUP, NO_PREAMBLE = "done", "refused", "failed", "hangup", "no_preamble"

# How the server ends a call that its flow did not end.
_FAILED_OUTCOMES = frozenset({"error", "protocol-error", "command-timeout", "stopped", "unknown-route"})
_MINUTES = 1_440
_FAILURES = 100
_LONGEST_TEXT = 300
# Announcements take seconds, recordings minutes, conferences hours.
_SECONDS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 7200)


@dataclass(slots=True)
class Minute:
    """Calls that ended in one minute, those to ``health`` left out. at: when it began, as Unix time."""

    at: int
    calls: int = 0
    refused: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call that was refused or failed. time: Unix time of its end. uri, call_id: empty where they are not known."""

    time: float
    route: str
    outcome: str
    call_id: str
    uri: str
    reason: str


@dataclass(slots=True)
class _Lengths:
    """Lengths of a route's calls. by_bucket: how many lie at or below each bound of _SECONDS and above the one before,
    at the end how many above all."""

    by_bucket: list[int] = field(default_factory=lambda: [0] * (len(_SECONDS) + 1))
    total: float = 0.0


class Figures(Collector):
    """Counts calls that have ended. open_calls: how many are open now. max_calls: how many may be.

    The counts are plain numbers, and become Prometheus' samples when somebody asks: prometheus_client's own counters
    would cost a call seven to eleven percent. clock: Unix time.
    """

    def __init__(
        self,
        routes: Collection[str],
        *,
        open_calls: Callable[[], int],
        max_calls: Callable[[], int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._open_calls = open_calls
        self._max_calls = max_calls
        # Each starts at 0: Prometheus sees no increase in a series that begins with its first event.
        self._calls = {(route, outcome): 0 for route in routes for outcome in (DONE, REFUSED, FAILED, HANGUP)}
        self._calls |= {(UNKNOWN, FAILED): 0, (UNKNOWN, NO_PREAMBLE): 0}
        self._lengths = {route: _Lengths() for route in (*routes, UNKNOWN)}
        self._refused = {"not_allowed": 0, "turned_away": 0}
        self._minutes: deque[Minute] = deque(maxlen=_MINUTES)
        self._failures: deque[FailedCall] = deque(maxlen=_FAILURES)

    def ended(self, route: str, call: CallDriver, seconds: float) -> None:
        """A connection has ended. route: one of the server's, or NO_ROUTE."""
        outcome = _outcome(call)
        route = UNKNOWN if route == NO_ROUTE else route
        self._calls[route, outcome] = self._calls.get((route, outcome), 0) + 1
        lengths = self._lengths[route]
        lengths.by_bucket[bisect_left(_SECONDS, seconds)] += 1
        lengths.total += seconds
        if route == HEALTH or outcome == NO_PREAMBLE:
            return
        minute = self._minute()
        minute.calls += 1
        if outcome == REFUSED:
            minute.refused += 1
            self._remember(route, outcome, call)
        elif outcome == FAILED:
            minute.failed += 1
            self._remember(route, outcome, call)

    def turned_away(self, reason: str) -> None:
        """A connection was refused before its preamble was read."""
        reason = reason.replace("-", "_")
        self._refused[reason] = self._refused.get(reason, 0) + 1

    def collect(self) -> Iterator[Metric]:
        """What ``/metrics`` shows, for prometheus_client."""
        calls = CounterMetricFamily("gvma_agi_calls", "Calls that have ended.", labels=("route", "outcome"))
        for labels, count in list(self._calls.items()):
            calls.add_metric(labels, count)
        yield calls
        yield self._call_seconds()
        refused = CounterMetricFamily("gvma_agi_refused", "Connections that were turned away.", labels=("reason",))
        for reason, count in list(self._refused.items()):
            refused.add_metric((reason,), count)
        yield refused
        yield GaugeMetricFamily("gvma_agi_open_calls", "Calls that are open now.", self._open_calls())
        yield GaugeMetricFamily("gvma_agi_max_calls", "Calls that may be open at once.", self._max_calls())
        yield InfoMetricFamily("gvma_build", "Version of gvma.", {"version": __version__})

    def status(self) -> dict[str, object]:
        """``/status.json``: open_calls, minutes (those with calls, of the last 1,440), failures, newest last."""
        oldest = self._clock() - 60 * _MINUTES
        return {
            "open_calls": self._open_calls(),
            "minutes": [asdict(minute) for minute in list(self._minutes) if minute.at > oldest],
            "failures": [asdict(failure) for failure in list(self._failures)],
        }

    def _call_seconds(self) -> HistogramMetricFamily:
        family = HistogramMetricFamily("gvma_agi_call_seconds", "Length of calls.", labels=("route",))
        bounds = [*(f"{bound:g}" for bound in _SECONDS), "+Inf"]
        for route, lengths in self._lengths.items():
            so_far = list(accumulate(lengths.by_bucket))
            family.add_metric((route,), list(zip(bounds, so_far, strict=True)), lengths.total)
        return family

    def _remember(self, route: str, outcome: str, call: CallDriver) -> None:
        failure = call.failure
        if failure is None:
            failure = Failure(False, _reason(call))
        texts = (masked_text(text[:_LONGEST_TEXT]) for text in (failure.call_id, failure.uri, failure.reason))
        self._failures.append(FailedCall(self._clock(), route, outcome, *texts))

    def _minute(self) -> Minute:
        at = int(self._clock()) // 60 * 60
        if not self._minutes or self._minutes[-1].at != at:
            self._minutes.append(Minute(at))
        return self._minutes[-1]


def _outcome(call: CallDriver) -> str:
    if call.call is None:
        return NO_PREAMBLE
    if call.failure is not None:
        return REFUSED if call.failure.refused else FAILED
    if call.outcome == CALLER_GONE:
        return HANGUP
    return FAILED if call.outcome in _FAILED_OUTCOMES else DONE


def _reason(call: CallDriver) -> str:
    """Why the server ended a call that gave no reason itself."""
    if call.outcome == "unknown-route" and call.call is not None:
        return f"no route is called {call.call.route!r}"
    return f"{call.outcome}: {call.error}" if _is_of_peer(call) else str(call.outcome)


def _is_of_peer(call: CallDriver) -> bool:
    """Whether the peer's bytes are at fault; the text of an internal error could contain anything."""
    return isinstance(call.error, AgiProtocolError)
