"""Asterisk's side of a sync: reached before anything is written, told to reload, and asked what it holds.

A connection that is lost, or a list that is cut, is no answer: it is asked again on a new connection. What an
answer means for the files is not decided here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from gvma.ami.verify import CHAN_SIP, PJSIP, VOICEMAIL, Expected, differences
from gvma.asterisk.drivers import DRIVERS
from gvma.asterisk.drivers.choose import DriverFile, choose
from gvma.errors import AsteriskRefusedError, AsteriskUnreachableError, CredentialsError, GvmaError
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.site_files import content

if TYPE_CHECKING:
    from gvma.ami import AsteriskManager

_T = TypeVar("_T")
_Stamp = tuple[int, int, int] | None
_TRIES = 3
_PAUSE_SECONDS = 0.5
_POLL_SECONDS = 0.2
_GLANCE_SECONDS = 2.0
_LATE_SECONDS = 5.0
_LATE_SECONDS_EACH = 0.002


class Asterisk:
    """One Asterisk over AMI, by the settings ``asterisk_cm_*``. A context manager that hangs up."""

    def __init__(self, settings: GvmaSettings) -> None:
        self._settings = settings
        self._ami: AsteriskManager | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def reach(self) -> None:
        """Connects. Raises AsteriskUnreachableError or CredentialsError."""
        with saying("Nothing was changed."):
            self._connected()

    def channel_driver(self) -> str | None:
        """``pjsip`` or ``sip``, as Asterisk has it loaded (PJSIP wins); None where neither is."""
        with saying("Nothing was changed."):
            if self._ask(lambda ami: ami.loaded(PJSIP)):
                return "pjsip"
            return "sip" if self._ask(lambda ami: ami.loaded(CHAN_SIP)) else None

    def see_that_it_can(self, modules: Sequence[str]) -> None:
        """Before the write: the modules are there, and the account may reload them and read back.

        Raises AsteriskRefusedError or CredentialsError.
        """
        with saying("Nothing was changed."):
            missing = sorted(set(modules) - set(self.loaded(modules)))
            self._ask(lambda ami: ami.mailbox_count("0@GVMA_DN"))
        if missing:
            raise AsteriskRefusedError(
                f"Asterisk has not loaded {', '.join(missing)}, which reads what is to be changed",
                where=f"{self._settings.asterisk_cm_host}:{self._settings.asterisk_cm_port}",
                hint="Nothing was changed. Load the module (see modules.conf), then run `gvma sync` again; "
                "`gvma sync --no-reload` writes the files without asking Asterisk.",
            )

    def loaded(self, modules: Sequence[str]) -> list[str]:
        """Those that are loaded. A module that is not reads its files when it is loaded: no reload of it is pending."""
        return [module for module in modules if self._ask(lambda ami, module=module: ami.loaded(module))]  # type: ignore[misc]

    def take(self, modules: Sequence[str], expected: Expected) -> list[str]:
        """Reloads and reads back: what is otherwise than expected, empty where all is as planned.

        A PIN that is changed meanwhile is in the file after Asterisk has read it, or a half-written file was
        read: it is told again. Raises AsteriskUnreachableError where Asterisk could not be asked to the end.
        """
        for attempt in range(_TRIES):
            before = self._voicemail_conf(at_rest=attempt > 0)
            found = self._take(modules, expected, before)
            if VOICEMAIL not in modules or self._voicemail_conf() == before:
                break
        return found

    def _take(self, modules: Sequence[str], expected: Expected, before: _Stamp) -> list[str]:
        for module in modules:
            try:
                self._ask(lambda ami, module=module: ami.reload(module))  # type: ignore[misc]
            except AsteriskRefusedError as error:
                return [error.message]
        found = self._compare(modules, expected)
        late = time.monotonic() + min(
            self._settings.asterisk_reload_timeout, _LATE_SECONDS + _LATE_SECONDS_EACH * len(expected.subscriptions)
        )
        # chan_sip answers before it has read its file.
        while found and CHAN_SIP in modules and time.monotonic() < late and self._voicemail_conf() == before:
            time.sleep(_POLL_SECONDS)
            found = self._compare(modules, expected)
        return found

    def _voicemail_conf(self, *, at_rest: bool = False) -> _Stamp:
        """What differs where voicemail.conf was written. at_rest: once nobody is writing it, within seconds."""
        path = self._settings.target(self._settings.asterisk_cfg_file_vm)
        late = time.monotonic() + _LATE_SECONDS
        now = _stamp(path)
        while at_rest and time.monotonic() < late:
            time.sleep(_POLL_SECONDS)
            seen, now = now, _stamp(path)
            at_rest = now != seen
        return now

    def _compare(self, modules: Sequence[str], expected: Expected) -> list[str]:
        return self._ask(lambda ami: differences(ami, expected, modules))

    def _ask(self, question: Callable[[AsteriskManager], _T]) -> _T:
        for attempt in range(1, _TRIES + 1):
            try:
                return question(self._connected())
            except AsteriskUnreachableError:
                self._hang_up()
                if attempt == _TRIES:
                    raise
                time.sleep(_PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")

    def _connected(self) -> AsteriskManager:
        if self._ami is None:
            from gvma.ami import connect  # noqa: PLC0415  (panoramisk takes its time)

            self._ami = connect(self._settings)
        return self._ami

    def _hang_up(self) -> None:
        if self._ami is not None:
            self._ami.close()
            self._ami = None


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size)


@contextmanager
def saying(left: str) -> Iterator[None]:
    """What AMI refuses or breaks off in here also says what is as it was; the conversation itself cannot know."""
    try:
        yield
    except (AsteriskUnreachableError, CredentialsError) as error:
        error.hint = f"{left} {error.hint}"
        raise


def glance_at_driver(settings: GvmaSettings) -> str | None:
    """The channel driver where Asterisk answers at once, for a dry run, which needs no Asterisk; else None."""
    quick = replace(settings, asterisk_cm_timeout=min(_GLANCE_SECONDS, settings.asterisk_cm_timeout))
    try:
        with Asterisk(quick) as asterisk:
            asterisk.reach()
            return asterisk.channel_driver()
    except GvmaError:
        return None


def driver_of_files(settings: GvmaSettings) -> str:
    """The channel driver without Asterisk's word, as sip.conf and pjsip.conf tell it."""
    begin = settings.asterisk_cfg_gvma_begin.encode()
    paths = {driver.name: driver.path(settings) for driver in DRIVERS}
    files = {
        name: DriverFile.of(path.name, content(path) if path.exists() else None, begin) for name, path in paths.items()
    }
    return choose("auto", files).driver.name
