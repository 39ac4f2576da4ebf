"""The folder of the images' files, and the script of it that hands Asterisk its secrets."""

from __future__ import annotations

import subprocess
from pathlib import Path

CONTAINER = Path(__file__).parents[2] / "contrib/container"


def asterisk_start(folder: Path, **secrets: str) -> Path:
    """Runs ``asterisk-start`` as the image does. Returns the folder that Asterisk's files include from.

    secrets: text by name, with ``_`` for ``-``; those that are left out are not given.
    """
    given, written = folder / "secrets", folder / "secrets-of-asterisk"
    given.mkdir()
    written.mkdir()
    for name, text in secrets.items():
        (given / name.replace("_", "-")).write_text(text)
    environment = {"CREDENTIALS_DIRECTORY": str(given), "RUNTIME_DIRECTORY": str(written), "PATH": "/usr/bin:/bin"}
    started = subprocess.run(
        [CONTAINER / "asterisk-start", "echo", "asterisk"], env=environment, capture_output=True, text=True, check=True
    )
    assert started.stdout == "asterisk\n"
    return written
