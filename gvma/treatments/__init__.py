"""Call flows for RFC 4240 calls in the Genesys dialect: generators that yield AGI commands. Pure, no clock.

``ROUTES`` maps the path of an ``agi://`` address to its flow; ``flow`` is one call's.
"""

from gvma.treatments.routes import ROUTES, flow

__all__ = ["ROUTES", "flow"]
