"""Chapter 4: IOS text for a Cisco Media Gateway (the manual's lines 3847-4223). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gvma.errors import UsageError
from gvma.switches import forms, site
from gvma.switches.choices import Choice, Values
from gvma.switches.texts import Correction, heading


@dataclass(frozen=True, slots=True)
class _Line:
    """One kind of line. kind: of the controller. place: the manual's. lines: of the manual.

    timeslots: those that carry calls, which are all of a T1 line, and of an E1 line all but the 16th, which signals.
    pri: the D channel, and the lines of its interface; empty for channel-associated signalling.
    """

    kind: str
    place: str
    lines: str
    framing: tuple[str, ...]
    timeslots: tuple[int, ...]
    signalling: str = ""
    pri: tuple[str, ...] = ()


_LINES = {
    "e1": _Line(
        "E1", "0/2/0", "3889-3968", ("framing NO-CRC4",), (*range(1, 16), *range(17, 32)), "fxo-loop-start"
    ),
    "t1-cas": _Line(
        "T1", "1/0/1", "3984-4065", ("framing sf", "clock source internal", "linecode ami"), tuple(range(1, 25)),
        "e&m-immediate-start",
    ),
    "t1-pri": _Line(
        "T1", "0/0/0", "4078-4132", ("framing esf", "linecode b8zs", "pri-group timeslots 1-24"), (),
        pri=("23", "isdn switch-type primary-ni"),
    ),
    "e1-pri": _Line(
        "E1", "0/2/1", "4139-4199", ("framing NO-CRC4", "pri-group timeslots 1-31"), (),
        pri=("15", "isdn switch-type primary-net5", "isdn protocol-emulate network"),
    ),
}  # fmt: skip
_CODECS = ("g711ulaw", "g711alaw", "g729r8", "g729br8", "g723r63", "g726r32")
_AS_OF_LINE = ""

CHOICES = (
    Choice("line", "e1", forms.one_of(*_LINES), "kind of the line: e1, t1-cas, t1-pri or e1-pri", 3853),
    Choice("controller", _AS_OF_LINE, forms.controller, "place of the controller and of all its ports; empty: 0/2/0 "
           "for e1, 1/0/1 for t1-cas, 0/0/0 for t1-pri, 0/2/1 for e1-pri", 3893),
    Choice("stations", "2300090,2300091,2300092", forms.numbers, "e1, t1-cas: a telephone number for each timeslot",
           3909),
    Choice("pattern", _AS_OF_LINE, forms.pattern, "numbers that go to the line; empty: 6... for e1 and t1-cas, 9T for "
           "t1-pri, 130T for e1-pri", 3927),
    Choice("incoming", "9...", forms.pattern, "t1-pri: called numbers of incoming calls", 4114),
    Choice("service", "8800", forms.pattern, "numbers that go to SIP Server", 3959),
    Choice("sipserver", "192.168.50.137", forms.host, "SIP Server's address", 3964, site.sipserver),
    Choice("sipserver-port", "5060", forms.port, "its SIP port", 3964, site.sipserver_port),
    Choice("proxy", "", forms.host, "sip-server of sip-ua (the manual: host.genesyslab.com); empty: SIP Server", 4221),
    Choice("notify-timer", "400", forms.number(100, 1000), "sip-ua's timer for NOTIFY, in milliseconds", 4219),
    Choice("codec-class", "4", forms.number(1, 10_000), "number of the codec class", 3961),
    Choice("codecs", "g711ulaw,g711alaw", forms.several(forms.one_of(*_CODECS)), "codecs of the class, the best first"),
)  # fmt: skip

PLACES = Correction(
    "3986-4041", "the T1 CAS controller is 1/0/1, and its voice ports and dial peers are 0/2/0",
    "ports and dial peers follow from the one value `controller`",
)  # fmt: skip
CODEC_CLASS = Correction(
    "3961, 4057, 4124, 4191", "`voice-class codec 4` is used and never defined",
    "`voice class codec` defines it, with the codecs of `codecs`",
)  # fmt: skip
TWO_NAMES = Correction(
    "3964, 4221", "dial peers and sip-ua name SIP Server by two different hosts, 192.168.50.137 and "
    "host.genesyslab.com", "both follow from `sipserver`, unless `proxy` is set",
)  # fmt: skip
CORRECTIONS = (PLACES, CODEC_CLASS, TWO_NAMES)


def text(values: Values) -> Iterator[str]:
    """IOS commands of global configuration mode; ``!`` begins a comment. Raises UsageError."""
    line = _LINES[values["line"]]
    place = values["controller"] or line.place
    title = f"Cisco Media Gateway, line {values['line']}, to SIP Server at {_target(values)} (manual {line.lines})."
    yield from heading("!", title, _that_concern(values["line"]), (
        "enter `configure terminal`, paste this text, look at it with `show running-config`, then save it.",
        "set the Trunk DN for this gateway: `gvma switch objects cisco-mgc`.",
    ))  # fmt: skip
    yield "!"
    yield f"voice class codec {values['codec-class']}"
    for preference, codec in enumerate(forms.listed(values["codecs"]), start=1):
        yield f" codec preference {preference} {codec}"
    yield "!"
    yield from _pri(line, place, values) if line.pri else _cas(line, place, values)
    yield from _to_sipserver(values)
    yield "sip-ua"
    yield f" timers notify {values['notify-timer']}"
    yield f" sip-server {_proxy(values)}"
    yield "!"
    yield "end"


def _that_concern(line: str) -> list[Correction]:
    return [*([PLACES] if line == "t1-cas" else []), CODEC_CLASS, TWO_NAMES]


def _cas(line: _Line, place: str, values: Values) -> Iterator[str]:
    """A timeslot, a voice port and a dial peer for each station."""
    stations = forms.expanded(values["stations"])
    most = len(line.timeslots)
    if not 1 <= len(stations) <= most:
        raise UsageError(
            f"--set stations must name 1 to {most} numbers for line {values['line']}, not {len(stations)}",
            hint="Nothing was changed.",
        )
    yield f"controller {line.kind} {place}"
    yield from (f" {one}" for one in line.framing)
    for group, timeslot in zip(range(len(stations)), line.timeslots, strict=False):
        yield f" ds0-group {group} timeslots {timeslot} type {line.signalling}"
    yield "!"
    for group, station in enumerate(stations):
        yield f"voice-port {place}:{group}"
        yield " output attenuation 0"
        yield f" station-id name {station}"
        yield "!"
    for group, station in enumerate(stations):
        yield f"dial-peer voice {_tag(station)} pots"
        yield f" destination-pattern {values['pattern'] or '6...'}"
        yield " supplementary-service pass-through"
        yield f" port {place}:{group}"
        yield " forward-digits all"
        yield "!"


def _pri(line: _Line, place: str, values: Values) -> Iterator[str]:
    """The D channel's interface, one voice port, one dial peer."""
    channel, *isdn = line.pri
    yield f"controller {line.kind} {place}"
    yield from (f" {one}" for one in line.framing)
    yield "!"
    yield f"interface Serial{place}:{channel}"
    yield " no ip address"
    yield " encapsulation hdlc"
    yield from (f" {one}" for one in isdn)
    yield " isdn incoming-voice voice"
    yield " no cdp enable"
    yield "!"
    yield f"voice-port {place}:{channel}"
    yield "!"
    if values["line"] == "t1-pri":
        yield "dial-peer voice 9 pots"
        yield f" destination-pattern {values['pattern'] or '9T'}"
        yield f" incoming called-number {values['incoming']}"
    else:
        yield "dial-peer voice 130 pots"
        yield f" destination-pattern {values['pattern'] or '130T'}"
        yield " direct-inward-dial"
    yield f" port {place}:{channel}"
    yield "!"


