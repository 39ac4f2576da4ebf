"""``python -m tests.harness.asterisks``: obtains every Asterisk that the tests start, and says where each is."""

from __future__ import annotations

import sys

from gvma.demo.debian import NotObtainableError
from gvma.demo.rootfs import obtain

VERSIONS = (16, 22)


def main() -> int:
    """The exit status: 0 where all are there."""
    status = 0
    for version in VERSIONS:
        try:
            print(f"Asterisk {version}: {obtain(version).asterisk}")
        except NotObtainableError as failure:
            print(failure, failure.hint, file=sys.stderr)
            status = failure.exit_status
    return status


if __name__ == "__main__":
    sys.exit(main())
