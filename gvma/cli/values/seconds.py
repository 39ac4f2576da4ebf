"""A number of seconds on the command line; nothing here waits."""

from __future__ import annotations

import math
from typing import Any

import click


class Seconds(click.FloatRange):
    """Zero or more; ``nan`` and ``inf``, which Python reads as numbers, are refused."""

    def __init__(self) -> None:
        super().__init__(min=0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value} is not a number of seconds.", param, ctx)
        return seconds
