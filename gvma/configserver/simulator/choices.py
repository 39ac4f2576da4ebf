"""What a simulated Configuration Server can be set to; apart, because ``--help`` needs the words alone."""

from __future__ import annotations

SHAPES = ("a", "a-ids", "b")
"""The forms of an answer: ``a`` with bare numbers as references, ``a-ids`` with ids like ``CfgSwitch101``, ``b``."""

FAILURES = ("refuse", "401", "fault", "truncate", "delay", "empty", "malformed", "500")
"""The ways to fail instead of answering."""
