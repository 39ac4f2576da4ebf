"""The table of routes: the name in an ``agi://`` address, and the call flow that answers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gvma.settings.model import MediaSettings
from gvma.treatments import service
from gvma.treatments.commands import Call, CallFlow

# service: whatever the URI asks for. treatment and conf: the manual's macros, each for its own service, and 488
# to the others. digits: collects digits whatever the URI says. dialog: always 488.
ROUTES: Mapping[str, Callable[[Call, MediaSettings], CallFlow]] = MappingProxyType(
    {
        "service": service.any_service,
        "treatment": service.treatment,
        "conf": service.conf,
        "digits": service.get_digits,
        "dialog": service.dialog,
    }
)


def flow(call: Call, media: MediaSettings, route: str) -> CallFlow:
    """The call flow of one route. Raises KeyError where there is no such route."""
    return ROUTES[route](call, media)
