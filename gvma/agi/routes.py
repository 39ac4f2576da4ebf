"""The table of routes: from <route> in agi://host/<route> to the call flow that answers.

The flows come from ``gvma.treatments``; ``health`` is the server's own, for load balancers and ``gvma check``.
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
    """``agi://host/health``: one command. A dialplan finds GVMA_HEALTH set to ``ok``; a prober that is not an
    Asterisk reads one line and need not answer it."""
    del call, media
    with suppress(CallerGone):
        yield Command("SET VARIABLE", ("GVMA_HEALTH", "ok"))
    return "ok"


def all_routes() -> Mapping[str, Flow]:
    """Every route that ``gvma agi serve`` knows."""
    from gvma.treatments import ROUTES  # noqa: PLC0415  (tests and probes do without the flows)

    return {**ROUTES, HEALTH: health}


def begin_flow(routes: Mapping[str, Flow], call: Call, media: MediaSettings) -> CallFlow:
    """The call flow of the preamble's route. Raises UnknownRouteError."""
    flow = routes.get(call.route)
    if flow is None:
        raise UnknownRouteError(call.route)
    return flow(call, media)
