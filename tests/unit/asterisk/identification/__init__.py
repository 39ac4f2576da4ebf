"""Files of Asterisk's as values, for the tests of identification."""

from __future__ import annotations

from gvma.asterisk.conf.model import Conf
from gvma.asterisk.conf.reader import read_conf


def conf(text: bytes, name: str = "x.conf") -> Conf:
    return read_conf(name, lambda asked: [(asked, text)] if asked == name else [])
