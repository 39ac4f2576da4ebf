"""A few of gvma's rows, by which a node shows that it reads this database."""

from __future__ import annotations

from psycopg import Connection

from gvma.sinks.realtime.names import AOR_MAILBOXES, AORS, OURS, VOICEMAIL


def sampled_mailboxes(connection: Connection[tuple[object, ...]], count: int) -> tuple[str, ...]:
    """``box@context`` of some of them."""
    of_ours = f"from {VOICEMAIL} where {OURS[VOICEMAIL]} order by mailbox desc, context limit {count:d}"
    return tuple(str(row[0]) for row in connection.execute(f"select mailbox || '@' || context {of_ours}".encode()))


def sampled_subscriptions(connection: Connection[tuple[object, ...]], count: int) -> dict[str, str]:
    """The mailbox that each of some watches, by name."""
    of_ours = f"from {AORS} where {OURS[AORS]} order by id desc limit {count:d}"
    rows = connection.execute(f"select id, {AOR_MAILBOXES} {of_ours}".encode())
    return {str(name): str(mailbox) for name, mailbox in rows}
