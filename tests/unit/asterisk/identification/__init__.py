"""Files of Asterisk's as values, for the tests of identification."""

from __future__ import annotations

from gvma.asterisk.conf import Conf, read_conf


def conf(text: bytes, name: str = "x.conf") -> Conf:
    return read_conf(name, lambda asked: [(asked, text)] if asked == name else [])
