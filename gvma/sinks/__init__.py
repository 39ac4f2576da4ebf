"""Where a plan is written. ``base`` has the protocol that every sink follows."""
