"""Fifty rounds of a sync racing a PIN change on a real Asterisk 16 and 22; ``make test`` has three of them."""

from __future__ import annotations

import pytest

from tests.soak.experiments.pins import StartOwner, at_once, race, start_owner

__all__ = ["start_owner"]


@pytest.mark.asterisk
@pytest.mark.parametrize("boxes", [20, 2_000])
def test_no_pin_is_lost_in_fifty_rounds_of_a_sync_racing_a_pin_change(start_owner: StartOwner, boxes: int) -> None:
    owners = [start_owner(version) for version in (16, 22)]
    at_once(lambda owner: race(owner, rounds=50, boxes=boxes), owners)
    print(f"{boxes} boxes: {[owner.raced for owner in owners]} of 50 syncs had to plan anew")
