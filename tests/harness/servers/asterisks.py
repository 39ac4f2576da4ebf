"""``python -m tests.harness.servers.asterisks``: obtains every server that the tests start, and says where each is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from gvma.demo.debian import NotObtainableError
from gvma.demo.rootfs import obtain
from gvma.demo.servers.haproxy import obtain_haproxy
from gvma.demo.servers.odbc import obtain_odbc_driver
from gvma.demo.servers.postgresql import obtain_postgresql
from tests.harness.browser import obtain_chromium
from tests.harness.debian_python import obtain_python
from tests.harness.servers.prometheus import obtain_prometheus

SERVERS: dict[str, Callable[[], Path]] = {
    "Asterisk 16": lambda: obtain(16).asterisk,
    "Asterisk 22": lambda: obtain(22).asterisk,
    "PostgreSQL 18": lambda: obtain_postgresql().programs,
    "its ODBC driver": obtain_odbc_driver,
    "HAProxy": lambda: obtain_haproxy().program,
    "Chromium": lambda: obtain_chromium().program,
    "Prometheus": lambda: obtain_prometheus().prometheus,
    "Python 3.13": lambda: obtain_python().program,
}


def main() -> int:
    """The exit status: 0 where all are there."""
    status = 0
    for name, obtained in SERVERS.items():
        try:
            print(f"{name}: {obtained()}")
        except NotObtainableError as failure:
            print(failure, failure.hint, file=sys.stderr)
            status = failure.exit_status
    return status


if __name__ == "__main__":
    sys.exit(main())
