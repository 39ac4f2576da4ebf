#!/usr/bin/env python3
"""AGI(treatment.py): announcement, digits or recording, as the call's URI asks (the manual's macro treatment)."""

import os

asterisk_reads = os.dup(1)
os.dup2(2, 1)  # before anything is imported: what a library prints must not reach Asterisk as AGI

from gvma.agi.stdin import main  # noqa: E402

raise SystemExit(main("treatment", asterisk_reads))
