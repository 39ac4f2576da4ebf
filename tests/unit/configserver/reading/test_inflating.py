"""Gzip as it comes in: in any pieces, cut, damaged, and far larger than it looks."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest

from gvma.configserver.reading.inflating import inflated
from gvma.errors import (
    ConfigServerMalformed,
    ConfigServerTruncated,
)


def test_gzip_in_any_pieces_and_several_members_is_inflated() -> None:
    content = gzip.compress(b"first ") + gzip.compress(b"second")
    for piece in (1, 5, 1000):
        pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
        assert b"".join(inflated(pieces)) == b"first second"


def test_gzip_that_ends_early_is_truncated_and_damaged_gzip_malformed() -> None:
    content = gzip.compress(bytes(range(256)) * 50)
    with pytest.raises(ConfigServerTruncated):
        list(inflated([content[:-9]]))
    with pytest.raises(ConfigServerTruncated):
        list(inflated([]))
    with pytest.raises(ConfigServerMalformed):
        list(inflated([content[:20] + b"\xff" * 40 + content[60:]]))


def test_a_gzip_bomb_is_inflated_piece_by_piece() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    tracemalloc.start()
    try:
        assert sum(map(len, inflated([bomb]))) == 50_000_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
