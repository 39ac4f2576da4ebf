"""A module of the tests, run where it may mount: in a mount namespace of its own, which a plain user may make too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TREE = Path(__file__).parents[2]


def run_module_inside(namespace: tuple[str, ...], mount: str, module: str, folder: Path) -> str:
    """What ``python -m module folder`` printed; fails where it fails.

    namespace: words before a command that may mount (the fixture ``mount_namespace``), and options of their last.
    mount: a command of the shell that is run inside first; ``$0`` is the folder.
    """
    inside = f'{mount} && exec "$1" -m {module} "$0"'
    done = subprocess.run(
        [*namespace, "sh", "-c", inside, folder, sys.executable], cwd=TREE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
