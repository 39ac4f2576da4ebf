"""What there is to know of single names, for ``gvma explain``: the whole chain from object to Asterisk.

Configuration Server, the sink and Asterisk are asked, each for what the names need; a part that could not be had says
so itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from gvma.ami.nodes import nodes
from gvma.asterisk.site import pins_in_spool
from gvma.configserver.client import ConfigurationServer
from gvma.configserver.objects import ConfigObject
from gvma.errors import GvmaError
from gvma.evidence.asterisk.by_name import SilentAsterisk, asterisk_by_name
from gvma.evidence.asterisk.sipserver import addresses_named
from gvma.evidence.disk.files import look_at_sites_own
from gvma.evidence.disk.records import look_at_records
from gvma.evidence.disk.settings import TO_REACH_AMI
from gvma.evidence.model import ConfigServerEvidence, Evidence
from gvma.evidence.model.named import NamedEvidence, NamedMailbox
from gvma.evidence.model.sink import SinkEvidence
from gvma.evidence.names import Names
from gvma.evidence.next_sync import plan_next_sync
from gvma.evidence.servers.configserver import Questions, why_not_asked
from gvma.evidence.servers.sip import sip_addresses
from gvma.evidence.sink import of_every_host, read_sink
from gvma.settings import ConfigServerSettings
from gvma.settings.model import REALTIME
from gvma.settings.reader import Examined
from gvma.sinks.addresses import look_up
from gvma.sinks.base import Reading
from gvma.sinks.files.driver import channel_driver
from gvma.sinks.files.spool import is_kept_in_spool, pin_in_spool
from gvma.sinks.looking import sink_to_look_at
from gvma.storage.history import log
from gvma.storage.history.model import PastRun

_ANSWER_SECONDS = 5.0
_LONGEST_NAME = 255
_BY_NAME = ("CfgDN[@number={}]", "CfgAgentLogin[@loginCode={}]", "CfgAgentGroup[@name={}]")


def look_by_name(examined: Examined, names: Sequence[str]) -> Evidence:
    """names: as a person gives them."""
    settings = examined.loaded.settings
    gvma = settings.gvma
    not_asked = why_not_asked(examined)
    questions = Questions(settings, not_asked)
    addresses, records = look_up(gvma), look_at_records(gvma.backup_path)
    layer = questions.answers()
    named = NamedEvidence() if not_asked else _unselected(settings.cfgserver, layer, names)
    evidence = Evidence(
        settings,
        configserver=layer,
        addresses={**addresses_named(layer.applications), **addresses},
        records=records,
        named=named._replace(names=tuple(names)),
    )
    if not examined.problems:
        evidence = evidence.with_more(next_sync=plan_next_sync(evidence, addresses))
    readers = [*nodes(gvma).values()] if gvma.sink == REALTIME else [gvma]
    asks = readers and not examined.wrong_keys & TO_REACH_AMI
    with asterisk_by_name(readers, addresses) if asks else nullcontext(SilentAsterisk(None)) as asterisk:
        return _with_asterisk(evidence, asterisk)


def _with_asterisk(evidence: Evidence, asterisk: SilentAsterisk) -> Evidence:
    settings = evidence.settings
    choice = channel_driver(settings.gvma, asterisk.modules)
    files = look_at_sites_own(settings.gvma, choice.driver)
    seen = evidence.with_more(driver=choice.driver, driver_reason=choice.reason, files=files)
    try:
        with sink_to_look_at(settings.gvma, asterisk.modules) as opened:
            sink, reading = read_sink(settings.gvma, opened)
            seen = seen.with_more(sink=sink, records=of_every_host(settings.gvma, opened, seen.records))
            seen = seen.with_more(named=_named(seen, reading, asterisk))
    except GvmaError as problem:  # a database that is away
        seen = seen.with_more(sink=SinkEvidence(settings.gvma.sink, problem=problem))
        seen = seen.with_more(named=_named(seen, None, asterisk))
    ami = asterisk.evidence(choice.driver, list(seen.named.subscriptions))
    applications = seen.configserver.applications  # nothing else is compared with Asterisk's addresses here
    return seen.with_more(ami=ami, sip=sip_addresses(settings, applications, ami.bound if ami else ()))


def _named(evidence: Evidence, reading: Reading | None, asterisk: SilentAsterisk) -> NamedEvidence:
    known = Names(evidence)
    meanings = [known.meaning(name) for name in evidence.named.names]
    keys = [*dict.fromkeys(key for one in meanings for key in one.mailboxes)]
    loaded = asterisk.mailboxes(keys)
    mailboxes = {}
    for key in keys:
        mailboxes[key] = NamedMailbox(
            place=reading.place_of("mailbox", key) if reading else None,
            loaded=None if loaded is None else key in loaded,
            messages=None if loaded is None else loaded.get(key),
            pin=pin_in_force(evidence, key),
        )
    subscriptions = {}
    for name in dict.fromkeys(name for one in meanings for name in one.subscriptions):
        place = reading.place_of("subscription", name) if reading else None
        subscriptions[name] = asterisk.subscription(evidence.driver, name)._replace(place=place)
    unknown = [name for name, one in zip(evidence.named.names, meanings, strict=True) if not one]
    past = _last_changes(evidence.settings.gvma.backup_path, unknown) if unknown else {}
    return evidence.named._replace(mailboxes=mailboxes, subscriptions=subscriptions, past=past)


def _last_changes(backup_path: Path, names: Iterable[str]) -> dict[str, PastRun]:
    """By name, the newest run that changed something of it; nothing where the history cannot be read."""
    try:
        runs = log.read(backup_path).runs
    except GvmaError:
        return {}
    changes = {name: next((part for run in runs if (part := run.about(name)) and part.items), None) for name in names}
    return {name: part for name, part in changes.items() if part is not None}


def pin_in_force(evidence: Evidence, key: str) -> str | None:
    """Of a mailbox of ours: the one of ``secret.conf`` where Asterisk keeps PINs in the spool, else the sink's."""
    one = evidence.sink.present.mailboxes.get(key)
    if one is None:
        return None
    voicemail = evidence.files.voicemail
    by_default = voicemail is not None and pins_in_spool(voicemail)
    if not is_kept_in_spool(one.options, by_default=by_default):
        return one.pin
    return pin_in_spool(evidence.settings.gvma.asterisk_spool_path, key) or one.pin


def _unselected(settings: ConfigServerSettings, layer: ConfigServerEvidence, names: Iterable[str]) -> NamedEvidence:
    """Objects of a name that no query selects, disabled ones among them."""
    known = {one.number for answer in layer.answers.values() for one in answer.objects}
    queries = [xpath for name in names if name not in known for xpath in queries_by_name(name)]
    if not queries or not any(answer.error is None for answer in layer.answers.values()):
        return NamedEvidence()
    hasty = settings._replace(timeout=min(settings.timeout, _ANSWER_SECONDS), include_disabled=True)
    found: list[ConfigObject] = []
    try:
        with ConfigurationServer(hasty) as source:
            for xpath in queries:
                found += source.query(xpath)
    except GvmaError as problem:
        return NamedEvidence(unselected=tuple(found), problem=problem)
    return NamedEvidence(unselected=tuple(found))


def queries_by_name(name: str) -> Iterator[str]:
    """What asks for a name, one query for each kind of owner; none for a text that no object is called by.

    XPath cannot write a text with both kinds of quotes: such a name is not asked for.
    """
    quote = "'" if "'" not in name else '"'
    if name and name.isprintable() and len(name) <= _LONGEST_NAME and quote not in name:
        yield from (query.format(f"{quote}{name}{quote}") for query in _BY_NAME)
