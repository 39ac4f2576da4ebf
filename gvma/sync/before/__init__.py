"""What a run looks at before it writes: an interrupted run, the same inputs as before, whether Asterisk can take it."""
