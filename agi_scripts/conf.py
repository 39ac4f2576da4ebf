#!/usr/bin/env python3
"""AGI(conf.py): the conference that the call's URI names (the manual's macro conf)."""

import os

asterisk_reads = os.dup(1)
os.dup2(2, 1)  # before anything is imported: what a library prints must not reach Asterisk as AGI

from gvma.agi.stdin import main  # noqa: E402

raise SystemExit(main("conf", asterisk_reads))
