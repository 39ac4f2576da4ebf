"""Collects the evidence: settings file, Configuration Server, Asterisk's files; it only reads, and judges nothing.

What Asterisk says over AMI and SIP is collected by ``gvma.check.collect_live``. Nothing here waits for long: who
does not answer in some seconds is said not to answer.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from glob import glob
from pathlib import Path
from threading import Thread

from gvma.asterisk import dialplan, drivers, voicemail
from gvma.asterisk.block import OwnLines, find_block
from gvma.asterisk.drivers.choose import DriverFile, DriverModule, choose
from gvma.check.collect_live import Asked, ask_asterisk
from gvma.check.collect_media import ask_media
from gvma.check.collect_sip import probe_boxes, this_asterisk
from gvma.check.collect_site import contexts, realtime
from gvma.check.conf import Conf, read_conf
from gvma.check.evidence import QUERIES, Answer, Evidence, Layer, Live
from gvma.check.media import CONTEXT as MEDIA_CONTEXT
from gvma.configserver.client import ConfigurationServer
from gvma.configserver.objects import ObjectSource
from gvma.errors import (
    ConfigServerFault,
    ConfigServerMalformed,
    ConfigServerTimeout,
    ConfigServerTruncated,
    GvmaError,
    UnsafeTargetError,
)
from gvma.settings import GvmaSettings, Settings
from gvma.settings.reader import Examined, lacking_besides, sections_in_use

_MAXIMUM_CONF_BYTES = 64 * 2**20
# After these the next query may still be answered; after any other failure it would only fail again.
_OF_ONE_QUERY = (ConfigServerFault, ConfigServerMalformed, ConfigServerTruncated)
# A sync may wait longer, as the settings say; whoever runs a check wants to hear what is slow.
_PAUSE_SECONDS = 10.0
_ALL_QUERIES_SECONDS = 60.0
# Keys of [cfgserver] without which nobody can be asked, or somebody else would be.
_TO_REACH_IT = frozenset({"host", "port", "url", "username", "password", "password_file"})
_OWN_LINES = {"vm": voicemail.OWN_LINES, "exten": dialplan.OWN_LINES}


def collect(examined: Examined, *, probe: bool = False) -> Evidence:
    """All that the checks look at. Nothing is raised for what cannot be had: the evidence says so itself."""
    settings = examined.loaded.settings
    sections = sections_in_use(examined.loaded)
    problems = (*examined.problems, *lacking_besides(examined, sections))
    not_asked = _not_asked(examined, sections)
    questions = _Questions(settings)
    if not not_asked:
        questions.start()
    syncs = sections != ("media",)
    asked = ask_asterisk(settings) if syncs else Asked(Live())
    driver = driver_of(settings.gvma, asked.live)
    confs = read_files(settings.gvma, driver)
    layer = Layer() if not_asked else questions.answers()
    used = any(section.name == MEDIA_CONTEXT for section in confs["exten"].sections)
    here = this_asterisk(settings, layer, asked)
    return Evidence(
        settings,
        problems=problems,
        settings_warnings=examined.loaded.warnings,
        unreachable=tuple(unreachable(settings, confs)) if syncs else (),
        exposed=tuple(_exposed(settings, examined.loaded.origins)),
        unsafe=tuple(unsafe(settings.gvma, driver)) if syncs else (),
        not_asked=not_asked,
        syncs=syncs,
        layer=layer,
        this_asterisk=here,
        driver=driver,
        confs=confs if syncs else {"exten": confs["exten"]},
        realtime=realtime(settings.gvma.asterisk_cfg_path, _bytes),
        led_to=contexts(settings.gvma.asterisk_cfg_path, _bytes),
        synced_before=bool(glob(f"{settings.gvma.backup_path}/state/*")),
        live=asked.live,
        probes=probe_boxes(settings, confs["driver"], asked) if probe else None,
        media=ask_media(settings, asked, used=used),
    )


def _not_asked(examined: Examined, sections: tuple[str, ...]) -> str:
    """Why Configuration Server is not to be asked; empty where it is. Nobody else gets its credentials."""
    if any(problem.where.rpartition(", ")[2] in _TO_REACH_IT for problem in examined.problems):
        return "lines of [cfgserver] cannot hold yet, as said above"
    if "cfgserver" not in sections:
        return "[cfgserver] sets nothing"
    origins, cfgserver = examined.loaded.origins, examined.loaded.settings.cfgserver
    if not (cfgserver.url or origins["cfgserver.host"] != "default"):
        return "neither host nor url is set in [cfgserver]"
    return ""


def driver_of(settings: GvmaSettings, live: Live) -> str:
    """``pjsip`` or ``sip``: as the settings say, as Asterisk has it loaded, or by the files."""
    begin = settings.asterisk_cfg_gvma_begin.encode()
    files, modules = {}, {}
    for driver in drivers.DRIVERS:
        path = driver.path(settings)
        text = _bytes(path) or (b"" if path.exists() else None)
        files[driver.name] = DriverFile.of(path.name, text, begin)
        modules[driver.name] = DriverModule(driver.module in live.loaded)
    return choose(settings.channel_driver, files, modules if live.asked else None).driver.name


class _Questions:
    """The queries that are set, asked one after another on a thread of its own while Asterisk is asked."""

    def __init__(self, settings: Settings) -> None:
        wanted = {query: getattr(settings.cfgserver, query) for query in QUERIES}
        self._wanted = {query: xpath for query, xpath in wanted.items() if xpath}
        self._settings = replace(settings.cfgserver, timeout=min(settings.cfgserver.timeout, _PAUSE_SECONDS))
        self._answers: dict[str, Answer] = {}
        self._defect: Exception | None = None
        self._thread = Thread(target=self._ask, name="queries", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def answers(self) -> Layer:
        """One answer for each query; an error for those that had none in time."""
        self._thread.join(_ALL_QUERIES_SECONDS)
        if self._defect is not None:
            raise self._defect
        answers = dict(self._answers)
        late = ConfigServerTimeout(f"no complete answer within {_ALL_QUERIES_SECONDS:g} seconds")
        return Layer(
            {query: answers.get(query) or Answer(query, xpath, error=late) for query, xpath in self._wanted.items()}
        )

    def _ask(self) -> None:
        try:
            with ConfigurationServer(self._settings) as source:
                self._ask_each(source)
        except GvmaError as error:
            self._fail(error)
        except Exception as defect:
            self._defect = defect  # raised again where the answers are wanted

    def _ask_each(self, source: ObjectSource) -> None:
        for query, xpath in self._wanted.items():
            try:
                self._answers[query] = Answer(query, xpath, tuple(source.query(xpath)))
            except _OF_ONE_QUERY as error:
                self._answers[query] = Answer(query, xpath, error=error)

    def _fail(self, error: GvmaError) -> None:
        for query, xpath in self._wanted.items():
            self._answers.setdefault(query, Answer(query, xpath, error=error))


def read_files(settings: GvmaSettings, driver: str) -> dict[str, Conf]:
    """The three files that the sync writes, with their includes."""
    markers = (settings.asterisk_cfg_gvma_begin, settings.asterisk_cfg_gvma_end)

    def read(name: str) -> list[tuple[str, bytes]]:
        paths = sorted(glob(str(settings.target(name))))
        # What this account may not read is there all the same: ``unreachable`` says so.
        return [(_short(path, settings), _bytes(path) or b"") for path in paths if os.path.isfile(path)]

    return {role: read_conf(name, read, markers) for role, name in _names(settings, driver).items()}


def _names(settings: GvmaSettings, driver: str) -> dict[str, str]:
    """The files' names by role."""
    in_driver = settings.asterisk_cfg_file_pjsip if driver == "pjsip" else settings.asterisk_cfg_file_sip
    return {"vm": settings.asterisk_cfg_file_vm, "exten": settings.asterisk_cfg_file_exten, "driver": in_driver}


