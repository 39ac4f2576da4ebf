"""The body of an HTTP answer as it arrives, decompressed in bounded pieces."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.configserver.reading.inflating import CHUNK, inflated
from gvma.configserver.soap.causes import error_of
from gvma.configserver.soap.connection import FAILURES, Response
from gvma.errors import ConfigServerMalformed


def body_of(response: Response, timeout: float) -> Iterator[bytes]:
    """The bytes of the body. timeout: the limit of each read in seconds, for the message of an error.

    Raises ConfigServerTimeout, ConfigServerTruncated or ConfigServerMalformed.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("gzip", "x-gzip", "deflate"):
        return inflated(_received(response, timeout))
    if encoding != "identity":
        raise ConfigServerMalformed("the answer is compressed in a way that was not asked for")
    return _received(response, timeout)


def _received(response: Response, timeout: float) -> Iterator[bytes]:
    try:
        yield from response.pieces(CHUNK)
    except FAILURES as failure:
        raise error_of(failure, timeout=timeout, reading=True) from None
    except ValueError:  # from http.client, for a chunk of negative size
        raise ConfigServerMalformed("the HTTP of the answer cannot be read") from None
