"""What can be known of a site in a second, for ``gvma status``: records, sink, a few words of Asterisk's, media server.

Nobody is waited for long. Configuration Server is asked only where the next sync is to be planned.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from gvma.ami.console.channel_drivers import driver_modules
from gvma.ami.manager import AsteriskManager, connect
from gvma.asterisk.drivers.choose import DriverModule
from gvma.asterisk.roles import OWN_CONTEXTS
from gvma.errors import AmiPermissionError, GvmaError, MediaServerUnreachableError
from gvma.evidence.disk.records import look_at_records
from gvma.evidence.disk.settings import TO_REACH_AMI
from gvma.evidence.model import AmiEvidence, Evidence, HostsEvidence, MediaEvidence, NodeEvidence, RecordsEvidence
from gvma.evidence.model.asterisk import Messages
from gvma.evidence.model.sink import SinkEvidence
from gvma.evidence.sink import compare_sink, of_every_host
from gvma.settings import GvmaSettings, MediaSettings
from gvma.settings.lacking import serves_sync
from gvma.settings.model import REALTIME
from gvma.settings.reader import Examined
from gvma.sinks.files.driver import channel_driver
from gvma.sinks.looking import sink_to_look_at

_ANSWER_SECONDS = 5.0
_HOUR = 3600


def glance(examined: Examined, *, plan: bool = False) -> Evidence:
    """plan: also what the next sync would change, for which Configuration Server is asked."""
    settings = examined.loaded.settings
    gvma, syncs = settings.gvma, serves_sync(examined.loaded)
    if not syncs:
        return Evidence(settings, syncs=False, media=_media(settings.media))
    asks = not examined.wrong_keys & TO_REACH_AMI
    hosts = _ask_nodes(gvma) if asks and gvma.sink == REALTIME else {}
    if gvma.sink == REALTIME:
        ami = next((answer for answer in hosts.values() if answer.problem is None), None)
    else:
        ami = _ask_asterisk(gvma) if asks else None
    modules = ami.drivers if ami else None
    choice = channel_driver(gvma, modules)
    sink, records = _sink(gvma, modules, look_at_records(gvma.backup_path))
    evidence = Evidence(
        settings,
        driver=choice.driver,
        driver_reason=choice.reason,
        ami=ami,
        hosts=HostsEvidence(nodes=tuple(_of_node(*answer) for answer in hosts.items())) if hosts else None,
        media=_media(settings.media),
        sink=sink,
        records=records,
    )
    return _with_next_sync(evidence, examined) if plan else evidence


def _with_next_sync(evidence: Evidence, examined: Examined) -> Evidence:
    from gvma.evidence.next_sync import plan_next_sync  # noqa: PLC0415
    from gvma.evidence.servers.configserver import Questions, why_not_asked  # noqa: PLC0415  (start-up)
    from gvma.sinks.addresses import look_up  # noqa: PLC0415

    asked = evidence.with_more(configserver=Questions(evidence.settings, why_not_asked(examined)).answers())
    return asked.with_more(next_sync=plan_next_sync(asked, look_up(evidence.settings.gvma)))


def _ask_nodes(settings: GvmaSettings) -> dict[str, AmiEvidence]:
    """By node, the Asterisk hosts that read the database."""
    from gvma.ami.nodes import of_each_node  # noqa: PLC0415  (start-up)

    return of_each_node(settings, lambda _, own: _ask_asterisk(own))


def _of_node(node: str, answer: AmiEvidence) -> NodeEvidence:
    return NodeEvidence(node, problem=answer.problem, refused=answer.refused, version=answer.version)


def _sink(
    settings: GvmaSettings, modules: Mapping[str, DriverModule] | None, records: RecordsEvidence
) -> tuple[SinkEvidence, RecordsEvidence]:
    """records: of this host; they stay so where the sink is away."""
    try:
        with sink_to_look_at(settings, modules) as sink:
            return compare_sink(settings, sink), of_every_host(settings, sink, records)
    except GvmaError as problem:
        return SinkEvidence(settings.sink, problem=problem), records


def _ask_asterisk(settings: GvmaSettings) -> AmiEvidence:
    hasty = settings._replace(asterisk_cm_timeout=min(settings.asterisk_cm_timeout, _ANSWER_SECONDS))
    try:
        with connect(hasty) as ami:
            return _answers(ami, counts=settings.sink != REALTIME)
    except AmiPermissionError as refusal:
        return AmiEvidence(refused=(refusal.message,))
    except GvmaError as problem:
        return AmiEvidence(problem=problem)


def _answers(ami: AsteriskManager, *, counts: bool) -> AmiEvidence:
    """counts: also the messages. Of mailboxes that it reads from a database Asterisk has no list."""
    seen = AmiEvidence(version=ami.version)
    try:
        seen = seen._replace(drivers=driver_modules(ami))
        return seen._replace(messages=Messages(*ami.messages(OWN_CONTEXTS)) if counts else None)
    except AmiPermissionError as refusal:
        return seen._replace(refused=(refusal.message,))
    except GvmaError as problem:
        return seen._replace(problem=problem)


def _media(media: MediaSettings) -> MediaEvidence:
    if media.metrics is None:
        return MediaEvidence()
    from gvma.evidence.servers.media_figures import ask_figures  # noqa: PLC0415  (start-up)

    try:
        figures = ask_figures(media.metrics)
    except MediaServerUnreachableError as silence:
        return MediaEvidence(unanswered=silence.message)
    return MediaEvidence(figures=figures, last_hour=figures.since(time.time() - _HOUR))
