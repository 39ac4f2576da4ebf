"""Collects the evidence: settings file, Configuration Server, Asterisk's files; it only reads, and judges nothing.

What Asterisk says over AMI and SIP is collected by ``gvma.check.collect_live``.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from glob import glob
from pathlib import Path

from gvma.check.collect_live import ask_asterisk, ask_media, probe_boxes, this_asterisk
from gvma.check.conf import Conf, read_conf
from gvma.check.evidence import QUERIES, Answer, Evidence, Layer, Live
from gvma.check.media import CONTEXT as MEDIA_CONTEXT
from gvma.configserver.client import ConfigurationServer
from gvma.configserver.objects import ObjectSource
from gvma.errors import ConfigServerFault, ConfigServerMalformed, ConfigServerTruncated, GvmaError
from gvma.settings import GvmaSettings, Settings
from gvma.settings.reader import Examined

_MAXIMUM_CONF_BYTES = 64 * 2**20
# After these the next query may still be answered; after any other failure it would only fail again.
_OF_ONE_QUERY = (ConfigServerFault, ConfigServerMalformed, ConfigServerTruncated)


def collect(examined: Examined, *, probe: bool = False) -> Evidence:
    """All that the checks look at. Nothing is raised for what cannot be had: the evidence says so itself."""
    settings = examined.loaded.settings
    asked = ask_asterisk(settings)
    driver = _driver(settings.gvma, asked.live)
    confs = read_files(settings.gvma, driver)
    layer = ask_layer(settings)
    used = any(section.name == MEDIA_CONTEXT for section in confs["exten"].sections)
    here = this_asterisk(settings, layer, asked)
    return Evidence(
        settings,
        problems=examined.problems,
        settings_warnings=examined.loaded.warnings,
        unreachable=tuple(_unreachable(settings)),
        exposed=tuple(_exposed(settings, examined.loaded.origins)),
        layer=layer,
        this_asterisk=here,
        driver=driver,
        confs=confs,
        synced_before=any((settings.gvma.backup_path / "state").glob("*")),
        live=asked.live,
        probes=probe_boxes(settings, confs["driver"], here) if probe else None,
        media=ask_media(settings, asked, used=used),
    )


def _driver(settings: GvmaSettings, live: Live) -> str:
    if settings.channel_driver != "auto":
        return settings.channel_driver
    if live.asked:
        return "sip" if "chan_sip.so" in live.loaded and "res_pjsip.so" not in live.loaded else "pjsip"
    return "pjsip" if settings.target(settings.asterisk_cfg_file_pjsip).exists() else "sip"


def ask_layer(settings: Settings) -> Layer:
    """One answer for each query that is set."""
    wanted = {query: getattr(settings.cfgserver, query) for query in QUERIES}
    try:
        source: ObjectSource = ConfigurationServer(settings.cfgserver)
    except GvmaError as error:
        return Layer({query: Answer(query, xpath, error=error) for query, xpath in wanted.items() if xpath})
    answers: dict[str, Answer] = {}
    lost: GvmaError | None = None
    for query, xpath in wanted.items():
        if not xpath:
            continue
        try:
            if lost is None:
                answers[query] = Answer(query, xpath, tuple(source.query(xpath)))
                continue
        except GvmaError as error:
            if isinstance(error, _OF_ONE_QUERY):
                answers[query] = Answer(query, xpath, error=error)
                continue
            lost = error
        answers[query] = Answer(query, xpath, error=lost)
    return Layer(answers)


def read_files(settings: GvmaSettings, driver: str) -> dict[str, Conf]:
    """The three files that the sync writes, with their includes."""
    markers = (settings.asterisk_cfg_gvma_begin, settings.asterisk_cfg_gvma_end)
    driver_file = settings.asterisk_cfg_file_pjsip if driver == "pjsip" else settings.asterisk_cfg_file_sip
    names = {"vm": settings.asterisk_cfg_file_vm, "exten": settings.asterisk_cfg_file_exten, "driver": driver_file}

    def read(name: str) -> list[tuple[str, bytes]]:
        paths = sorted(glob(str(settings.target(name))))
        return [(_short(path, settings), text) for path in paths if (text := _bytes(Path(path))) is not None]

    return {role: read_conf(name, read, markers) for role, name in names.items()}


def _short(path: str, settings: GvmaSettings) -> str:
    folder = f"{settings.asterisk_cfg_path}{os.sep}"
    return path.removeprefix(folder)


def _bytes(path: Path) -> bytes | None:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            return file.read(_MAXIMUM_CONF_BYTES)
    except OSError:
        return None


def _unreachable(settings: Settings) -> Iterator[tuple[str, str]]:
    """Folders that must be there, and what must be writable."""
    gvma = settings.gvma
    for key, path, rights in (
        ("asterisk_cfg_path", gvma.asterisk_cfg_path, os.R_OK | os.W_OK | os.X_OK),
        ("asterisk_spool_path", gvma.asterisk_spool_path, os.R_OK | os.X_OK),
    ):
        if not path.is_dir():
            yield key, f"{path} is no folder, or cannot be seen"
        elif not os.access(path, rights):
            yield key, f"{path} may not be {'read' if rights & os.W_OK == 0 else 'read and written'} by this account"
    for name in (gvma.asterisk_cfg_file_vm, gvma.asterisk_cfg_file_exten):
        path = gvma.target(name)
        if path.exists() and not os.access(path, os.R_OK):
            yield name, f"{path} may not be read by this account"
    if not os.access(_nearest_folder(gvma.backup_path), os.W_OK | os.X_OK):
        yield "backup_path", f"{gvma.backup_path} cannot be made or written by this account"


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in (path, *path.absolute().parents) if folder.exists())


def _exposed(settings: Settings, origins: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The settings file, where it holds a secret itself and others may read it."""
    path = settings.path
    keys = ("cfgserver.password", "gvma_settings.asterisk_cm_secret")
    if path is None or not any(origins.get(key, "").startswith(str(path)) for key in keys):
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield str(path), mode
