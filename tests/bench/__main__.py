"""Run every benchmark and print its ratios: ``python -m tests.bench [name ...]``."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import tests.bench


def main() -> int:
    """Run the named benchmarks, or all; each module has ``main() -> None`` and prints its own figures."""
    wanted = sys.argv[1:]
    for module in sorted(found.name for found in pkgutil.iter_modules(tests.bench.__path__)):
        if module.startswith("bench_") and (not wanted or module.removeprefix("bench_") in wanted):
            print(f"\n== {module.removeprefix('bench_')}", flush=True)
            importlib.import_module(f"tests.bench.{module}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
