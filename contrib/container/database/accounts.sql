-- Run by the image once, when the database is made: Asterisk's account, and gvma's, which owns nothing.
-- `gvma realtime sql` gives gvma its rights; docs/containers.md says when.
\set gvma `cat /run/secrets/realtime-password`
\set asterisk `cat /run/secrets/asterisk-database-password`
create role gvma login password :'gvma';
create role asterisk login password :'asterisk';
