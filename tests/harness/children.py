"""Child processes that never outlive the test that starts them, however it ends."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS = 60
"""How long a child may take for what takes none where all is well."""


@contextmanager
def child_process(command: Sequence[str | Path], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A process that must end by itself within a minute after the block.

    Where the block fails, or the process does not end, it is killed; its pipes are closed, so that no later test is
    warned of them. options: of subprocess.Popen.
    """
    with subprocess.Popen(command, **options) as child:
        try:
            yield child
            child.wait(SECONDS)
        finally:
            child.kill()
