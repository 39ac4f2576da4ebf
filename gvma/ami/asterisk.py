"""Asterisk's side of a run: reached before anything is written, reloaded afterwards, and asked what it has.

A connection that is lost, or a list that is cut, is no answer: it is asked again on a new connection. What an
answer means for files or tables is not decided here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from gvma.ami.console.channel_drivers import driver_modules
from gvma.ami.console.folders import Folders, folders_shown
from gvma.ami.console.identification import known
from gvma.ami.verify import Expected, differences
from gvma.asterisk.drivers import CHAN_SIP, Driver
from gvma.asterisk.drivers.base import Known
from gvma.asterisk.drivers.choose import DriverModule
from gvma.asterisk.identification.model import SipServer
from gvma.asterisk.modules import names_of
from gvma.errors import AsteriskRefusedError, AsteriskUnreachableError, CredentialsError, GvmaError
from gvma.settings.model import GvmaSettings

if TYPE_CHECKING:
    from gvma.ami.manager import AsteriskManager

_T = TypeVar("_T")
_TRIES = 3
_PAUSE_SECONDS = 0.5
_POLL_SECONDS = 0.2
_QUICK_SECONDS = 2.0
_LATE_SECONDS = 5.0
_LATE_SECONDS_EACH = 0.002
_LATE_TRIES = 5


class Asterisk:
    """One Asterisk over AMI, by the settings ``asterisk_cm_*``. A context manager that closes the connection."""

    def __init__(self, settings: GvmaSettings) -> None:
        self._settings = settings
        self._ami: AsteriskManager | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def connect(self) -> None:
        """Raises AsteriskUnreachableError or CredentialsError."""
        with nothing_changed():
            self._connected()

    def drivers(self) -> dict[str, DriverModule]:
        """Which channel drivers Asterisk has loaded, and whether each has a transport; by name."""
        with nothing_changed():
            return self._ask(driver_modules)

    def known_senders(self, driver: Driver, server: SipServer) -> Known | None:
        """Whose requests Asterisk knows, as far as it may concern SIP Server; None where the driver is not loaded."""
        with nothing_changed():
            return self._ask(lambda ami: known(ami, driver, server))

    def preflight(self, modules: Sequence[str]) -> None:
        """Before the write: the modules are loaded, and the account may reload them and ask what they have.

        Raises AsteriskRefusedError or CredentialsError.
        """
        with nothing_changed():
            loaded = self.loaded_names(modules)
            self._ask(lambda ami: ami.mailbox_count("0@GVMA_DN"))
        missing = sorted(set(modules) - loaded.keys())
        if missing:
            raise AsteriskRefusedError(
                f"Asterisk has not loaded {', '.join(missing)}, which reads what is to be changed",
                where=str(self._settings.ami_address),
                hint="Nothing was changed. Load the module (see modules.conf), then run `gvma sync` again; "
                "`gvma sync --no-reload` writes the files without asking Asterisk.",
            )

    def folders(self) -> Folders | None:
        """What ``core show settings`` says; None where the account may not ask, or Asterisk does not say it."""
        try:
            with nothing_changed():
                shown = self._ask(lambda ami: ami.command("core show settings"))
        except (AsteriskRefusedError, CredentialsError):
            return None
        return folders_shown(shown)

    def loaded_names(self, modules: Sequence[str]) -> dict[str, str]:
        """Those modules that are loaded, each with the name that Asterisk has loaded it under."""
        found: dict[str, str] = {}
        for module in modules:
            for name in names_of(module):
                if self._ask(lambda ami, name=name: ami.loaded(name)):  # type: ignore[misc]
                    found[module] = name
                    break
        return found

    def reload_and_verify(
        self, modules: Sequence[str], expected: Expected, is_undisturbed: Callable[[], bool] = lambda: True
    ) -> list[str]:
        """Reloads the modules, and compares what Asterisk has then: differences, empty where all is as expected.

        Modules that are not loaded are left out: they read their files when they are loaded. is_undisturbed: whether
        nobody has written the files since; while it is true, a driver that answers before it has read its file is
        asked again for some seconds.
        Raises AsteriskUnreachableError where Asterisk could not be asked to the end.
        """
        loaded = self.loaded_names(modules)
        for name in loaded.values():
            try:
                self._ask(lambda ami, name=name: ami.reload(name))  # type: ignore[misc]
            except AsteriskRefusedError as error:
                return [error.message]
        found = self._compare(loaded, expected)
        late = time.monotonic() + min(
            self._settings.asterisk_reload_timeout, _LATE_SECONDS + _LATE_SECONDS_EACH * len(expected.subscriptions)
        )
        # chan_sip answers before it has read its file. While the host stops, Asterisk reads nothing either.
        tries = 0
        while found and CHAN_SIP.module in loaded and is_undisturbed():
            if tries >= _LATE_TRIES and time.monotonic() >= late:
                break
            time.sleep(_POLL_SECONDS)
            found = self._compare(loaded, expected)
            tries += 1
        return found

    def _compare(self, modules: Iterable[str], expected: Expected) -> list[str]:
        return self._ask(lambda ami: differences(ami, expected, modules))

    def _ask(self, question: Callable[[AsteriskManager], _T]) -> _T:
        for attempt in range(1, _TRIES + 1):
            try:
                return question(self._connected())
            except AsteriskUnreachableError:
                self._close()
                if attempt == _TRIES:
                    raise
                time.sleep(_PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")

    def _connected(self) -> AsteriskManager:
        if self._ami is None:
            from gvma.ami.manager import connect  # noqa: PLC0415  (panoramisk takes its time)

            self._ami = connect(self._settings)
        return self._ami

    def _close(self) -> None:
        if self._ami is not None:
            self._ami.close()
            self._ami = None


@contextmanager
def nothing_changed(sentence: str = "Nothing was changed.") -> Iterator[None]:
    """An error of AMI in here also says what is unchanged, which the connection itself cannot know."""
    try:
        yield
    except (AsteriskUnreachableError, CredentialsError) as error:
        error.hint = f"{sentence} {error.hint}"
        raise


def at_once(settings: GvmaSettings, question: Callable[[Asterisk], _T]) -> _T | None:
    """The answer of an Asterisk that answers at once, for a dry run, which needs no Asterisk; else None."""
    quick = settings._replace(asterisk_cm_timeout=min(_QUICK_SECONDS, settings.asterisk_cm_timeout))
    try:
        with Asterisk(quick) as asterisk:
            asterisk.connect()
            return question(asterisk)
    except GvmaError:
        return None
