"""Where a record of Python's logging goes that no log takes: nowhere, since it may contain a secret.

By itself Python writes it to stderr. Most short commands never import logging, which would take a twentieth of their
time, so that this is settled at the moment at which somebody does: gvma itself or one of its libraries.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_LOGGING = "logging"


def write_nothing() -> None:
    """No record reaches stderr, whoever makes it. Once for each process."""
    found = sys.modules.get(_LOGGING)
    if found is not None:
        _write_nothing(found)
    else:
        sys.meta_path.insert(0, _Finder())


def _write_nothing(logging: ModuleType) -> None:
    logging.lastResort = logging.NullHandler()  # type: ignore[attr-defined]


class _Finder:
    """Finds logging where Python itself would, and nothing else."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != _LOGGING:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name)
        if spec is not None:
            spec.loader = _Loader(spec.loader)  # type: ignore[assignment]
        return spec


class _Loader:
    """Loads logging as Python's own loader does."""

    def __init__(self, pythons: Any) -> None:
        self._pythons = pythons

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._pythons.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        self._pythons.exec_module(module)
        _write_nothing(module)
