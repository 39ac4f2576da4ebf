"""A few of gvma's rows, by which a node shows that it reads this database."""

from __future__ import annotations

from psycopg import Connection

from gvma.asterisk.roles import AGENT, GROUP
from gvma.sinks.realtime.rows.names import AOR_MAILBOXES, AORS, OURS, VOICEMAIL

_OTHERS = tuple(f"id like '{role.prefix}%'" for role in (AGENT, GROUP))
_ROLE_OF_AOR = (f"not ({' or '.join(_OTHERS)})", *_OTHERS)


def sampled_mailboxes(connection: Connection[tuple[object, ...]], count: int) -> tuple[str, ...]:
    """``box@context`` of some of them."""
    of_ours = f"from {VOICEMAIL} where {OURS[VOICEMAIL]} order by mailbox desc, context limit {count:d}"
    return tuple(str(row[0]) for row in connection.execute(f"select mailbox || '@' || context {of_ours}".encode()))


def sampled_subscriptions(connection: Connection[tuple[object, ...]], count: int) -> dict[str, str]:
    """The mailbox that each of some watches, by name. count: of each role."""
    of_roles = " union all ".join(
        f"(select id, {AOR_MAILBOXES} from {AORS} where {OURS[AORS]} and {one} order by id desc limit {count:d})"
        for one in _ROLE_OF_AOR
    )
    return {str(name): str(mailbox) for name, mailbox in connection.execute(of_roles.encode())}
