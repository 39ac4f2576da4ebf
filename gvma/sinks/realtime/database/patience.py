"""A connection that waits for no answer for ever: a server that has stopped without a word is left.

PostgreSQL's own time limits hold for a server that works. One that is frozen still has its connections open, and libpq
has no limit for an answer.
"""

from __future__ import annotations

from typing import Any

import psycopg


class PatientConnection(psycopg.Connection[tuple[object, ...]]):
    """longest: seconds that one answer may take; then the connection is closed, and what waits for it fails.

    where: ``HOST:PORT/DATABASE``, also once it is closed.
    """

    longest: float | None = None
    where: str = ""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        limit = self.longest if timeout is None else timeout
        try:
            return super().wait(gen, interval=interval, timeout=limit)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer within {limit:g} s") from None
