"""The FastAGI server: connections in, call flows driven, nothing shared between two calls.

Law of this file: **no peer can make another call wait**. A call flow runs until its next command and no
further; a peer that is slow, silent or no Asterisk meets a deadline. There is no task and no timer per
call: the event loop calls a connection when bytes are there, and one sweep finds the deadlines that have
passed.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import math
import resource
import signal
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic

from gvma.agi.connection import Connection
from gvma.agi.driver import UnknownRouteError, failure_line
from gvma.agi.listening import Allowed, Listener, close_all, listen
from gvma.agi.protocol import AgiProtocolError
from gvma.agi.readiness import Readiness
from gvma.agi.routes import HEALTH, Flow, begin
from gvma.errors import SettingsError
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallFlow, Note

log = logging.getLogger("gvma.agi")

COMMAND_SECONDS = 10.0
_SWEEP_SECONDS = 0.5
_ACCEPTS_AT_ONCE = 128
_NO_DESCRIPTORS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_SPARE_DESCRIPTORS = 64
_SAY_AGAIN_SECONDS = 60.0
_NO_ROUTE = "-"
# A call leaves no cycle behind: what the collector would find are the calls that are open.
_COLLECT_AFTER = 50_000


class Server:
    """``gvma agi serve``: listens, takes at most ``media.max_calls`` connections, drains when told to.

    routes: call flows by name. host, port: where to listen; port 0 takes a free one.
    command_seconds: how long Asterisk may take for a command that does not block.
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
        self._said_full = -math.inf

    def open(self) -> None:
        """Binds. Raises SettingsError; call it before the loop runs, so that a refusal is seen at once."""
        self._max_calls = min(self._max_calls, _descriptors(self._max_calls))
        self._listeners = listen(self._host, self._port)
        self._port = self.addresses[0][1]

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of every listening socket; empty while connects are refused."""
        return [listener.getsockname()[:2] for listener in self._listeners]

    @property
    def open_calls(self) -> int:
        """Connections that are open now."""
        return len(self._connections)

    async def serve(self) -> None:
        """Serves until a drain has ended. ``open`` comes first."""
        self._finished = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._readiness = Readiness(self._loop)
        gc.freeze()  # what is loaded now stays: no collection looks at it again
        gc.set_threshold(_COLLECT_AFTER)
        sweeping = asyncio.create_task(self._sweep())
        try:
            self._accept()
            for host, port in self.addresses:
                log.info("listening on %s port %d, at most %d calls", host, port, self._max_calls)
            await self._finished.wait()
        finally:
            sweeping.cancel()
            self._drain_until = monotonic()  # a connection that ends now makes no room to listen again
            self._refuse()
            for connection in list(self._connections):
                connection.end("stopped")
            self._readiness.close()
            self.log_counters()

    def drain(self) -> None:
        """Turns new calls away at once; ``serve`` returns when the last call has ended, or after
        drain_seconds, or when this is called again."""
        if self._drain_until is not None:
            self._finished.set()
            return
        log.info("draining: %d calls may go on for %g s", self.open_calls, self._media.drain_seconds)
        self._drain_until = monotonic() + self._media.drain_seconds
        self._refuse()
        if not self._connections:
            self._finished.set()

    def log_counters(self) -> None:
        """One line: open calls, then calls by route and outcome."""
        counted = ", ".join(f"{route} {outcome} {count}" for (route, outcome), count in sorted(self.counters.items()))
        log.info("calls: open %d; %s", self.open_calls, counted or "none yet")

    def begin(self, call: Call) -> CallFlow:
        """The call flow for a preamble; raises UnknownRouteError."""
        try:
            return begin(self._routes, call, self._media)
        except UnknownRouteError as error:
            log.warning("%s: no route %.80r; there are %s", self._name(call), *error.args, ", ".join(self._routes))
            raise

    def note(self, call: Call, note: Note) -> None:
        """A line for the log from a call flow."""
        level = logging.WARNING if note.warning else logging.INFO
        if log.isEnabledFor(level):
            log.log(level, "%s: %s", self._name(call), note.message)

    def _refused(self, outcome: str) -> str:
        self.counters[_NO_ROUTE, outcome] += 1
        return outcome

    def over(self, connection: Connection) -> None:
        """A connection has closed: count it, say it, and listen again where there is room again."""
        self._connections.discard(connection)
        self._readiness.forget(connection.sock.fileno())
        driver = connection.driver
        outcome = driver.outcome or "error"
        route = self._route(driver.call)
        self.counters[route, outcome] += 1
        if driver.defect is not None and not isinstance(driver.defect, AgiProtocolError):
            log.error("%s: a defect of ours", self._name(driver.call), exc_info=driver.defect)
        quiet = route == HEALTH or outcome == "no-preamble"
        if log.isEnabledFor(level := logging.DEBUG if quiet else logging.INFO):
            seconds = monotonic() - connection.since
            log.log(level, "%s: %s after %.3f s", self._name(driver.call), outcome, seconds)
        if self._drain_until is not None:
            if not self._connections:
                self._finished.set()
        elif not self._listeners:
            self._listen_again()

    def _route(self, call: Call | None) -> str:
        """The route's name; a dash where the preamble never ended, or names none that we know."""
        return call.route if call is not None and call.route in self._routes else _NO_ROUTE

    def _name(self, call: Call | None) -> str:
        """How the log names a call: route, channel, unique id."""
        if call is None:
            return "connection"
        variables = call.variables
        return f"{self._route(call)} {variables.get('channel', '?')} {variables.get('uniqueid', '?')}"

    def _accept(self) -> None:
        for listener in self._listeners:
            self._loop.add_reader(listener.fileno(), self._acceptable, listener)

    def _acceptable(self, listener: Listener) -> None:
        for _ in range(_ACCEPTS_AT_ONCE):
            if listener.fileno() < 0:  # the call before was the last for which there is room
                return
            try:
                sock, address = listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in _NO_DESCRIPTORS:
                    self._say(f"no more connections: {error.strerror}")
                    self._refuse()
                    return
                continue  # the peer was gone before it was accepted
            self._take(sock, address[0])

    def _take(self, sock: socket.socket, address: str) -> None:
        if not self._allowed.allows(address):
            log.warning("%s is not in `allow` of [media]: connection closed", address)
            _turn_away(sock, self._refused("not-allowed"))
            return
        connection = Connection(self, sock)
        self._connections.add(connection)
        self._readiness.watch(sock.fileno(), connection.readable)
        if len(self._connections) >= self._max_calls:
            self._say(f"{self._max_calls} calls are open: Asterisk's connects are refused until one ends")
            self._refuse()

    def _refuse(self) -> None:
        """Stops listening. Who is in the kernel's queue already was told that we accept: it is told
        ``failure``, since a mere close would be a success to Asterisk."""
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            self._loop.remove_reader(listener.fileno())
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    break
                _turn_away(sock, self._refused("turned-away"))
            listener.shutdown(socket.SHUT_RDWR)  # refuses from now on, whoever else holds the socket
        close_all(listeners)

    def _listen_again(self) -> None:
        if self._listeners or len(self._connections) >= self._max_calls:
            return
        try:
            self._listeners = listen(self._host, self._port)
        except SettingsError as error:  # the next sweep tries again
            self._say(str(error))
            return
        self._accept()

    def _say(self, reason: str) -> None:
        """A warning that would come with every call of a full hour comes once a minute."""
        now = monotonic()
        if now - self._said_full > _SAY_AGAIN_SECONDS:
            self._said_full = now
            log.warning("%s", reason)

    async def _sweep(self) -> None:
        limits = (_SWEEP_SECONDS, self._media.preamble_seconds / 4, self.command_seconds / 4)
        while True:
            await asyncio.sleep(max(0.01, min(limits)))
            now = monotonic()
            for connection in [one for one in self._connections if one.late(now)]:
                connection.expired()
            if self._drain_until is None:
                self._listen_again()
            elif now >= self._drain_until:
                self._finished.set()


def run(server: Server) -> None:
    """Runs an opened server to its end: SIGTERM, SIGINT and SIGHUP drain it (a second one ends it; nohup keeps
    SIGHUP out), SIGUSR1 logs the counters. uvloop is the loop where it is installed."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        loop = runner.get_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, server.drain)
        loop.add_signal_handler(signal.SIGUSR1, server.log_counters)
        runner.run(server.serve())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop  # noqa: PLC0415  (an extra)
    except ImportError:
        return asyncio.SelectorEventLoop
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def _turn_away(sock: socket.socket, reason: str) -> None:
    with sock, suppress(OSError):
        sock.send(failure_line(reason), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        sock.shutdown(socket.SHUT_WR)


def _descriptors(calls: int) -> int:
    """Raises this process' limit of open files for so many calls; returns the calls that it has room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = calls + _SPARE_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    room = calls if soft == resource.RLIM_INFINITY else max(1, soft - _SPARE_DESCRIPTORS)
    if room < calls:
        log.warning("max_calls %d: the limit of %d open files has room for %d calls", calls, soft, room)
    return min(calls, room)
