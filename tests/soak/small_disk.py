"""A sync on a disk of 1 MB that fills up: in a mount namespace of its own, which a plain user may make too.

``python -m tests.soak.small_disk FOLDER`` is what runs inside, with FOLDER the root of that disk.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.soak.experiments.kills import Experiment, fill_a_real_disk
from tests.soak.site import watched_site

DNS, STEP = 100, 4_096


def on_a_disk_of_one_megabyte(folder: Path) -> str:
    """What the experiment said; it fails where the experiment fails."""
    inside = 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$1" -m tests.soak.small_disk "$0"'
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", inside, str(folder), sys.executable],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def main(folder: Path) -> None:
    with watched_site(folder, keep_last=1, keep_daily=0, keep_monthly=0) as site:
        experiment = Experiment(site, DNS)
        number = fill_a_real_disk(experiment, STEP)
    print(f"a full disk stopped {number} syncs: {experiment.outcomes}")
    assert number > 10


if __name__ == "__main__":
    main(Path(sys.argv[1]))
