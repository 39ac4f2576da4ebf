"""The SQL that the owner of Asterisk's tables runs once: what gvma needs there, and what it may never do. Pure.

It may be run again at any time. gvma itself never needs the owner's rights.
"""

from __future__ import annotations

from gvma.sinks.realtime.rows.names import (
    ACCOUNT,
    AORS,
    AORS_INDEX,
    EVERYBODY,
    NEEDED,
    OURS,
    OWN_ROWS,
    RECORDS,
    RESET_PIN,
    SEQUENCES,
    TABLES,
    UNWRITTEN,
    VOICEMAIL,
    VOICEMAIL_INDEX,
)

_HEAD = """\
-- What gvma needs in the database of Asterisk's Realtime tables. Run it as the owner of the tables:
-- psql -v ON_ERROR_STOP=1 -f gvma.sql. It may be run again at any time.
begin;
"""

_PLACE = f"""
-- Everything stands in the schema of Asterisk's tables, which need not be the first one of the search_path.
do $$
declare
  places text[] := (select array_agg(distinct relnamespace::regnamespace::text) from pg_class
    where oid in ({", ".join(f"to_regclass('{table}')" for table in TABLES)}));
begin
  if current_setting('server_encoding') <> 'UTF8' then
    raise exception 'the database is encoded in %, and names need UTF8', current_setting('server_encoding')
      using hint = 'Nothing was changed. Make a database with encoding UTF8, and move Asterisk''s tables there.';
  end if;
  if cardinality(places) > 1 then
    raise exception '{" and ".join(TABLES)} stand in different schemas: %', array_to_string(places, ', ')
      using hint = 'Nothing was changed. Set search_path to the schema that Asterisk uses, then run this again.';
  end if;
  if places is not null then perform set_config('search_path', places[1], true); end if;
end $$;
"""

_CREATE = """
-- Asterisk's two tables, where there are none.
do $$ begin
  if to_regtype('yes_no_values') is null then create type yes_no_values as enum ('yes', 'no'); end if;
  if to_regtype('ast_bool_values') is null then
    create type ast_bool_values as enum ('0', '1', 'off', 'on', 'false', 'true', 'no', 'yes');
  end if;
end $$;
create table if not exists voicemail (
  uniqueid serial primary key, context varchar(80) not null, mailbox varchar(80) not null,
  password varchar(80) not null, fullname varchar(80), alias varchar(80), email varchar(80), pager varchar(80),
  attach yes_no_values, attachfmt varchar(10), serveremail varchar(80), language varchar(20), tz varchar(30),
  deletevoicemail yes_no_values, saycid yes_no_values, sendvoicemail yes_no_values, review yes_no_values,
  tempgreetwarn yes_no_values, operator yes_no_values, envelope yes_no_values, sayduration integer,
  forcename yes_no_values, forcegreetings yes_no_values, callback varchar(80), dialout varchar(80),
  exitcontext varchar(80), maxmsg integer, volgain numeric(5,2), imapuser varchar(80), imappassword varchar(80),
  imapserver varchar(80), imapport varchar(8), imapflags varchar(80), stamp timestamp
);
create table if not exists ps_aors (
  id varchar(255) not null unique, contact varchar(255), default_expiration integer, mailboxes varchar(80),
  max_contacts integer, minimum_expiration integer, remove_existing ast_bool_values, qualify_frequency integer,
  authenticate_qualify ast_bool_values, maximum_expiration integer, outbound_proxy varchar(255),
  support_path ast_bool_values, qualify_timeout double precision, voicemail_extension varchar(40),
  remove_unavailable ast_bool_values, qualify_2xx_only ast_bool_values
);
"""

_NEEDED = ", ".join(f"('{table}', '{column}')" for table, columns in NEEDED.items() for column in columns)
_FITNESS = f"""
-- Both tables are there, and can keep a mailbox.
do $$
declare
  absent text := (select string_agg(name, ', ') from unnest(array[{", ".join(f"'{table}'" for table in TABLES)}]) name
    where to_regclass(name) is null);
  others text := (select string_agg(relname, ', ') from pg_class
    where oid in ({", ".join(f"to_regclass('{table}')" for table in TABLES)}) and relkind not in ('r', 'p'));
  columns text := (select string_agg(format('%s (%s)', needed.name, needed.own), ', ')
    from (values {_NEEDED}) needed (name, own)
    where not exists (select 1 from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = to_regclass(needed.name) and a.attname = needed.own and t.typcategory = 'S'));
begin
  if absent is not null then
    raise exception 'no table % in the search_path (%)', absent, current_setting('search_path')
      using hint = 'Nothing was changed. Set search_path to their schema, or let gvma realtime sql --create make them.';
  elsif others is not null then
    raise exception '% is not a table: gvma writes tables alone', others
      using hint = 'Nothing was changed. Let the tables themselves have these names.';
  elsif columns is not null then
    raise exception 'columns are missing, or are no text: %', columns
      using hint = 'Nothing was changed. Add them, or alter their type to varchar, then run this again.';
  end if;
end $$;
"""

RESET_ARGUMENTS = "box_context text, box text, pin_now text, pin_new text"
RESET_BODY = f"""
  with reset as (
    update {VOICEMAIL} set password = $4
    where context = $1 and mailbox = $2 and password = $3 and {OURS[VOICEMAIL]}
    returning 1
  ) select exists (select 1 from reset)
"""
"""What the function that sets a PIN again does; a sync goes on with this text alone."""

_TWICE = f"""
    select string_agg(box, ', ') from (
      select mailbox || '@' || context as box from {VOICEMAIL}{{where}}
      group by context, mailbox having count(*) > 1 order by 1 limit 5) boxes"""
