"""Asterisk's files as they stand on the disk: the three that a sync writes, and what others say beside them.

It only reads, and judges nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from glob import glob
from pathlib import Path

from gvma.asterisk.conf.booleans import YES
from gvma.asterisk.conf.model import Conf, EndlessInclude
from gvma.asterisk.conf.reader import read_conf
from gvma.asterisk.drivers import Driver
from gvma.asterisk.managed_block.block import find_block, stands_between
from gvma.asterisk.roles import OWN_CONTEXTS
from gvma.errors import UnsafeTargetError
from gvma.evidence.model import FilesEvidence
from gvma.settings import GvmaSettings
from gvma.sinks.files.targets import Target, Targets, targets
from gvma.storage.asterisk.conf_files import content, included_files, leads_nowhere
from gvma.storage.asterisk.files import refuse_unsafe
from gvma.storage.asterisk.messages import boxes_in_spool, has_messages
from gvma.storage.asterisk.mounts import mount_points, mount_points_of_asterisk
from gvma.storage.disk import LARGEST
from gvma.storage.state.records import earlier_markers

# Begins with the line end, which the search finds several times as fast as the begin of a line.
_CONTEXT = re.compile(
    rb"\n[ \t]*(?=[cems])(?:endpoint/)?(?:sub)?(?:scribe_?|message_)?context[ \t]*=>?[ \t]*([^\s;]+)", re.IGNORECASE
)
_VOICEMAIL, _DIALPLAN = "voicemail.conf", "extensions.conf"
_SORCERY_SECTIONS = {"aor": "res_pjsip", "endpoint": "res_pjsip", "identify": "res_pjsip_endpoint_identifier_ip"}
# Families of extconfig.conf by what they bring into memory (Asterisk's own names).
_FAMILIES = {
    "voicemail": frozenset({"voicemail", "voicemail.conf"}),
    "phones": frozenset({"sippeers", "sipusers", "sip.conf", "pjsip.conf"}),
    "dialplan": frozenset({"extensions.conf"}),
}


def look_at_files(settings: GvmaSettings, driver: Driver, *, syncs: bool = True) -> FilesEvidence:
    """Asterisk's files, with those of one channel driver. syncs: False where only the dialplan is of interest."""
    entered = entered_contexts(settings.asterisk_cfg_path)
    realtime = from_database(settings.asterisk_cfg_path)
    if not syncs:
        extensions = read_whole(settings, _DIALPLAN, settings.target(settings.asterisk_cfg_file_exten))
        return FilesEvidence(dialplan=extensions, realtime=realtime, entered_contexts=entered)
    three, confs = targets(settings, driver), whole_files(settings, driver)
    return FilesEvidence(
        voicemail=confs.voicemail,
        channel=confs.channel,
        dialplan=confs.dialplan,
        unsafe=tuple(unsafe(settings, three)),
        unreadable=tuple(unreadable(settings, confs)),
        realtime=realtime,
        entered_contexts=entered,
        mounted=tuple(mounted(settings, three)),
        elsewhere=tuple(mapped_elsewhere(settings.asterisk_cfg_path, confs.channel.name)),
        users=users_with_mailbox(settings),
        orphans=tuple(orphans(settings, confs.voicemail)),
    )


def look_at_sites_own(settings: GvmaSettings, driver: Driver) -> FilesEvidence:
    """As ``look_at_files``, without our blocks, which may be megabytes, and without what checks alone need."""
    three = targets(settings, driver)
    confs = three.map(lambda target: read_file(settings, _shown(target.path, settings), ours=False))
    return FilesEvidence(
        voicemail=confs.voicemail,
        channel=confs.channel,
        dialplan=confs.dialplan,
        realtime=from_database(settings.asterisk_cfg_path),
        users=users_with_mailbox(settings),
    )


def whole_files(settings: GvmaSettings, driver: Driver) -> Targets[Conf]:
    """The three files that a sync writes, each as a part of all that Asterisk reads with it."""
    three = targets(settings, driver)
    return Targets(
        voicemail=read_whole(settings, _VOICEMAIL, three.voicemail.path),
        channel=read_whole(settings, driver.main_file, three.channel.path),
        dialplan=read_whole(settings, _DIALPLAN, three.dialplan.path),
    )


def users_with_mailbox(settings: GvmaSettings) -> frozenset[str]:
    """The users of users.conf that app_voicemail makes a mailbox of; ``[general]`` has the default of them all."""
    conf = read_file(settings, "users.conf")
    everybody = next(iter(conf.values("general", "hasvoicemail")), "no")
    users = (section for section in conf.objects if section.name.lower() != "general")
    return frozenset(one.name for one in users if (one.value("hasvoicemail") or everybody).lower() in YES)


def orphans(settings: GvmaSettings, voicemail: Conf) -> Iterator[str]:
    """``box@context`` of our contexts with messages in the spool, and without a line in voicemail.conf."""
    present = {one.mailbox for one in voicemail.settings if one.section in OWN_CONTEXTS}
    spool = settings.asterisk_spool_path
    for context in OWN_CONTEXTS:
        for box in sorted(boxes_in_spool(spool, context)):
            if (key := f"{box}@{context}") not in present and has_messages(spool, key):
                yield key


