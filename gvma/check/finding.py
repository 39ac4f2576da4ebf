"""What a check reports: rules with stable codes, and findings. Pure: nothing here looks anywhere.

A rule is written once, in the file of its chapter; ``docs/checks.md`` is made from the rules. A finding says
where a fault was seen and what was seen; why it matters and what to do come from its rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from gvma.evidence.model import Evidence

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Finding(NamedTuple):
    """One fault, or one note.

    where: the object, file or key. why: why it matters. remedy: what to do. group: of ``--only``; the catalogue
    fills it in.
    """

    code: str
    severity: Severity
    message: str
    where: str
    why: str
    remedy: str
    group: str = ""

    @property
    def hint(self) -> str:
        """Why it matters, and what to do."""
        return f"{self.why} {self.remedy}"

    def as_json(self) -> dict[str, str]:
        """The object of ``findings`` in ``--output json``."""
        return {
            "code": self.code,
            "severity": self.severity,
            "group": self.group,
            "message": self.message,
            "where": self.where,
            "hint": self.hint,
        }


Check = Callable[[Evidence], Iterator[Finding]]
"""A function that applies rules to the evidence."""


class Rule(NamedTuple):
    """What has to be so.

    code: stable, lower case with dashes. finds: the fault, for the docs.
    why: why it matters, with the manual's line or the Asterisk fact. remedy: what to do.
    """

    code: str
    severity: Severity
    finds: str
    why: str
    remedy: str

    def at(self, where: str, message: str, *, remedy: str = "") -> Finding:
        """A finding of this rule; ``remedy`` where this one needs other words than the rule's."""
        return Finding(self.code, self.severity, message, where, self.why, remedy or self.remedy)
