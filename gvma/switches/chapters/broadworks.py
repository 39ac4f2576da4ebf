"""Chapter 3, BroadSoft BroadWorks (the manual's lines 3142-3756). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.switches import forms
from gvma.switches.choices import Choice, Values
from gvma.switches.objects import SwitchObject
from gvma.switches.steps import Step

BLF_LIMIT = 50
"""Users that BroadWorks takes for one BLF URI (the manual's lines 3497-3510)."""

CHOICES = (
    Choice("contact", "192.168.6.167:5060", forms.contact, "address and SIP port of BroadWorks", 3489),
    Choice("blf", "8866@192.168.6.167", forms.user_and_host, "access URI of the first BLF list; the next has the "
           "next number", 3489),
    Choice("service", "8026", forms.digits, "number of the first Voice over IP Service DN; the next has the next",
           3542),
    Choice("seconds", "1800", forms.number(1, 86_400), "renewal of the subscription, in seconds", 3651),
    Choice("trunk", "BroadWorks", forms.name, "number of the Trunk DN, unique"),
    Choice("prefix", "78", forms.digits, "first digits of calls through BroadWorks to the outside"),
    Choice("users", "8032,8034", forms.numbers, "numbers of the telephones; else those of Configuration Server's "
           "Extension DNs", 3369),
)  # fmt: skip

_MANAGER = "Configuration Manager"
STEPS = (
    Step("Telephone users", "BroadWorks",
         "For each of the telephones {users} create a user profile and a device.", (3395, 3448)),
    Step("Endpoint for SIP Server's host", "BroadWorks",
         "Configure endpoint {endpoint}, whose device of type HostPC has {sipserver} as its host name, so that "
         "BroadWorks sends service calls to SIP Server.", (3454, 3478)),
    Step("BLF lists", "BroadWorks",
         "Give user {service} the client application BLF with access URI {blf}; one list takes 50 users at most. "
         "`gvma switch device broadworks` shows which user is in which.", (3484, 3517)),
    Step("Voice over IP Service DNs", _MANAGER,
         "Add one for each BLF list, the first with number {service}: contact {contact}, request-uri {blf}, "
         "service-type blf.", (3528, 3653), "service"),
    Step("Extension DNs", _MANAGER,
         "Add one for each telephone, with contact {contact} and refer-enabled = false.", (3659, 3698), "extension"),
    Step("Trunk DN", _MANAGER, "Add DN {trunk} of type Trunk, contact {contact}, prefix {prefix}.", (3700, 3756),
         "trunk"),
)  # fmt: skip


def blf_lists(values: Values) -> list[tuple[str, str, list[str]]]:
    """Access URI, number of the service DN, and the users of each BLF list; one list at least."""
    users = forms.expanded(values["users"])
    user, _, host = values["blf"].partition("@")
    lists = [users[first : first + BLF_LIMIT] for first in range(0, len(users), BLF_LIMIT)] or [[]]
    return [
        (f"{_next(user, number)}@{host}", _next(values["service"], number), each) for number, each in enumerate(lists)
    ]


def _next(name: str, number: int) -> str:
    """The name of another list: the next number, or the name with a number behind it."""
    if name.isdecimal():
        return str(int(name) + number).zfill(len(name))
    return f"{name}-{number + 1}" if number else name


def objects(values: Values) -> Iterator[SwitchObject]:
    """Tables 17, 18 and 19."""
    host = values["contact"].rpartition(":")[0]
    for uri, service, _ in blf_lists(values):
        options = {
            "contact": (values["contact"], 3583),
            "request-uri": (uri, 3586),
            "service-type": ("blf", 3592),
            "subscribe-presence-from": (f"{service}@{host}", 3623),
            "subscribe-presence-expire": (values["seconds"], 3630),
        }
        yield SwitchObject("DN", "Voice over IP Service", service, options)
    for number in forms.expanded(values["users"]):
        extension = {"contact": (values["contact"], 3689), "refer-enabled": ("false", 3692)}
        yield SwitchObject("DN", "Extension", number, extension)
    trunk = {
        "contact": (values["contact"], 3745),
        "prefix": (values["prefix"], 3748),
        "refer-enabled": ("false", 3755),
    }
    yield SwitchObject("DN", "Trunk", values["trunk"], trunk)
