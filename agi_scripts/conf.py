#!/usr/bin/env python3
"""AGI(conf.py): the conference that the call's URI names (the manual's macro conf)."""

import os

to_asterisk = os.dup(1)
os.dup2(2, 1)  # before any import: Asterisk would read what a library prints as AGI

from gvma.agi.stdin import main  # noqa: E402

raise SystemExit(main("conf", to_asterisk))
