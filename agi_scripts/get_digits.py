#!/usr/bin/env python3
"""AGI(get_digits.py): each key of the caller as a text Signal=<digit> (the manual's macro get-digits)."""

import os

asterisk_reads = os.dup(1)
os.dup2(2, 1)  # before anything is imported: what a library prints must not reach Asterisk as AGI

from gvma.agi.stdin import main  # noqa: E402

raise SystemExit(main("digits", asterisk_reads))
