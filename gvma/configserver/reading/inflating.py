"""Compressed bytes of an answer or an export into bytes, piece by piece, so that none of them can fill the memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from gvma.errors import ConfigServerMalformed, ConfigServerTruncated

CHUNK = 64 * 1024
"""Bytes that are read, or decompressed, at a time."""


def inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The decompressed bytes of a gzip or zlib stream, at most CHUNK at a time.

    Raises ConfigServerMalformed if the stream is damaged, ConfigServerTruncated if it ends early.
    """
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
    for chunk in chunks:
        rest = chunk
        while rest:
            if inflate.eof:
                inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
            try:
                piece = inflate.decompress(rest, CHUNK)
            except zlib.error:
                raise ConfigServerMalformed("the gzip compression is damaged") from None
            rest = inflate.unconsumed_tail or inflate.unused_data
            if piece:
                yield piece
    while not inflate.eof:
        piece = inflate.decompress(inflate.unconsumed_tail, CHUNK)
        if not piece:
            raise ConfigServerTruncated("the gzip stream ends before it is complete")
        yield piece
