"""What the sink has now. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gvma.plan.present import Present

if TYPE_CHECKING:
    from gvma.errors import GvmaError


class SinkEvidence(NamedTuple):
    """The files, or the tables, that a sync writes.

    name: ``files`` or ``realtime``. present: what there is of ours. edited: names of files or tables in which it is
    not as the last run left it, PINs aside. problem: why the sink could not be read.
    """

    name: str = "files"
    present: Present = Present()
    edited: tuple[str, ...] = ()
    problem: GvmaError | None = None
