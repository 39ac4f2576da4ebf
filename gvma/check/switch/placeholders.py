"""A rule about what ``gvma switch objects`` could not know, and nobody has filled in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gvma.check.finding import Finding, Rule
from gvma.configserver.objects import having, names_of_options
from gvma.evidence.model import Evidence, object_name

PLACEHOLDER = Rule(
    "switch-placeholder", "error", "an option that still has a placeholder of `gvma switch objects`",
    "SIP Server takes it for an address, and reaches nobody.",
    "Write the site's value in its place; `gvma switch objects asterisk --set contact=10.0.0.5:5060` knows it.",
)  # fmt: skip
RULES = (PLACEHOLDER,)

_PLACEHOLDER = re.compile(r"<[a-z][a-zA-Z -]*>")


def is_placeholder(value: str) -> bool:
    """Whether an option's value has a word in angle brackets."""
    return "<" in value and _PLACEHOLDER.search(value) is not None


def check_placeholders(evidence: Evidence) -> Iterator[Finding]:
    """The options of DNs and Applications by which SIP Server finds somebody."""
    layer = evidence.configserver
    objects = (*layer.dns, *layer.trunks, *layer.services, *layer.applications)
    names = (name for name in names_of_options(objects) if not name.startswith("gvm_"))
    for one in having(objects, *names):
        for name, value in one.options.items():
            if not name.startswith("gvm_") and is_placeholder(value):
                yield PLACEHOLDER.at(object_name(one), f"{name} = {value}")


CHECKS = (check_placeholders,)
