"""``GVMA_AGI=hagi://name``: Asterisk itself goes on to the next host of the SRV record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gvma.demo.rootfs import Root
from tests.integration.media.srv_hosts import in_a_network_of_its_own


@pytest.mark.asterisk
def test_calls_go_to_the_next_host_of_the_srv_record_once_the_first_is_lost(
    asterisk_root: Callable[[int], Root], mount_namespace: tuple[str, ...], tmp_path: Path
) -> None:
    asterisk_root(22)  # there is no way to fetch it inside
    log = in_a_network_of_its_own(tmp_path, mount_namespace)
    assert "Started music on hold" not in log
    assert log.count("AGI request failed for host 'media.example' (one.media.example:") == 2
