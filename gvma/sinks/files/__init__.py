"""The three files as a sink: targets, managed block, atomic exchange, journal, recovery."""
