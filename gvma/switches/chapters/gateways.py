"""Chapters 4 and 5, Cisco Media Gateway and AudioCodes Gateway (the manual's lines 3757-4554): one Trunk each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gvma.switches import forms
from gvma.switches.choices import Choice, Values
from gvma.switches.objects import SwitchObject
from gvma.switches.steps import Step

_MANAGER = "Configuration Manager"


def _choices(refer: tuple[str, ...], line: int) -> tuple[Choice, ...]:
    return (
        Choice("contact", "192.0.2.20:5060", forms.contact, "address and SIP port of the gateway"),
        Choice("trunk", "gateway", forms.name, "number of the Trunk DN: the gateway's name"),
        Choice("prefix", "78", forms.digits, "first digits of the numbers that go to the gateway", line),
        Choice("replace-prefix", "", forms.optional_digits, "digits in place of the prefix; none: it stays", line),
        Choice("priority", "0", forms.number(0, 999_999), "the smaller goes first among gateways of one prefix"),
        Choice("oos-check", "30", forms.number(0, 300), "seconds between checks whether it is out of service"),
        Choice("oos-force", "5", forms.number(0, 30), "seconds before it is placed out of service"),
        Choice("recovery-timeout", "60", forms.number(0, 86_400), "seconds out of service after an error"),
        *(
            (Choice("refer-enabled", "false", forms.one_of(*refer), "true: REFER, false: re-INVITE", 4542),)
            if len(refer) > 1
            else ()
        ),
    )


CISCO_CHOICES = _choices(("false",), 4297)
AUDIOCODES_CHOICES = _choices(("false", "true"), 4527)

CISCO_STEPS = (
    Step("Controller, voice ports and dial peers", "IOS",
         "Enter the text of `gvma switch device cisco-mgc --set line={line}`: e1, t1-cas, t1-pri or e1-pri, as the "
         "line is. It sends {service} to SIP Server at {sipserver}.", (3847, 4201)),
    Step("SIP user agent", "IOS", "The same text sets sip-ua: the timer and SIP Server's address.", (4206, 4223)),
    Step("Trunk DN", _MANAGER, "Add DN {trunk} of type Trunk, contact {contact}, prefix {prefix}, with the options of "
         "`gvma switch objects cisco-mgc`. Only re-INVITE is supported.", (4243, 4325), "trunk"),
)  # fmt: skip
AUDIOCODES_STEPS = (
    Step("Tel to IP routing", "AudioCodes' web pages",
         "Protocol Management, Routing Tables, Tel to IP Routing: the rows of `gvma switch device audiocodes`, which "
         "send {dns} to {sipserver}.", (4402, 4428)),
    Step("Trunk DN", _MANAGER, "Add DN {trunk} of type Trunk, contact {contact}, prefix {prefix}, with the options of "
         "`gvma switch objects audiocodes`.", (4473, 4554), "trunk"),
)  # fmt: skip

_CISCO_LINES = {
    "contact": 4275, "oos-check": 4282, "oos-force": 4285, "prefix": 4292, "priority": 4302, "refer-enabled": 4312,
    "recovery-timeout": 4316, "replace-prefix": 4319,
}  # fmt: skip
_AUDIOCODES_LINES = {
    "contact": 4505, "oos-check": 4512, "oos-force": 4515, "prefix": 4522, "priority": 4532, "refer-enabled": 4542,
    "recovery-timeout": 4545, "replace-prefix": 4548,
}  # fmt: skip


def cisco_objects(values: Values) -> Iterator[SwitchObject]:
    """Table 23."""
    yield _trunk({**values.values, "refer-enabled": "false"}, _CISCO_LINES)


def audiocodes_objects(values: Values) -> Iterator[SwitchObject]:
    """Table 27."""
    yield _trunk(values.values, _AUDIOCODES_LINES)


def _trunk(values: Mapping[str, str], lines: Mapping[str, int]) -> SwitchObject:
    options = {name: (values[name], line) for name, line in lines.items() if values[name]}
    return SwitchObject("DN", "Trunk", values["trunk"], options)
