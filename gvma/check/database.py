"""Rules about the database of a Realtime site: it is there, and it guarantees what must never happen.

Pure: it asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from gvma.check.finding import Finding, Rule
from gvma.evidence.model import Evidence

UNREACHABLE = Rule(
    "database-unreachable", "error", "a database that cannot be reached, takes no writes, or refuses gvma's account",
    "A sync stops with exit 18 or 12 and writes nothing. A node that does not reach it either answers SIP Server's "
    "SUBSCRIBE with 404.",
    "Start PostgreSQL, or correct realtime_dsn, which names the primary, and realtime_password.",
)  # fmt: skip
GRANTS = Rule(
    "database-grants", "error", "a guarantee of the database that is missing, or a right of gvma's account that is "
    "too wide",
    "gvma may then change a PIN that its owner has chosen, or rows that are not its own; a sync stops with exit 14.",
    "Have the owner of the tables run what `gvma realtime sql` prints.",
)  # fmt: skip
RULES = (UNREACHABLE, GRANTS)


def check_database(evidence: Evidence) -> Iterator[Finding]:
    """What the database said, or why it said nothing."""
    if evidence.hosts is None:
        return
    database = evidence.hosts.database
    if database.problem is not None:
        yield UNREACHABLE.at(database.problem.where, database.problem.message)
    for fault in database.faults:
        yield GRANTS.at("realtime_dsn", fault)


CHECKS = (check_database,)
