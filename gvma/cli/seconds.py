"""A time in seconds as the command line takes it; nothing here waits."""

from __future__ import annotations

import math
from typing import Any

import click


class Seconds(click.FloatRange):
    """Zero or more; ``nan`` and ``inf`` are numbers to Python, and no time that anybody can wait."""

    def __init__(self) -> None:
        super().__init__(min=0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value} is no time.", param, ctx)
        return seconds
