"""The one line of ``gvma check --nagios``: status, counts, first finding, performance data. Pure.

The form is that of the monitoring plugins' guidelines: text, a bar, then ``label=value;warn;crit;min;max`` with blanks
between. The bar ends the text, so that no text may have one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gvma.cli.display.findings import counted, one_line

if TYPE_CHECKING:
    from gvma.check.finding import Finding
    from gvma.evidence.model import Evidence

STATUS = {"": 0, "info": 0, "warning": 1, "error": 2}
"""The exit status by the gravest severity."""
UNKNOWN = 3
_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
# Some programs cut the line after so many characters.
_LONGEST = 400


def nagios_line(status: int, found: Sequence[Finding], muted: Mapping[str, int], evidence: Evidence) -> str:
    """found: errors first."""
    grave = [one for one in found if one.severity != "info"]
    codes = ", ".join(dict.fromkeys(one.code for one in grave))
    text = f"GVMA {_WORDS[status]}: {counted(found, muted)}{f' ({codes})' if codes else ''}"
    if grave:
        text = f"{text} - {grave[0].where}: {grave[0].message.rstrip('.')}"
    return f"{_plain(text)} | {' '.join(_figures(found, evidence))}"


def unknown_line(reason: str) -> str:
    """Where the check itself failed; there are no figures then."""
    return _plain(f"GVMA {_WORDS[UNKNOWN]}: {reason}")


def _plain(text: str) -> str:
    line = one_line(text).replace("|", "/")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _figures(found: Sequence[Finding], evidence: Evidence) -> Iterator[str]:
    """``warn`` and ``crit`` are ranges: ``0`` alerts above zero."""
    numbers = {severity: sum(one.severity == severity for one in found) for severity in ("error", "warning", "info")}
    yield f"errors={numbers['error']};;0;0"
    yield f"warnings={numbers['warning']};0;;0"
    yield f"notes={numbers['info']};;;0"
    ami = evidence.ami
    if ami and ami.mailboxes is not None:
        yield f"mailboxes={len(ami.mailboxes)};;;0"
    if ami and ami.subscriptions is not None:
        yield f"subscriptions={len(ami.subscriptions)};;;0"
    if evidence.records.last_success is not None:
        yield f"last_success={evidence.records.last_success.age:.0f}s;{evidence.settings.gvma.status_max_age};;0"
