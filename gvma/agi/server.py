"""The FastAGI server: it accepts connections and drives one call flow on each.

**One slow peer never delays another call.** A call flow runs up to its next command and then waits; a peer that
is slow or silent, or is not an Asterisk, meets a deadline. There is no task and no timer per call: the event
loop calls a connection when it has bytes to read, and one periodic task finds the deadlines that have passed.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import math
import resource
import socket
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from gvma.agi.call_log import NO_ROUTE, log_end, log_note, log_unknown_route
from gvma.agi.connection import Connection
from gvma.agi.driver import UnknownRouteError, failure_line
from gvma.agi.listening import Allowed, Listener, close_all, listen
from gvma.agi.readiness import Readiness
from gvma.agi.routes import Flow, begin_flow
from gvma.errors import SettingsError
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallFlow, Note

if TYPE_CHECKING:
    from gvma.agi.figures.counting import Figures

log = logging.getLogger("gvma.agi")

COMMAND_SECONDS = 10.0
_CHECK_DEADLINES_SECONDS = 0.5
_ACCEPTS_AT_ONCE = 128
_NO_DESCRIPTORS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_SPARE_DESCRIPTORS = 64
_WARN_AGAIN_SECONDS = 60.0
# A call leaves no reference cycles behind, so the collector finds next to nothing and can run seldom.
_COLLECT_AFTER = 50_000


class Server:
    """``gvma agi serve``: it listens, has at most ``media.max_calls`` connections at once, and can be drained.

    routes: call flows by name. host, port: where to listen; port 0: a free port.
    command_seconds: how long Asterisk may take for a command that does not block.
    counters: calls that have ended, by route and outcome. figures: counts for /metrics too; None: nobody asks.
    """

    def __init__(
        self,
        media: MediaSettings,
        routes: Mapping[str, Flow],
        *,
        host: str,
        port: int,
        command_seconds: float = COMMAND_SECONDS,
    ) -> None:
        self.preamble_seconds = media.preamble_seconds
        self.command_seconds = command_seconds
        self.counters: Counter[tuple[str, str]] = Counter()
        self.figures: Figures | None = None
        self._media = media
        self._routes = routes
        self._host = host
        self._port = port
        self._allowed = Allowed(media.allow)
        self._max_calls = max(1, media.max_calls)
        self._listeners: list[Listener] = []
        self._connections: set[Connection] = set()
        self._drain_until: float | None = None
        self._finished: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self._readiness: Readiness
        self._last_warning = -math.inf

    def open(self) -> None:
        """Bind the listening sockets, before ``serve``. Raises SettingsError."""
        self._max_calls = min(self._max_calls, _descriptors(self._max_calls))
        self._listeners = listen(self._host, self._port)
        self._port = self.addresses[0][1]

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of every listening socket; empty while new connections are refused."""
        return [listener.getsockname()[:2] for listener in self._listeners]

    @property
    def open_calls(self) -> int:
        """Connections that are open now."""
        return len(self._connections)

    @property
    def routes(self) -> tuple[str, ...]:
        """The names of its routes."""
        return tuple(self._routes)

    @property
    def max_calls(self) -> int:
        """How many connections may be open at once."""
        return self._max_calls

    async def serve(self) -> None:
        """Serve until a drain has ended. Call ``open`` first."""
        self._finished = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._readiness = Readiness(self._loop)
        gc.freeze()  # what is loaded now stays loaded, so the collector need not look at it
        gc.set_threshold(_COLLECT_AFTER)
        checking = asyncio.create_task(self._check_deadlines())
        try:
            self._start_accepting()
            for host, port in self.addresses:
                log.info("listening on %s port %d, at most %d calls", host, port, self._max_calls)
            await self._finished.wait()
        finally:
            checking.cancel()
            self._drain_until = monotonic()  # so that a connection that ends now does not start listening again
            self._stop_listening()
            for connection in list(self._connections):
                connection.end("stopped")
            self._readiness.close()
            self.log_counters()

    def drain(self) -> None:
        """Refuse new calls from now on. ``serve`` returns when the last call has ended, after drain_seconds at
        the latest, or when this is called again."""
        if self._drain_until is not None:
            self._finished.set()
            return
        log.info("draining: %d calls may go on for %g s", self.open_calls, self._media.drain_seconds)
        self._drain_until = monotonic() + self._media.drain_seconds
        self._stop_listening()
        if not self._connections:
            self._finished.set()

    def log_counters(self) -> None:
        """Log one line: the open calls, then the calls by route and outcome."""
        counted = ", ".join(f"{route} {outcome} {count}" for (route, outcome), count in sorted(self.counters.items()))
        log.info("calls: open %d; %s", self.open_calls, counted or "none yet")

    def begin_flow(self, call: Call) -> CallFlow:
        """The call flow for a preamble; raises UnknownRouteError."""
        try:
            return begin_flow(self._routes, call, self._media)
        except UnknownRouteError as error:
            log_unknown_route(call, str(error.args[0]), ", ".join(self._routes))
            raise

    def log_note(self, call: Call, note: Note) -> None:
        """Log a line that a call flow has yielded."""
        log_note(call, self._route(call), note)

    def _count_refused(self, outcome: str) -> str:
        self.counters[NO_ROUTE, outcome] += 1
        if self.figures is not None:
            self.figures.turned_away(outcome)
        return outcome

    def ended(self, connection: Connection) -> None:
        """A connection has ended: count and log it, and listen again if it was the one too many."""
        self._connections.discard(connection)
        self._readiness.forget(connection.sock.fileno())
        driver = connection.driver
        outcome = driver.outcome or "error"
        route = self._route(driver.call)
        self.counters[route, outcome] += 1
        seconds = monotonic() - connection.opened
        log_end(connection, route, outcome, seconds)
        if self.figures is not None:
            self.figures.ended(route, driver, seconds)
        if self._drain_until is not None:
            if not self._connections:
                self._finished.set()
        elif not self._listeners:
            self._listen_again()

    def _route(self, call: Call | None) -> str:
        """The route's name; a dash where there is no complete preamble, or no such route."""
        return call.route if call is not None and call.route in self._routes else NO_ROUTE

    def _start_accepting(self) -> None:
        for listener in self._listeners:
            self._loop.add_reader(listener.fileno(), self._accept_waiting, listener)

    def _accept_waiting(self, listener: Listener) -> None:
        for _ in range(_ACCEPTS_AT_ONCE):
            if listener.fileno() < 0:  # closed: the connection before was the last one allowed
                return
            try:
                sock, address = listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in _NO_DESCRIPTORS:
                    self._warn(f"no more connections: {error.strerror}")
                    self._stop_listening()
                    return
                continue  # the peer closed before it was accepted
            self._accepted(sock, *address[:2])

    def _accepted(self, sock: socket.socket, address: str, port: int) -> None:
        if not self._allowed.allows(address):
            log.warning("%s is not in `allow` of [media]: connection closed", address)
            _turn_away(sock, self._count_refused("not-allowed"))
            return
        connection = Connection(self, sock, (address, port))
        self._connections.add(connection)
        self._readiness.watch(sock.fileno(), connection.readable)
        if len(self._connections) >= self._max_calls:
            self._warn(f"{self._max_calls} calls are open (max_calls): new connections are refused until one ends")
            self._stop_listening()

    def _stop_listening(self) -> None:
        """Refuse new connections. Those in the kernel's queue are connected already, as Asterisk sees it: they
        get the line ``failure``, since Asterisk would take a mere close for success."""
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            self._loop.remove_reader(listener.fileno())
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    break
                _turn_away(sock, self._count_refused("turned-away"))
            listener.shutdown(socket.SHUT_RDWR)  # refuses from now on, even if another process shares the socket
        close_all(listeners)

    def _listen_again(self) -> None:
        if self._listeners or len(self._connections) >= self._max_calls:
            return
        try:
            self._listeners = listen(self._host, self._port)
        except SettingsError as error:  # _check_deadlines tries again
            self._warn(str(error))
            return
        self._start_accepting()

    def _warn(self, reason: str) -> None:
        """Log a warning, at most one a minute: while calls are refused, each refused call would log it again."""
        now = monotonic()
        if now - self._last_warning > _WARN_AGAIN_SECONDS:
            self._last_warning = now
            log.warning("%s", reason)

    async def _check_deadlines(self) -> None:
        limits = (_CHECK_DEADLINES_SECONDS, self._media.preamble_seconds / 4, self.command_seconds / 4)
        while True:
            await asyncio.sleep(max(0.01, min(limits)))
            now = monotonic()
            for connection in [one for one in self._connections if one.is_late(now)]:
                connection.end_late()
            if self._drain_until is None:
                self._listen_again()
            elif now >= self._drain_until:
                self._finished.set()


def _turn_away(sock: socket.socket, reason: str) -> None:
    with sock, suppress(OSError):
        sock.send(failure_line(reason), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        sock.shutdown(socket.SHUT_WR)


def _descriptors(calls: int) -> int:
    """Raise this process' limit of open files for so many calls. Returns how many calls the limit allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = calls + _SPARE_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    room = calls if soft == resource.RLIM_INFINITY else max(1, soft - _SPARE_DESCRIPTORS)
    if room < calls:
        log.warning("max_calls is %d, but the limit of %d open files allows only %d calls", calls, soft, room)
    return min(calls, room)
