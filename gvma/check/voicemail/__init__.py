"""Rules about mailboxes: their options, how callers reach them, and message waiting. Pure."""