def _short(path: str, settings: GvmaSettings) -> str:
    folder = f"{settings.asterisk_cfg_path}{os.sep}"
    return path.removeprefix(folder)


def _bytes(path: str | Path) -> bytes | None:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        with open(path, "rb") as file:
            return file.read(_MAXIMUM_CONF_BYTES)
    except OSError:
        return None


def unsafe(settings: GvmaSettings, driver: str) -> Iterator[tuple[str, str]]:
    """Files that a sync would refuse to edit, with the reason: no regular file, markers out of order."""
    begin, end = settings.asterisk_cfg_gvma_begin.encode(), settings.asterisk_cfg_gvma_end.encode()
    for role, name in _names(settings, driver).items():
        path = settings.target(name)
        if os.path.exists(path) and not os.path.isfile(path):
            yield name, "is no regular file"
            continue
        try:
            find_block(_bytes(path) or b"", begin, end, _own_lines(role, driver))
        except UnsafeTargetError as error:
            yield name, error.message


def _own_lines(role: str, driver: str) -> OwnLines:
    return _OWN_LINES.get(role) or drivers.driver_of(driver).own_lines


def unreachable(settings: Settings, confs: Mapping[str, Conf]) -> Iterator[tuple[str, str]]:
    """(key, reason) of folders that must be there, and of what this account may not read or write."""
    gvma = settings.gvma
    folders = [
        ("asterisk_cfg_path", gvma.asterisk_cfg_path, os.R_OK | os.W_OK | os.X_OK),
        ("asterisk_spool_path", gvma.asterisk_spool_path, os.R_OK | os.X_OK),
    ]
    folders += [
        (key, path.parent, os.W_OK | os.X_OK)
        for key, path in (("log_file", gvma.log_file), ("metrics_file", gvma.metrics_file))
        if path is not None
    ]
    for key, folder, rights in folders:
        if not os.path.isdir(folder):
            yield key, f"{folder} is no folder, or cannot be seen"
        elif not os.access(folder, rights):
            yield key, f"{folder} may not be {'written' if rights & os.W_OK else 'read'} by this account"
    names = [name for conf in confs.values() for name in (conf.name, *_included(conf))]
    for path in dict.fromkeys(path for name in names for path in sorted(glob(str(gvma.target(name))))):
        if not os.access(path, os.R_OK):
            yield _short(path, gvma), f"{path} may not be read by this account"
    backup = gvma.backup_path
    if not os.access(_nearest(backup), os.W_OK | os.X_OK) or not os.path.isdir(_nearest(backup)):
        yield "backup_path", f"{backup} cannot be made or written by this account"


def _included(conf: Conf) -> list[str]:
    return [directive.target for directive in conf.directives if directive.word != "exec"]


def _nearest(path: Path) -> Path:
    return next(place for place in (path, *path.absolute().parents) if os.path.exists(place))


def _exposed(settings: Settings, origins: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The settings file, where it holds a secret itself, and the backup folder, which holds PINs, if others may
    look into them. A secret file that others may read is refused by the reader."""
    path = settings.path
    keys = ("cfgserver.password", "gvma_settings.asterisk_cm_secret")
    holds = path is not None and any(origins.get(key, "").startswith(f"{path}:") for key in keys)
    for place in ([path] if holds else []) + [settings.gvma.backup_path]:
        try:
            mode = stat.S_IMODE(os.stat(place).st_mode)  # type: ignore[arg-type]
        except OSError:
            continue
        if mode & 0o077:
            yield str(place), mode
