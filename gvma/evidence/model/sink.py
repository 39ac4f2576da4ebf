"""What the sink has now. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from gvma.errors import GvmaError
from gvma.plan.present import Present


@dataclass(frozen=True, slots=True)
class SinkEvidence:
    """The files, or the tables, that a sync writes.

    name: ``files`` or ``realtime``. present: what there is of ours. edited: names of files or tables in which it is
    not as the last run left it, PINs aside. problem: why the sink could not be read.
    """

    name: str = "files"
    present: Present = field(default_factory=Present, repr=False)
    edited: tuple[str, ...] = ()
    problem: GvmaError | None = None
