#!/usr/bin/env python3
"""AGI(treatment.py): announcement, digits or recording, as the call's URI asks (the manual's macro treatment)."""

import os

to_asterisk = os.dup(1)
os.dup2(2, 1)  # before any import: Asterisk would read what a library prints as AGI

from gvma.agi.stdin import main  # noqa: E402

raise SystemExit(main("treatment", to_asterisk))