_OBJECTS = f"""
-- One row for each mailbox. Asterisk's own tables have no such rule: where rows of the site's stand twice, it is for
-- gvma's contexts alone.
do $$
declare twice text;
begin
  create unique index if not exists {VOICEMAIL_INDEX} on {VOICEMAIL} (context, mailbox);
exception when unique_violation then
  twice := ({_TWICE.format(where=f" where {OURS[VOICEMAIL]}")});
  if twice is not null then
    raise exception '{VOICEMAIL}: % stands more than once', twice
      using hint = 'Nothing was changed. Delete all rows but one of each, then run this again.';
  end if;
  twice := ({_TWICE.format(where="")});
  create unique index {VOICEMAIL_INDEX} on {VOICEMAIL} (context, mailbox) where {OURS[VOICEMAIL]};
  raise notice '{VOICEMAIL}: % stands more than once, so {VOICEMAIL_INDEX} covers gvma''s contexts alone', twice;
end $$;

-- One row for each AOR. Asterisk's own table has that rule; one that was made by hand may lack it.
do $$ begin
  if not exists (
    select 1 from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = '{AORS}'::regclass and a.attname = 'id' and i.indnatts = 1
      and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null)
  then create unique index {AORS_INDEX} on {AORS} (id); end if;
end $$;

-- gvma's own records, such as keyed hashes of first PINs; they are as new or as old as the rows.
create table if not exists {RECORDS} (name text primary key, content bytea not null);

-- A PIN is set again by this function alone, in gvma's contexts, and only while it is still the one that was read.
create or replace function {RESET_PIN}({RESET_ARGUMENTS}) returns boolean
  language sql volatile security definer as $${RESET_BODY}$$;
do $$ begin
  execute format('alter function {RESET_PIN}(text, text, text, text) set search_path = %I, pg_temp', current_schema());
end $$;
revoke all on function {RESET_PIN}(text, text, text, text) from public;
"""


def owner_sql(role: str, *, create: bool = False) -> str:
    """role: gvma's account, which exists already. create: with Asterisk's two tables."""
    return "".join(
        [_HEAD, _PLACE, _CREATE if create else "", _FITNESS, _OBJECTS, _grants(role), _policies(role), "commit;\n"]
    )


def _grants(role: str) -> str:
    name, text = quoted_name(role), _quoted_text(role)
    return f"""
-- gvma's account adds and removes rows, and updates every column but the PIN and the keys.
revoke all on {", ".join(TABLES)} from {name};
grant select, insert, delete on {", ".join(TABLES)} to {name};
grant update (mailboxes) on {AORS} to {name};
do $$
declare
  columns text := (
    select string_agg(quote_ident(attname), ', ') from pg_attribute
    where attrelid = '{VOICEMAIL}'::regclass and attnum > 0 and not attisdropped
      and attname not in ({", ".join(f"'{column}'" for column in sorted(UNWRITTEN[VOICEMAIL]))}));
  numbers regclass;
begin
  execute format('grant update (%s) on {VOICEMAIL} to %I', columns, {text});
  for numbers in {SEQUENCES} loop
    execute format('grant usage on sequence %s to %I', numbers, {text});
  end loop;
  execute format('revoke create on schema %I from %I', current_schema(), {text});
  execute format('grant usage on schema %I to %I', current_schema(), {text});
  execute format('grant temporary on database %I to %I', current_database(), {text});
end $$;
revoke all on {RECORDS} from public, {name};
grant select, insert, update, delete on {RECORDS} to {name};
grant execute on function {RESET_PIN}(text, text, text, text) to {name};
"""


def _policies(role: str) -> str:
    name = quoted_name(role)
    return f"""
-- Everybody else sees and changes what they did before; gvma sees and changes its own rows alone.
{"".join(_policies_of(table, name) for table in TABLES)}"""


def _policies_of(table: str, name: str) -> str:
    """Row level security that was on before gvma came is the site's and is not opened; by ACCOUNT a later run knows it.

    ACCOUNT is for the owner too: the function that resets a PIN needs it where policies bind the owner.
    """
    there = f"exists (select 1 from pg_policy where polrelid = '{table}'::regclass and"
    rows = f"using ({OURS[table]}) with check ({OURS[table]})"
    return f"""do $$
declare
  in_force boolean := (select relrowsecurity from pg_class where oid = '{table}'::regclass);
  of_site boolean := in_force and
    ({there} polname = '{ACCOUNT}') or not {there} polname in ('{EVERYBODY}', '{OWN_ROWS}')));
begin
  if not in_force and {there} polname <> '{OWN_ROWS}' and not polpermissive) then
    raise exception '{table} has restrictive policies that are not in force, and gvma''s would put them in force'
      using hint = 'Nothing was changed. Drop them, or alter table {table} enable row level security. Then try again.';
  end if;
  drop policy if exists {EVERYBODY} on {table};
  drop policy if exists {ACCOUNT} on {table};
  drop policy if exists {OWN_ROWS} on {table};
  create policy {OWN_ROWS} on {table} as restrictive to {name} {rows};
  if of_site then
    create policy {ACCOUNT} on {table} to {name}, current_user {rows};
    raise notice '{table} has row level security of the site''s own: gvma adds policies for its account alone';
  else
    alter table {table} enable row level security;
    create policy {EVERYBODY} on {table} to public using (true) with check (true);
  end if;
end $$;
"""


def quoted_name(name: str) -> str:
    """A name as SQL takes any name.

    >>> quoted_name("my gvma")
    '"my gvma"'
    """
    return '"{}"'.format(name.replace('"', '""'))


def _quoted_text(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))
