"""A real PostgreSQL for the tests: one server for each worker, and in it a fresh database for each test.

Where it cannot be had, its tests are skipped with what is missing, which fails the run in CI.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from gvma.demo.debian import NotObtainableError
from gvma.demo.servers.postgresql import PrivatePostgreSQL

PASSWORDS = {"gvma": "gvma-only-tested", "asterisk": "asterisk-only-tested"}
"""Accounts that every database of the tests knows: who writes the tables, and who reads them."""
TEMPLATE = "gvma_template"


@dataclass(frozen=True, slots=True)
class Database:
    """One database, gone after its test."""

    server: PrivatePostgreSQL
    name: str

    def dsn(self, user: str = "gvma") -> str:
        """libpq's connection string, without the password (PASSWORDS has it)."""
        return self.server.dsn(self.name, user)

    def sql(self, text: str) -> list[str]:
        """Run SQL as the superuser; the lines of its rows, columns apart by ``|``."""
        return self.server.sql(text, self.name)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PrivatePostgreSQL]:
    """The worker's server, with the accounts and an empty template. A test that stops it starts it again."""
    try:
        server = PrivatePostgreSQL()
    except NotObtainableError as missing:
        pytest.skip(str(missing))
    with server:
        roles = "".join(f"create role {name} login password '{word}';" for name, word in PASSWORDS.items())
        server.sql(f"{roles} create database {TEMPLATE};")
        yield server


_numbers = count(1)


@pytest.fixture
def database(postgresql_server: PrivatePostgreSQL) -> Iterator[Database]:
    """``database.sql("create table ...")``; ``database.dsn()`` is what ``realtime_dsn`` gets."""
    name = f"test_{next(_numbers)}"
    postgresql_server.sql(f"create database {name} template {TEMPLATE};")
    yield Database(postgresql_server, name)
    postgresql_server.start()  # where the test has stopped it
    postgresql_server.sql(f"drop database {name} with (force);")
