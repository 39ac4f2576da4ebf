"""Chapter 1, Siemens OpenScape Voice (the manual's lines 133-1400). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.switches import forms
from gvma.switches.choices import Choice, Values
from gvma.switches.objects import SwitchObject
from gvma.switches.steps import Step

CHOICES = (
    Choice("contact", "192.0.2.10:5060", forms.contact, "address and SIP port of OpenScape Voice"),
    Choice("service", "OpenScape Voice", forms.title, "number of the Voice over IP Service DN, unique", 1173),
    Choice("trunk", "OpenScape_Trunk", forms.name, "number of the Trunk DN, unique"),
    Choice("prefix", "78", forms.digits, "first digits of the numbers that go to OpenScape Voice", 1293),
    Choice("replace-prefix", "", forms.optional_digits, "digits in place of the prefix; none: it stays", 1317),
    Choice("version", "2.2", forms.one_of("2.1", "2.2"), "2.1, or 2.2 for all later ones", 1209),
    Choice("click-to-answer", "no", forms.one_of("yes", "no"), "yes from version 2.2 Patchset 14 on", 1224),
    Choice("extensions", "", forms.numbers, "numbers of the Extension DNs, such as 6505551200-6505551219"),
    Choice("routing-points", "", forms.numbers, "numbers of the Routing Point DNs"),
)

_ASSISTANT = "HiPath Assistant"
_MANAGER = "Configuration Manager"
STEPS = (
    Step("Numbering plans", _ASSISTANT,
         "In business group {business-group}, Resources, Private Numbering Plans, add two: {agent-plan} for the agents "
         "and {sipserver-plan} for SIP Server. The gateways stay out of the Global Numbering Plan.", (399, 436)),
    Step("Endpoint profile for SIP Server", _ASSISTANT,
         "In {sipserver-plan}, Endpoint Profiles, add {profile}; give it the same calling rights as the agents have.",
         (441, 474)),
    Step("Endpoint for SIP Server", _ASSISTANT,
         "In {sipserver-plan}, Endpoints, add {endpoint}: type Static, Registered checked, profile {profile}, "
         "signaling primary {sipserver}, transport UDP, {sessions} sessions at most; alias {sipserver}, type SIP URL.",
         (480, 535)),
    Step("Destinations for the gateways", _ASSISTANT,
         "In {sipserver-plan}, Destinations, add {gateway} with all boxes cleared; its route 1 is of type SIP Endpoint "
         "and leads to the gateway's own endpoint, {gateway-endpoint}.", (541, 615)),
    Step("Prefix access codes of SIP Server", _ASSISTANT,
         "In {sipserver-plan}, Prefix Access Codes: for telephones {subscriber-codes} with destination type E164 "
         "Destination; for gateways {gateway-codes} with destination type None. All are Off-net Access, nature "
         "Unknown.",
         (627, 692)),
    Step("Destination codes of SIP Server", _ASSISTANT,
         "Give the codes {gateway-codes} a destination code of type Destination, name {gateway}.", (701, 740)),
    Step("Destination for the agents", _ASSISTANT,
         "In {agent-plan}, Destinations, add {agent-destination} with all boxes cleared; route 1, type SIP Endpoint, "
         "{endpoint}. The name is unique in the whole switch.", (746, 812)),
    Step("Codes of the agents", _ASSISTANT,
         "In {agent-plan}, Prefix Access Codes, add {agent-codes}: Off-net Access, Unknown, destination type None, "
         "each with a destination code to {agent-destination}, so that every call passes SIP Server.", (817, 894)),
    Step("Click-to-Answer", "startCli and the telephones",
         "Set Srx/Sip/Profile_validate_based_on_contact to YES, and check Auto answer in the SIP features of every "
         "agent's telephone (optiPoint and OpenStage; OptiClient is not supported).", (899, 1002)),
    Step("Emergency calls, if the law or the site wants them", _ASSISTANT,
         "In {agent-plan}, add destination {emergency}: route 1 to {endpoint}, route 2 to {gateway-endpoint}; then the "
         "code {emergency-number}, with a destination code to {emergency}. The first 30 seconds fail.", (1004, 1116)),
    Step("Voice over IP Service DN", _MANAGER,
         "Under the switch, add DN {service} of type Voice over IP Service, with the options that `gvma switch objects "
         "openscape-voice` shows.", (1126, 1243), "service"),
    Step("Trunk DN", _MANAGER, "Add DN {trunk} of type Trunk with prefix {prefix} and contact {contact}.",
         (1249, 1326), "trunk"),
    Step("Extension DNs", _MANAGER,
         "Add one for each agent's telephone; its number is the telephone's ten digits and its SIP user name. It has "
         "no options: contact, password or refer-enabled there do harm.", (1307, 1364), "extension"),
    Step("Routing Point DNs", _MANAGER,
         "Add one for each service number that OpenScape Voice sends to SIP Server.", (1370, 1400)),
)  # fmt: skip


def objects(values: Values) -> Iterator[SwitchObject]:
    """Tables 4 and 5, and the DNs without options."""
    contact = values["contact"]
    service = {
        "contact": (contact, 1192),
        "dual-dialog-enabled": ("false", 1200),
        "refer-enabled": ("false", 1218),
        "service-type": ("softswitch", 1222),
    }
    if values["version"] == "2.1":
        service["makecall-subst-uname"] = ("1", 1206)
    if values["click-to-answer"] == "yes":
        service["sip-cti-control"] = ("talk", 1224)
    yield SwitchObject("DN", "Voice over IP Service", values["service"], service)
    trunk = {"contact": (contact, 1281), "prefix": (values["prefix"], 1288), "refer-enabled": ("false", 1313)}
    if values["replace-prefix"]:
        trunk["replace-prefix"] = (values["replace-prefix"], 1317)
    yield SwitchObject("DN", "Trunk", values["trunk"], trunk)
    for number in forms.expanded(values["extensions"]):
        yield SwitchObject("DN", "Extension", number, {})
    for number in forms.expanded(values["routing-points"]):
        yield SwitchObject("DN", "Routing Point", number, {})
