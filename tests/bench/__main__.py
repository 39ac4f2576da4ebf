"""Run every benchmark and print its ratios: ``python -m tests.bench [name ...]``."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import tests.bench


def main() -> int:
    """Run the named benchmarks, or all, each in a process of its own, since the memory of one counts in the next."""
    wanted = sys.argv[1:]
    failed = 0
    for module in sorted(found.name for found in pkgutil.iter_modules(tests.bench.__path__)):
        if module.startswith("bench_") and (not wanted or module.removeprefix("bench_") in wanted):
            print(f"\n== {module.removeprefix('bench_')}", flush=True)
            failed |= subprocess.run([sys.executable, "-m", f"tests.bench.{module}"], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