def read_whole(settings: GvmaSettings, main: str, target: Path) -> Conf:
    """What Asterisk makes of the target: the file that it reads first, where that includes the target; else the target.

    main: the name of the file that it reads first, such as ``voicemail.conf``.
    """
    name = _shown(target, settings)
    read: list[str] = []
    whole = read_file(settings, main, read)
    return whole if name in read else read_file(settings, name)


def read_file(settings: GvmaSettings, name: str, names: list[str] | None = None, *, ours: bool = True) -> Conf:
    """One file of Asterisk's folder with its includes. names: gets the name of each file that was read. ours: False
    leaves out what stands between our markers; the lines below them have other numbers then."""

    def read(included: str) -> Iterator[tuple[str, bytes]]:
        for path, text in included_files(settings.asterisk_cfg_path, included):
            shown = _shown(path, settings)
            if names is not None:
                names.append(shown)
            yield shown, text if ours else _without_ours(text, settings)

    markers = (settings.asterisk_cfg_gvma_begin, settings.asterisk_cfg_gvma_end)
    return read_conf(name, read, markers, earlier_markers(settings.backup_path))


def unsafe(settings: GvmaSettings, files: Iterable[Target]) -> Iterator[tuple[str, str]]:
    """(file, reason) of files that a sync refuses to edit: no regular file, an owner that it could not keep, markers
    out of order. One that this account may not read is for ``unreadable``."""
    begin, end = settings.asterisk_cfg_gvma_begin.encode(), settings.asterisk_cfg_gvma_end.encode()
    earlier = [(one.encode(), other.encode()) for one, other in earlier_markers(settings.backup_path)]
    for file in files:
        try:
            if os.access(file.path, os.R_OK):
                refuse_unsafe(file.path)
            text = content(file.path) or b""
            if not any(stands_between(text, *pair) for pair in earlier):
                find_block(text, begin, end, file.own_lines)
        except UnsafeTargetError as error:
            yield _shown(file.path, settings), error.message


def unreadable(settings: GvmaSettings, confs: Iterable[Conf]) -> Iterator[tuple[str, str]]:
    """(file, reason) of files, included ones among them, that this account may not read."""
    names = [name for conf in confs for name in (conf.name, *conf.included)]
    for path in dict.fromkeys(path for name in names for path in sorted(glob(str(settings.target(name))))):
        if nowhere := leads_nowhere(path):
            yield _shown(path, settings), nowhere
        elif not os.access(path, os.R_OK):
            yield _shown(path, settings), f"{path} may not be read by this account"


def mounted(settings: GvmaSettings, files: Iterable[Target]) -> Iterator[str]:
    """The files that are mount points, here or for an Asterisk in a container: they can be written, not replaced."""
    points = mount_points() | mount_points_of_asterisk()
    for file in files:
        if Path(os.path.realpath(file.path)) in points:
            yield _shown(file.path, settings)


def mapped_elsewhere(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    """Type and place of PJSIP's objects that sorcery.conf maps, and not to our file. Without a mapping Asterisk reads
    pjsip.conf.

    name: of the file that a sync writes, or of Asterisk's own that includes it.
    """
    sorcery = read_conf("sorcery.conf", lambda name: included_files(folder, name))
    for type_, section in _SORCERY_SECTIONS.items():
        places = sorcery.values(section, type_)
        files = [place.split(",")[1].strip() for place in places if place.startswith("config,")]
        if places and not any(file in {name, str(folder / name)} for file in files):
            yield type_, places[0]


def from_database(folder: Path) -> frozenset[str]:
    """What Asterisk reads from a database, by extconfig.conf and sorcery.conf: ``voicemail``, ``phones``,
    ``dialplan``."""
    extconfig, sorcery = (
        read_conf(name, lambda name: included_files(folder, name)) for name in ("extconfig.conf", "sorcery.conf")
    )
    families = {one.key for one in extconfig.settings if one.section == "settings"}
    found = {name for name, of_asterisk in _FAMILIES.items() if of_asterisk & families}
    if any(one.value.startswith("realtime") for one in sorcery.with_key("endpoint")):
        found.add("phones")
    return frozenset(found)


def entered_contexts(folder: Path) -> frozenset[str]:
    """The contexts that any file of the folder sends calls to: pjsip_wizard.conf, iax.conf, chan_dahdi.conf.

    Of files beyond a limit of size nothing is said.
    """
    found: set[bytes] = set()
    left = LARGEST
    with suppress(EndlessInclude):
        for _, text in included_files(folder, "*.conf"):
            left -= len(text)
            if left < 0:
                break
            found.update(_CONTEXT.findall(b"\n" + text))
    return frozenset(name.decode("utf-8", "surrogateescape") for name in found)


def _without_ours(text: bytes, settings: GvmaSettings) -> bytes:
    named = (settings.asterisk_cfg_gvma_begin, settings.asterisk_cfg_gvma_end)
    for begin, end in (named, *earlier_markers(settings.backup_path)):
        with suppress(UnsafeTargetError):  # nobody can say where such a block ends
            if block := find_block(text, begin.encode(), end.encode()):
                return text[: block.start] + text[block.end :]
    return text


def _shown(path: str | Path, settings: GvmaSettings) -> str:
    """The path as messages show it: its name in Asterisk's folder."""
    return str(path).removeprefix(f"{settings.asterisk_cfg_path}{os.sep}")
