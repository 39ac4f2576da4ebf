#!/usr/bin/env python3
"""AGI(get_digits.py): each key of the caller as a text Signal=<digit> (the manual's macro get-digits)."""

import os

to_asterisk = os.dup(1)
os.dup2(2, 1)  # before any import: Asterisk would read what a library prints as AGI

from gvma.agi.stdin import main  # noqa: E402

raise SystemExit(main("digits", to_asterisk))
