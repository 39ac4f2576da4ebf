"""All that is known of a site, one part for each source. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from gvma.asterisk.drivers import PJSIP, Driver
from gvma.evidence.model.asterisk import AmiEvidence, FilesEvidence, MediaEvidence, Probe, SipAddresses
from gvma.evidence.model.configserver import ConfigServerEvidence
from gvma.evidence.model.named import NamedEvidence
from gvma.evidence.model.runs import NextSync, RecordsEvidence
from gvma.evidence.model.settings import SettingsEvidence
from gvma.evidence.model.sink import SinkEvidence

if TYPE_CHECKING:
    from gvma.evidence.model.hosts import HostsEvidence
    from gvma.mailboxes import Desired
    from gvma.settings import Settings


class _Parts(NamedTuple):
    """Of Evidence, which as a named tuple itself could keep no conclusion."""

    settings: Settings
    syncs: bool = True
    driver: Driver = PJSIP
    driver_reason: str = ""
    settings_file: SettingsEvidence = SettingsEvidence()
    configserver: ConfigServerEvidence = ConfigServerEvidence()
    files: FilesEvidence = FilesEvidence()
    addresses: Mapping[str, frozenset[str]] = {}
    ami: AmiEvidence | None = None
    hosts: HostsEvidence | None = None
    sip: SipAddresses = SipAddresses()
    probes: tuple[Probe, ...] | None = None
    media: MediaEvidence = MediaEvidence()
    sink: SinkEvidence = SinkEvidence()
    named: NamedEvidence = NamedEvidence()
    records: RecordsEvidence = RecordsEvidence()
    next_sync: NextSync | None = None


class Evidence(_Parts):
    """All that was seen of a site, one part for each source.

    settings: the effective settings. syncs: they serve a sync, and not the media server alone.
    driver: the channel driver that gvma writes for. driver_reason: a sentence why.
    addresses: IP addresses by host, of SIP Server, of the gateway and of what Applications call their own.
    ami: None where AMI was not asked. hosts: of a site with ``sink = realtime``, whose files and AMI are not looked at,
    since gvma's host need not be a node. probes: None where none was wanted. next_sync: None where not every query of a
    sync was answered.
    """

    def with_more(self, **parts: Any) -> Evidence:
        """The evidence with further parts. What is wanted by the same objects is not concluded again."""
        more = self._replace(**parts)
        if "wanted" in vars(self) and parts.keys().isdisjoint({"settings", "configserver"}):
            vars(more)["wanted"] = self.wanted
        return more

    @cached_property
    def wanted(self) -> Desired:
        """What the manual's rules make of the objects; of those of the queries that were answered."""
        from gvma.mailboxes import desired  # noqa: PLC0415  (start-up)

        layer = self.configserver
        settings = self.settings.gvma
        return desired(
            layer.dns,
            layer.agents,
            layer.groups,
            allow_mailcmd=settings.allow_mailcmd,
            main_extension=settings.vm_voicemail_main_ext,
        )
