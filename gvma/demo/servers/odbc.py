"""PostgreSQL's ODBC driver, which an Asterisk's res_odbc loads from a file; unpacked from Debian packages."""

from __future__ import annotations

from pathlib import Path

from gvma.demo.debian import NotObtainableError
from gvma.demo.packages import first_match, unpacked


def obtain_odbc_driver() -> Path:
    """``psqlodbcw.so``, of the same suites as Asterisk 22; some 10 MB of downloads and 28 MB of disk, once.

    What it links against comes with Asterisk's own packages. Raises NotObtainableError where it cannot be had.
    """
    try:
        return _driver(unpacked("odbc-postgresql", ("forky", "sid"), ("odbc-postgresql",), _driver))
    except NotObtainableError as failure:
        raise NotObtainableError(
            f"no ODBC driver for PostgreSQL from Debian packages: {failure}",
            hint="Give this host access to a Debian mirror.",
        ) from failure


def _driver(place: Path) -> Path:
    return first_match(place.resolve(), ("usr/lib/*-linux-gnu*/odbc/psqlodbcw.so",))
