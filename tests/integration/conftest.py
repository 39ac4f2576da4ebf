"""The fixtures of everything that starts a real server: Asterisk, PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gvma.sip.subscriber import Subscriber
from tests.harness.servers.asterisk_fixtures import (
    asterisk_root,
    module_version,
    start_asterisk,
    start_module_asterisk,
    start_telephone,
    version,
)
from tests.harness.servers.postgresql_fixtures import database, postgresql_server

_HASTY = (
    "at_a_glance._ANSWER_SECONDS",
    "by_name._ANSWER_SECONDS",
    "asterisk.ami._ANSWER_SECONDS",
    "asterisk.by_name._ANSWER_SECONDS",
    "asterisk.nodes._ANSWER_SECONDS",
    "asterisk.sipserver._SECONDS",
    "servers.configserver._ANSWER_SECONDS",
    "servers.media._HEALTH_SECONDS",
    "servers.media_figures._SECONDS",
    "servers.sip._DNS_SECONDS",
)


@pytest.fixture(scope="session", autouse=True)
def _patience() -> Iterator[None]:
    """gvma gives each server a few seconds where a person waits, which are few on a host that runs other tests too."""
    with pytest.MonkeyPatch.context() as patched:
        for name in _HASTY:
            patched.setattr(f"gvma.evidence.{name}", 60.0)
        for wait in (Subscriber.subscribe, Subscriber.next_notify):
            patched.setattr(wait, "__defaults__", (60.0,))
        yield


__all__ = [
    "asterisk_root",
    "database",
    "module_version",
    "postgresql_server",
    "start_asterisk",
    "start_module_asterisk",
    "start_telephone",
    "version",
]
