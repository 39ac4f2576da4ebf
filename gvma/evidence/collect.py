"""All collectors, one after another, each source asked once; nothing is judged here.

Nothing is raised for what cannot be had, and nobody is waited for long: the evidence itself says what is missing.
"""

from __future__ import annotations

from collections.abc import Collection

from gvma.asterisk.dialplan import MEDIA_CONTEXT
from gvma.errors import GvmaError
from gvma.evidence.asterisk.ami import ask_asterisk
from gvma.evidence.asterisk.sipserver import addresses_named
from gvma.evidence.disk.files import look_at_files
from gvma.evidence.disk.records import look_at_records
from gvma.evidence.disk.settings import TO_REACH_AMI, look_at_settings
from gvma.evidence.model import (
    AmiEvidence,
    ConfigServerEvidence,
    Evidence,
    FilesEvidence,
    MediaEvidence,
    Probe,
    RecordsEvidence,
    SipAddresses,
)
from gvma.evidence.model.hosts import HostsEvidence
from gvma.evidence.next_sync import plan_next_sync
from gvma.evidence.parts import ALL, Part
from gvma.evidence.servers.configserver import Questions, why_not_asked
from gvma.evidence.servers.hosts import look_at_hosts
from gvma.evidence.servers.media import ask_media
from gvma.evidence.servers.sip import node_probes, probes, sip_addresses
from gvma.evidence.sink import of_every_host
from gvma.settings import GvmaSettings, Settings
from gvma.settings.lacking import serves_sync
from gvma.settings.model import REALTIME
from gvma.settings.reader import Examined
from gvma.sinks.addresses import look_up
from gvma.sinks.files.driver import channel_driver
from gvma.sinks.looking import sink_to_look_at

_NOT_WANTED = "what it says was not wanted"


def collect(examined: Examined, *, probe: bool = False, parts: Collection[Part] = ALL) -> Evidence:
    """Everything that can be asked, or the parts of it that are named; the others are empty then.

    probe: also send a SUBSCRIBE for a few mailboxes and telephones from this host.
    """
    settings = examined.loaded.settings
    gvma = settings.gvma
    syncs = serves_sync(examined.loaded)
    questions = Questions(settings, why_not_asked(examined) if Part.CONFIGSERVER in parts else _NOT_WANTED)
    addresses = look_up(gvma) if syncs else {}
    several = gvma.sink == REALTIME
    asks_hosts = several and Part.ASTERISK in parts and syncs and not examined.problems
    asks_asterisk = Part.ASTERISK in parts and not several
    reachable = asks_asterisk and syncs and not examined.wrong_keys & TO_REACH_AMI
    ami = ask_asterisk(gvma, addresses) if reachable else None
    asked = ami or AmiEvidence()
    choice = channel_driver(gvma, asked.drivers)
    files = look_at_files(gvma, choice.driver, syncs=syncs) if asks_asterisk else FilesEvidence()
    configserver = questions.answers()
    hosts = look_at_hosts(gvma, configserver) if asks_hosts else None
    plans = Part.NEXT_SYNC in parts and syncs and not examined.problems
    evidence = Evidence(
        settings,
        syncs=syncs,
        driver=choice.driver,
        driver_reason=choice.reason,
        settings_file=look_at_settings(examined),
        configserver=configserver,
        files=files,
        addresses={**addresses_named(configserver.applications), **addresses},
        ami=ami,
        hosts=hosts,
        sip=sip_addresses(settings, configserver.with_addresses, asked.bound) if asks_asterisk else SipAddresses(),
        probes=_probes(settings, files, configserver, asked, hosts) if probe else None,
        media=ask_media(settings.media, asked.user)
        if Part.MEDIA in parts and _serves_media(files)
        else MediaEvidence(),
        records=_records(gvma, shared=plans or asks_hosts) if Part.RECORDS in parts else RecordsEvidence(),
    )
    return evidence.with_more(next_sync=plan_next_sync(evidence, addresses)) if plans else evidence


def _records(settings: GvmaSettings, *, shared: bool) -> RecordsEvidence:
    """shared: a database is asked for those that all hosts share; while it is away, this host's copies count."""
    records = look_at_records(settings.backup_path)
    if not shared or settings.sink != REALTIME:
        return records
    try:
        with sink_to_look_at(settings, None) as sink:
            return of_every_host(settings, sink, records)
    except GvmaError:  # said by the checks of the database
        return records


def _probes(
    settings: Settings,
    files: FilesEvidence,
    configserver: ConfigServerEvidence,
    asked: AmiEvidence,
    hosts: HostsEvidence | None,
) -> tuple[Probe, ...] | None:
    if hosts is not None:
        return node_probes(settings.gvma, hosts)
    return probes(settings, files, configserver, asked.bound) if files.channel else None


def _serves_media(files: FilesEvidence) -> bool:
    return files.dialplan is not None and any(one.name == MEDIA_CONTEXT for one in files.dialplan.sections)
