"""Waits for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable

from gvma.demo.asterisk import PrivateAsterisk


def wait_until(condition: Callable[[], bool], what: str, story: Callable[[], str] = str, timeout: float = 60.0) -> None:
    """Waits for what another process does.

    what: is wrong where the condition does not come true within ``timeout`` seconds. story: what more to say then.
    """
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"{what}\n{story()}"
        time.sleep(0.01)


def wait_no_channels(asterisk: PrivateAsterisk) -> None:
    """Waits until no call is left."""
    wait_until(
        lambda: "0 active channels" in "\n".join(asterisk.cli("core show channels count")),
        "channels are left",
        lambda: "\n".join(asterisk.cli("core show channels")),
    )
