"""Chapter 5: the rows of an AudioCodes gateway's Tel to IP Routing (the manual's lines 4402-4428). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.switches import forms, site
from gvma.switches.choices import Choice, Values
from gvma.switches.texts import Correction, heading

CHOICES = (
    Choice("dns", "4030-4039", forms.numbers, "numbers that go to SIP Server; a range is one row", 4427),
    Choice("source", "*", forms.pattern, "source numbers: * takes any", 4420),
    Choice("sipserver", "192.168.22.63", forms.host, "SIP Server's address", 4428, site.sipserver),
    Choice("sipserver-port", "6060", forms.port, "its SIP port", 4428, site.sipserver_port),
    Choice("row", "14", forms.number(1, 50), "number of the first row in the table", 4426),
)
CORRECTIONS: tuple[Correction, ...] = ()


def text(values: Values) -> Iterator[str]:
    """A sheet for the web pages; ``#`` begins a comment."""
    title = "AudioCodes gateway: Protocol Management, Routing Tables, Tel to IP Routing."
    yield from heading("#", title, CORRECTIONS, (
        "log in to the gateway's web pages, and enter one row of the table for each line below.",
        "set the Trunk DN for this gateway: `gvma switch objects audiocodes`.",
    ))  # fmt: skip
    yield f"{'Row':<5}{'Dest. Phone Prefix':<34}{'Source Phone Prefix':<22}Dest. IP Address"
    port = values["sipserver-port"]
    target = values["sipserver"] + (f":{port}" if port != "5060" else "")
    for row, dns in enumerate(forms.listed(values["dns"]), start=int(values["row"])):
        prefix = f"[{dns}]" if "-" in dns else dns
        yield f"{row:<5}{prefix:<34}{values['source']:<22}{target}"
