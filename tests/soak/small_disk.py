"""A sync on a disk of 8 MB that fills up; the history of all rounds has room there.

``python -m tests.soak.small_disk FOLDER`` is what runs inside, with FOLDER the root of that disk.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.harness.namespace import run_module_inside
from tests.soak.experiments.kills import Experiment, fill_a_real_disk
from tests.soak.site import watched_site

DNS, STEP = 100, 4_096


def on_a_disk_of_eight_megabytes(folder: Path, mount_namespace: tuple[str, ...]) -> str:
    """What the experiment said; it fails where the experiment fails."""
    return run_module_inside(mount_namespace, 'mount -t tmpfs -o size=8m tmpfs "$0"', "tests.soak.small_disk", folder)


def main(folder: Path) -> None:
    with watched_site(folder, keep_last=1, keep_daily=0, keep_monthly=0) as site:
        experiment = Experiment(site, DNS)
        number = fill_a_real_disk(experiment, STEP)
    print(f"a full disk stopped {number} syncs: {experiment.outcomes}")
    assert number > 10


if __name__ == "__main__":
    main(Path(sys.argv[1]))
