"""The manual's rules of business call routing: DNs become hints, extensions and endpoints, as values. Pure."""

from gvma.routing.model import NumberedObject, Routing, SiteRouting
from gvma.routing.rules import routing

__all__ = ["NumberedObject", "Routing", "SiteRouting", "routing"]
