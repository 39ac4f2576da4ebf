"""Chapter 3: users, endpoint and BLF lists for BroadWorks (the manual's lines 3395-3517). Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from gvma.switches import forms, site
from gvma.switches.chapters.broadworks import BLF_LIMIT, blf_lists
from gvma.switches.chapters.broadworks import CHOICES as OF_OBJECTS
from gvma.switches.choices import Choice, Values
from gvma.switches.texts import Correction, heading

CHOICES = (
    *(choice for choice in OF_OBJECTS if choice.key in {"users", "blf", "service"}),
    Choice("endpoint", "8066", forms.digits, "endpoint in BroadWorks that stands for SIP Server", 3465),
    Choice("sipserver", "192.168.14.109", forms.host, "SIP Server's address", 3609, site.sipserver),
)
CORRECTIONS = (
    Correction(
        "3745", "the Trunk's `contact` is where SUBSCRIBE is sent", "it is where calls to the outside go (3709-3711)"
    ),
)


def text(values: Values) -> Iterator[str]:
    """A sheet for BroadWorks' pages; ``#`` begins a comment."""
    users = forms.expanded(values["users"])
    yield from heading("#", f"BroadWorks: {len(users)} telephones in BLF lists of at most {BLF_LIMIT}.", CORRECTIONS, (
        "in BroadWorks, create a user profile and a device for each telephone (manual 3395-3448).",
        "set the DNs: `gvma switch objects broadworks`; each list needs its Voice over IP Service DN.",
    ))  # fmt: skip
    yield ""
    yield f"Endpoint {values['endpoint']}: device of type HostPC, host name {values['sipserver']}"
    for number, (uri, service, each) in enumerate(blf_lists(values), start=1):
        yield ""
        yield f"BLF list {number}: user {service}, client application BLF, access URI {uri}, {len(each)} users"
        yield from textwrap.wrap(" ".join(each), 76, initial_indent="  ", subsequent_indent="  ")
