"""Asks Asterisk over AMI, the FastAGI server for its health, and SIP with a few SUBSCRIBEs; it changes nothing."""

from __future__ import annotations

import os
import pwd
import re
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from glob import glob
from pathlib import Path
from typing import TypeVar

from gvma.ami import AsteriskManager, connect
from gvma.asterisk.entries import OWN_CONTEXTS
from gvma.check import live as rules
from gvma.check.conf import Conf
from gvma.check.evidence import Layer, Live, Media, Probe, ThisAsterisk
from gvma.check.values import host_and_port
from gvma.errors import AsteriskRefusedError, AsteriskUnreachableError, CredentialsError, SipError
from gvma.settings import Settings
from gvma.sip.subscriber import subscribe_once

# What a FastAGI server is asked, and what a healthy one answers (docs/media.md).
_HEALTH_PREAMBLE = b"agi_network: yes\nagi_network_script: health\n\n"
_HEALTH_SECONDS = 3.0
_PROBED = 5
_IDENTIFY = re.compile(r"\s*Identify:\s+(\S+)/(\S+)\s*\Z")
_MATCH = re.compile(r"\s*Match:\s+(\S+)\s*\Z")
_ORDER = re.compile(r"\s*endpoint_identifier_order\s*:\s*(\S*)")
_CONTACT = re.compile(r"\s*Contact:\s+([^\s/]+)/sips?:(?:[^\s@]*@)?(\[[^\]]+\]|[^\s:;]+)")
_CONTEXT = re.compile(r"\[ Context '([^']+)'")
_BOUND = re.compile(
    r"(?:Transport:\s+\S+\s+(?:udp|tcp|tls)\s.*\s|(?:UDP|TCP) (?:SIP Port|Bindaddress):\s+)\S*:(\d+)\s*\Z"
)
_RUN_USER = re.compile(r"User name and group:\s*([^/\s]*)/")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What AMI gave: for the checks, and what other collectors need. user: whom Asterisk runs as, empty for root."""

    live: Live
    sip_ports: frozenset[int] = frozenset()
    user: str = ""


def ask_asterisk(settings: Settings) -> Asked:
    """Everything that is asked over AMI, in one conversation."""
    try:
        with connect(settings.gvma) as ami:
            return _Conversation(ami).ask(settings)
    except (AsteriskUnreachableError, CredentialsError) as problem:
        return Asked(Live(problem=problem))


class _Conversation:
    """Asks one thing after another; what is refused is noted, and the next is asked."""

    def __init__(self, ami: AsteriskManager) -> None:
        self._ami = ami
        self._refused: list[str] = []

    def ask(self, settings: Settings) -> Asked:
        ami = self._ami
        asked = tuple(_modules())
        loaded = self._try(lambda: frozenset(name for name in asked if ami.loaded(name)), None)
        pjsip = loaded is None or "res_pjsip.so" in loaded
        dialplan = self._lines("dialplan show")
        live = Live(
            version=ami.version,
            asked=asked if loaded is not None else (),
            loaded=loaded or frozenset(),
            boxes=self._try(self._boxes, None),
            subscriptions=self._try(self._aors if pjsip else self._peers, None),
            identifies=tuple(_identifies(self._lines("pjsip show identifies"))) if pjsip else None,
            identifier_order=_first(_ORDER, self._lines("pjsip show settings")) if pjsip else "",
            contexts=frozenset(_CONTEXT.findall("\n".join(dialplan))) if dialplan else None,
            contact_hosts=tuple(_contacts(self._lines("pjsip show contacts"))) if pjsip else (),
        )
        bound = self._lines("pjsip show transports" if pjsip else "sip show settings")
        ports = frozenset(int(found[1]) for line in bound if (found := _BOUND.search(line)))
        user = _first(_RUN_USER, self._lines("core show settings"))
        return Asked(replace(live, refused=tuple(dict.fromkeys(self._refused))), ports, user)

    def _try(self, question: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return question()
        except CredentialsError as refusal:
            self._refused.append(refusal.message)
        except AsteriskRefusedError:
            pass  # the module that answers this is not loaded: the check of modules says so
        return otherwise

    def _lines(self, command: str) -> list[str]:
        return self._try(lambda: self._ami.command(command), [])

    def _boxes(self) -> frozenset[str] | None:
        return frozenset(key for key in self._ami.voicemail_users() if key.rpartition("@")[2] in OWN_CONTEXTS)

    def _aors(self) -> dict[str, str] | None:
        return {name: boxes for name, boxes in self._ami.aors().items() if name.startswith("gvm-")}

    def _peers(self) -> dict[str, str] | None:
        return self._ami.sip_peer_mailboxes(name for name in self._ami.sip_peers() if name.startswith("gvm-"))


def _modules() -> Iterator[str]:
    yield from rules.VOICEMAIL_MODULES
    yield "pbx_config.so"
    for names in rules.DRIVER_MODULES.values():
        yield from names
    yield from (*rules.REGISTER_MODULES, *rules.MEDIA_MODULES, *rules.TIMING_MODULES, rules.EXTERNAL_MWI)


def _first(pattern: re.Pattern[str], lines: list[str]) -> str:
    return next((found[1] for line in lines if (found := pattern.search(line))), "")


def _identifies(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Endpoint and criterion of each line of ``pjsip show identifies``."""
    endpoint = ""
    for line in lines:
        if found := _IDENTIFY.match(line):
            endpoint = found[2]
        elif endpoint and (found := _MATCH.match(line)):
            yield endpoint, found[1]


