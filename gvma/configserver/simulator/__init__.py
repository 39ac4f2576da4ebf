"""A Configuration Server of our own, for the demo, for rehearsals and for tests."""
