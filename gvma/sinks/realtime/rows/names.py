"""The names that the database's owner, gvma and Asterisk agree on: tables, keys, gvma's rows, its own objects. Pure.

Source: contrib/ast-db-manage of Asterisk 22 for ``voicemail`` and ``ps_aors``.
"""

from __future__ import annotations

from gvma.asterisk.roles import OWN_CONTEXTS, SUBSCRIPTION_PREFIX

VOICEMAIL, AORS = "voicemail", "ps_aors"
TABLES = (VOICEMAIL, AORS)
KEYS = {VOICEMAIL: ("context", "mailbox"), AORS: ("id",)}
"""The columns that make a row one of its kind."""
UNWRITTEN = {VOICEMAIL: frozenset({"uniqueid", "context", "mailbox", "password"}), AORS: frozenset({"id"})}
"""Columns of rows that exist which gvma never updates."""
AOR_MAILBOXES = "mailboxes"
NEEDED = {
    VOICEMAIL: (*KEYS[VOICEMAIL], "password", "fullname", "email", "pager"),
    AORS: (*KEYS[AORS], AOR_MAILBOXES),
}
"""Columns without which there is no mailbox, or no subscription."""
SEQUENCES = f"""\
select distinct s.oid::regclass from pg_attrdef a
    join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = a.oid
    join pg_class s on d.refclassid = 'pg_class'::regclass and s.oid = d.refobjid and s.relkind = 'S'
    where a.adrelid in ({", ".join(f"to_regclass('{table}')" for table in TABLES)})"""
"""SQL: the sequences that number rows of the tables, such as those of ``uniqueid``."""

RECORDS = "gvma_records"
"""gvma's own table: texts that are as new or as old as the rows, by name."""
RESET_PIN = "gvma_reset_pin"
"""The function that sets a first PIN again."""
VOICEMAIL_INDEX, AORS_INDEX = "gvma_voicemail_key", "gvma_ps_aors_key"
EVERYBODY, ACCOUNT, OWN_ROWS = "gvma_everybody", "gvma_account", "gvma_own_rows"
"""The policies on both tables: the first lets everybody go on as before; in its place the second lets gvma's account in
where the site has row level security of its own; the third keeps gvma within its own rows."""

_CONTEXTS = ", ".join(f"'{context}'" for context in OWN_CONTEXTS)
OURS = {VOICEMAIL: f"context in ({_CONTEXTS})", AORS: f"id like '{SUBSCRIPTION_PREFIX}%'"}
"""SQL conditions: which rows are gvma's."""
KEY_OF_OURS = {table: f"({', '.join(KEYS[table])}) where {OURS[table]}" for table in TABLES}
"""What ``on conflict`` names: a unique index on the key, of all rows or at least of gvma's."""