def _contacts(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if found := _CONTACT.match(line):
            yield found[1], found[2]


def this_asterisk(settings: Settings, layer: Layer, asked: Asked) -> ThisAsterisk:
    """The addresses and names by which SIP reaches Asterisk, as far as this host can know them."""
    host = settings.gvma.asterisk_cm_host.lower()
    addresses = _addresses(host)
    if addresses & _local_addresses():
        addresses |= _local_addresses() | {"localhost", socket.gethostname().lower(), socket.getfqdn().lower()}
    names = {host} | addresses
    for mentioned in _mentioned_hosts(layer) - names:
        if _addresses(mentioned) & addresses:
            names.add(mentioned)
    return ThisAsterisk(frozenset(names), asked.sip_ports)


def _mentioned_hosts(layer: Layer) -> set[str]:
    things = (*layer.applications, *layer.trunks, *layer.services)
    texts = [thing.options.get(name, "") for thing in things for name in ("mwi-host", "mwi-domain", "contact")]
    return {host for text in texts if text and (host := host_and_port(text)[0])}


def _addresses(host: str) -> set[str]:
    with suppress(OSError, UnicodeError):
        return {str(found[4][0]).lower() for found in socket.getaddrinfo(host.strip("[]"), None)}
    return set()


def _local_addresses() -> set[str]:
    """IPv4 addresses of this host, from the kernel's table of local routes; loopback's whole network is local."""
    table = Path("/proc/net/fib_trie")
    if not table.exists():
        return {"127.0.0.1", "::1"}
    found = re.findall(r"\|-- (\d+\.\d+\.\d+\.\d+)\n\s+/32 host LOCAL", table.read_text("ascii"))
    return {*found, "127.0.0.1", "::1"}


def probe_boxes(settings: Settings, driver: Conf, here: ThisAsterisk) -> tuple[Probe, ...]:
    """A SUBSCRIBE for the first subscriptions of each kind, ended again at once."""
    names = [section.name for section in driver.sections if section.ours and section.name.startswith("gvm-")]
    kinds = ("gvm-a-", "gvm-g-", "gvm-")
    kind_of = {name: next(kind for kind in kinds if name.startswith(kind)) for name in names}
    sample = [name for kind in kinds for name in [n for n in kind_of if kind_of[n] == kind][: _PROBED // 2]]
    port = min(here.sip_ports, default=5060)
    probes = []
    for name in dict.fromkeys(sample):
        try:
            answer = subscribe_once(name, settings.gvma.asterisk_cm_host, port)
        except SipError:
            probes.append(Probe(name, 0, notified=False))
        else:
            probes.append(Probe(name, answer.status, notified=answer.notify is not None))
    return tuple(probes)


def ask_media(settings: Settings, asked: Asked, *, used: bool) -> Media:
    """Health of the FastAGI server, and the files of [media] as Asterisk's user sees them; nothing where unused."""
    if not used:
        return Media()
    return Media(True, _health(settings), tuple(_unusable(settings, asked.user)))


def _health(settings: Settings) -> str:
    where = (settings.media.agi_host, settings.media.agi_port)
    try:
        with socket.create_connection(where, _HEALTH_SECONDS) as server:
            server.sendall(_HEALTH_PREAMBLE)
            with server.makefile("rb") as lines:
                first = lines.readline(200)
    except OSError as error:
        return f"no answer: {error.strerror or error}"
    return "" if b"GVMA_HEALTH" in first else "something else answers there"


def _unusable(settings: Settings, user: str) -> Iterator[tuple[str, str]]:
    media, may = settings.media, _rights_of(user)
    for folder, right in ((media.sounds_path, os.R_OK), (media.recordings_path, os.W_OK)):
        if not folder.is_dir():
            yield str(folder), "is no folder"
        elif not may(folder, right):
            yield str(folder), f"may not be {'read' if right == os.R_OK else 'written'} by Asterisk's user"
    if media.default_file:
        files = [Path(name) for name in glob(f"{media.default_file}.*")]
        if not files:
            yield media.default_file, "default_file is not there in any format"
        elif not any(may(file, os.R_OK) for file in files):
            yield media.default_file, "default_file may not be read by Asterisk's user"


def _rights_of(user: str) -> Callable[[Path, int], bool]:
    """Whether Asterisk's user may read or write a path, by its mode bits; root may."""
    try:
        entry = pwd.getpwnam(user) if user else pwd.getpwuid(os.getuid())
    except KeyError:
        return os.access
    groups = set(os.getgrouplist(entry.pw_name, entry.pw_gid))

    def may(path: Path, right: int) -> bool:
        if entry.pw_uid == 0:
            return True
        found = path.stat()
        shift = 6 if found.st_uid == entry.pw_uid else 3 if found.st_gid in groups else 0
        return bool(stat.S_IMODE(found.st_mode) >> shift & right)

    return may