def _to_sipserver(values: Values) -> Iterator[str]:
    yield "dial-peer voice 8800 voip"
    yield " service session"
    yield f" destination-pattern {values['service']}"
    yield f" voice-class codec {values['codec-class']}"
    yield " session protocol sipv2"
    yield f" session target {_target(values)}"
    yield " dtmf-relay rtp-nte"
    yield " supplementary-service pass-through"
    yield "!"


def _target(values: Values) -> str:
    """``ipv4:192.168.50.137``; a port only where it is not 5060."""
    port = values["sipserver-port"]
    return _addressed(values["sipserver"]) + (f":{port}" if port != "5060" else "")


def _proxy(values: Values) -> str:
    return _addressed(values["proxy"]) if values["proxy"] else _target(values)


def _addressed(host: str) -> str:
    if ":" in host:
        return f"ipv6:[{host.strip('[]')}]"
    return f"ipv4:{host}" if host.replace(".", "").isdigit() else f"dns:{host}"


def _tag(station: str) -> str:
    """A dial peer's number, which IOS takes from 1 to 2147483647."""
    number = int(station.lstrip("+"))
    if not 1 <= number <= 2_147_483_647:
        raise UsageError(
            f"--set stations: {station} can be no dial peer's number, which IOS takes from 1 to 2147483647",
            hint="Nothing was changed.",
        )
    return str(number)
