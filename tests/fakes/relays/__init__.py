"""What stands between gvma and a server, so that a connection can end at a moment of the test's choice."""
