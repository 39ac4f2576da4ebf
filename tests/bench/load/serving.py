"""A Configuration Server for benchmarks, in a process of its own: ``python -m tests.bench.load.serving DNS``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

from tests.bench.load.answers import answer

_MADE = "0000000000"


@contextmanager
def served(dns: int) -> Iterator[str]:
    """Its URL, while the block runs. Its answer is always the same, but for ``change_bytes``."""
    with subprocess.Popen([sys.executable, "-m", __spec__.name, str(dns)], stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None
            yield f"http://127.0.0.1:{int(child.stdout.readline())}/"
        finally:
            child.terminate()


def change_bytes(url: str) -> None:
    """From now on the answer has another number in a comment, and the same objects."""
    with urlopen(Request(url, method="PUT")) as reply:
        reply.read()


def main(dns: int) -> None:
    """Answers until it is terminated. The bytes are made before the first request."""
    head, *rest = answer(dns, remark=_MADE)
    number = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            nonlocal number
            number += 1
            self._send([])

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._send([head.replace(_MADE.encode(), f"{number:010}".encode(), 1), *rest])

        def _send(self, chunks: list[bytes]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(sum(map(len, chunks))))
            self.end_headers()
            for chunk in chunks:
                self.wfile.write(chunk)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
