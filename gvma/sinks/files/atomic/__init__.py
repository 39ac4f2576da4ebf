"""Several files exchanged as one: all old or all new, whatever stops the run, and no PIN of Asterisk's lost."""
