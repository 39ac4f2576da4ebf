"""Call flows for RFC 4240 calls in the Genesys dialect: generators that yield AGI commands. Pure: no clock.

``ROUTES`` maps the route in an ``agi://`` address to its call flow; ``flow`` begins the flow of one call.
"""

from gvma.treatments.routes import ROUTES, flow

__all__ = ["ROUTES", "flow"]
