"""What there is to know of a site, as values. Pure: the collectors beside this room ask, and the readers judge.

A part that could not be had says so itself: by an error, by None, or by being empty, as its docstring tells.
"""

from gvma.evidence.model.asterisk import AmiEvidence, FilesEvidence, MailboxFields, MediaEvidence, Probe, SipAddresses
from gvma.evidence.model.configserver import QUERIES, ConfigServerEvidence, QueryAnswer, object_name
from gvma.evidence.model.hosts import DatabaseEvidence, HostsEvidence, NodeEvidence
from gvma.evidence.model.runs import NextSync, RecordsEvidence
from gvma.evidence.model.settings import SettingsEvidence
from gvma.evidence.model.site import Evidence

__all__ = [
    "QUERIES",
    "AmiEvidence",
    "ConfigServerEvidence",
    "DatabaseEvidence",
    "Evidence",
    "FilesEvidence",
    "HostsEvidence",
    "MailboxFields",
    "MediaEvidence",
    "NextSync",
    "NodeEvidence",
    "Probe",
    "QueryAnswer",
    "RecordsEvidence",
    "SettingsEvidence",
    "SipAddresses",
    "object_name",
]
