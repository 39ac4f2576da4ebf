"""No PIN is lost on a real Asterisk 16 and 22; ``tests/soak/test_pins.py`` has more rounds."""

from __future__ import annotations

import pytest

from tests.soak.experiments.pins import (
    SPOOLDIR,
    StartOwner,
    a_pin_changed_by_phone_stays_until_the_administrator_resets_it,
    at_once,
    race,
    start_owner,
)

__all__ = ["start_owner"]


@pytest.mark.asterisk
def test_a_pin_changed_by_phone_stays_until_the_administrator_resets_it(start_owner: StartOwner) -> None:
    owners = [start_owner(version, more) for version in (16, 22) for more in ("", SPOOLDIR)]
    at_once(a_pin_changed_by_phone_stays_until_the_administrator_resets_it, owners)


@pytest.mark.asterisk
def test_no_pin_is_lost_in_rounds_of_a_sync_racing_a_pin_change(start_owner: StartOwner) -> None:
    at_once(lambda owner: race(owner, rounds=3, boxes=300), [start_owner(version) for version in (16, 22)])
