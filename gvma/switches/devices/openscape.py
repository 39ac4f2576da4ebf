"""Chapter 1: a sheet of plans, endpoints, destinations and codes for OpenScape Voice (manual 399-1116). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.switches import forms, site
from gvma.switches.choices import Choice, Values
from gvma.switches.texts import Correction, heading

CHOICES = (
    Choice("business-group", "GenesysLab", forms.title, "the contact centre's business group", 414),
    Choice("agent-plan", "AgentNumPlan", forms.title, "private numbering plan of the agents", 429),
    Choice("sipserver-plan", "SIPServerNumPlan", forms.title, "private numbering plan of SIP Server", 429),
    Choice("profile", "SIPSrvrProfile", forms.title, "name of SIP Server's endpoint profile"),
    Choice("endpoint", "SIPSrvrEndpoint", forms.title, "name of SIP Server's endpoint", 596),
    Choice("sipserver", "192.0.2.30", forms.address, "SIP Server's address", 0, site.sipserver),
    Choice("sessions", "2000", forms.number(1, 100_000), "most sessions of the endpoint", 515),
    Choice("gateway", "Gateway", forms.title, "destination for the gateway, unique in the switch", 573),
    Choice("gateway-endpoint", "GatewayEndpoint", forms.title, "the gateway's own endpoint, which is there already"),
    Choice(
        "agent-destination", "SIPServer", forms.title, "destination of the agents' calls, unique in the switch", 775
    ),
    Choice("subscriber-codes", "650", forms.several(forms.digits), "first digits of telephones, as SIP Server dials"),
    Choice("gateway-codes", "78", forms.several(forms.digits), "first digits of calls to the gateway"),
    Choice("agent-codes", "650,78", forms.several(forms.digits), "first digits of all that agents dial"),
    Choice("emergency", "EmergencyBypass", forms.title, "destination of emergency calls", 1029),
    Choice("emergency-number", "911", forms.digits, "the emergency number", 1010),
)
CORRECTIONS = (
    Correction(
        "594-596", "the route of a gateway's destination leads to SIP Server's own endpoint, so that a call comes back "
        "to SIP Server", "it leads to the gateway's endpoint, which is there already (544-546)",
    ),
    Correction(
        "1066-1068", "the second route of an emergency call names the destination of the gateway where an endpoint is "
        "asked for", "it names the gateway's endpoint",
    ),
)  # fmt: skip


def text(values: Values) -> Iterator[str]:
    """A sheet for the HiPath Assistant, plan by plan; ``#`` begins a comment."""
    yield from heading("#", f"OpenScape Voice, business group {values['business-group']}.", CORRECTIONS, (
        "enter each line in the HiPath Assistant, Private Numbering Plans; boxes that are not named stay cleared.",
        "configure Click-to-Answer (manual 899-1002), and the DNs: `gvma switch objects openscape-voice`.",
    ))  # fmt: skip
    yield ""
    yield f"Numbering plan {values['sipserver-plan']}"
    yield f"  Endpoint profile  {values['profile']}"
    yield f"  Endpoint          {values['endpoint']}: Static, Registered, profile {values['profile']}"
    yield f"                    signaling primary {values['sipserver']}, UDP, {values['sessions']} sessions at most"
    yield f"                    alias {values['sipserver']}, type SIP URL"
    yield from _destination(values["gateway"], values["gateway-endpoint"])
    for code in forms.listed(values["subscriber-codes"]):
        yield _code(code, "E164 Destination")
    for code in forms.listed(values["gateway-codes"]):
        yield _code(code, "None")
        yield from _destination_code(values["gateway"])
    yield ""
    yield f"Numbering plan {values['agent-plan']}"
    yield from _destination(values["agent-destination"], values["endpoint"])
    for code in forms.listed(values["agent-codes"]):
        yield _code(code, "None")
        yield from _destination_code(values["agent-destination"])
    yield from _destination(values["emergency"], values["endpoint"], values["gateway-endpoint"])
    yield _code(values["emergency-number"], "None")
    yield from _destination_code(values["emergency"])


def _destination(name: str, *endpoints: str) -> Iterator[str]:
    yield f"  Destination       {name}"
    for number, endpoint in enumerate(endpoints, start=1):
        yield f"                    route {number}: SIP Endpoint {endpoint}"


def _code(digits: str, destination_type: str) -> str:
    return f"  Prefix code       {digits}: Off-net Access, Unknown, destination type {destination_type}"


def _destination_code(name: str) -> Iterator[str]:
    yield f"                    destination code: type Destination, name {name}"
