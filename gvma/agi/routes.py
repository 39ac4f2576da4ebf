"""The table of routes: what stands in agi://host/<route> -> the call flow that answers.

A route's flow comes from ``gvma.treatments``; ``health`` is the server's own, for load balancers and
``gvma check``. Nothing here waits or writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from gvma.agi.driver import UnknownRouteError
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallerGone, CallFlow, Command

Flow = Callable[[Call, MediaSettings], CallFlow]

HEALTH = "health"


def health(call: Call, media: MediaSettings) -> CallFlow:
    """``agi://host/health``: one command, so that a dialplan finds GVMA_HEALTH set to ``ok`` and a prober
    that is no Asterisk reads one line. It need not answer."""
    del call, media
    with suppress(CallerGone):
        yield Command("SET VARIABLE", ("GVMA_HEALTH", "ok"))
    return "ok"


def all_routes() -> Mapping[str, Flow]:
    """Every route that ``gvma agi serve`` knows."""
    from gvma.treatments import ROUTES  # noqa: PLC0415  (so that tests and probes need no flows)

    return {**ROUTES, HEALTH: health}


def begin(routes: Mapping[str, Flow], call: Call, media: MediaSettings) -> CallFlow:
    """The call flow of the preamble's route. Raises UnknownRouteError."""
    flow = routes.get(call.route)
    if flow is None:
        raise UnknownRouteError(call.route)
    return flow(call, media)
