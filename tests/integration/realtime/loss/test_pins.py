"""PINs by telephone at a node, against syncs; `make soak` has fifty rounds on each driver."""

from __future__ import annotations

import pytest

from tests.harness.servers.asterisk_fixtures import StartTelephone
from tests.harness.servers.many_hosts import ManyHosts
from tests.soak.experiments.row_pins import race


@pytest.mark.asterisk
@pytest.mark.parametrize("hosts", ["pgsql", "odbc"], indirect=True)
def test_no_pin_is_lost_in_rounds_of_a_sync_racing_a_pin_change(
    hosts: ManyHosts, start_telephone: StartTelephone
) -> None:
    race(hosts, start_telephone(hosts.node()), rounds=2, mailboxes=300)
