"""The manual's option tables for six switches, held against the objects of the Configuration Layer.

The tables are the manual's (``switch-options.json``, each with its line). Nothing here asks a server, and
nothing is taken for wrong only because no table names it: an unknown option counts when it is nearly a known one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gvma.check.evidence import Evidence, owner
from gvma.check.finding import Finding, Rule
from gvma.check.nearest import nearest
from gvma.check.values import complaint
from gvma.configserver.objects import ConfigObject, DnType
from gvma.secrecy import masked_option

MISSING = Rule(
    "switch-option-missing", "error", "an option that the manual's table for this switch tells to set is missing",
    "SIP Server falls back to its own default, which is not what this switch was tested with.",
    "Set the option in section TServer of the object.",
)  # fmt: skip
MISSPELT = Rule(
    "switch-option-misspelt", "error", "an option whose name is nearly one of the switch's table",
    "SIP Server ignores an option that it does not know.",
    "Correct the name of the option.",
)  # fmt: skip
VALUE = Rule(
    "switch-option-value", "error", "an option whose value is outside what the manual's table allows",
    "SIP Server was tested with this switch with the table's values only.",
    "Correct the value of the option.",
)  # fmt: skip
UNWANTED = Rule(
    "switch-option-unwanted", "warning", "options on an OpenScape Voice Extension, which must have none",
    "The manual (1360-1362): options on these DNs may cause unexpected results.",
    "Remove the options, or tell gvma the right switch with switch_profile.",
)  # fmt: skip
NUMBER = Rule(
    "switch-number", "error", "an Extension whose number holds @ or a computer name",
    "The manual (1349-1352, 2188-2190, 3673): the number must be the phone number alone.",
    "Give the DN the phone number as its Number.",
)  # fmt: skip
BLF_USERS = Rule(
    "switch-blf-users", "error", "more than 50 users for each BLF of BroadWorks",
    "BroadWorks takes at most 50 users for one BLF URI (manual 3497-3510), so the others are never watched.",
    "Add a BLF client application in BroadWorks and a Voice over IP Service DN for each further 50 users.",
)  # fmt: skip
GUESSED = Rule(
    "switch-profile-guessed", "info", "switch_profile is not set, so the switch was guessed from the objects",
    "The tables of the wrong switch would be held against the DNs.",
    "Set switch_profile in [gvma_settings].",
)  # fmt: skip
UNKNOWN = Rule(
    "switch-profile-unknown", "error", "switch_profile names no switch of the manual",
    "Without its table nothing of the switch is checked.",
    "Set switch_profile to one of the names in the message.",
)  # fmt: skip
RULES = (MISSING, MISSPELT, VALUE, UNWANTED, NUMBER, BLF_USERS, GUESSED, UNKNOWN)

BLF_LIMIT = 50


@dataclass(frozen=True, slots=True)
class TableOption:
    """One row of a table. ``allowed`` is as the table prints it."""

    name: str
    allowed: str
    required: bool
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """The options of one kind of object: ``DN`` or ``Application``, and its type."""

    object: str
    type: str
    options: tuple[TableOption, ...]


@dataclass(frozen=True, slots=True)
class Switch:
    """One chapter of the manual."""

    id: str
    name: str
    tables: tuple[Table, ...]

    def table(self, kind: str, type_name: str) -> Table | None:
        """The table whose object is ``kind`` and whose type begins with ``type_name``."""
        return next((t for t in self.tables if t.object == kind and t.type.startswith(type_name)), None)


@cache
def switches() -> dict[str, Switch]:
    """Every switch of the manual by its id."""
    text = files("gvma.check").joinpath("switch-options.json").read_text("utf-8")
    return {entry["id"]: _switch(entry) for entry in json.loads(text)["systems"]}


def _switch(entry: dict[str, object]) -> Switch:
    tables = tuple(
        Table(
            table["object"].split(" |")[0],
            table["type"],
            tuple(
                TableOption(row["option"], row.get("allowed", row["value"]), row["required"], row["line"])
                for row in table["options"]
            ),
        )
        for table in entry["objects"]  # type: ignore[attr-defined]
    )
    return Switch(str(entry["id"]), str(entry["name"]), tables)


def check_switch(evidence: Evidence) -> Iterator[Finding]:
    """Every DN and Application of the switch against the tables of its profile (manual chapters 1 to 6)."""
    profile = evidence.settings.gvma.switch_profile
    if profile and profile not in switches():
        yield UNKNOWN.at("switch_profile", f"{profile} is none of {', '.join(sorted(switches()))}")
        return
    guess = "" if profile else guessed_profile(evidence)
    if guess:
        yield GUESSED.at("switch_profile", f"taken for {switches()[guess].name} ({guess})")
    if not (profile or guess):
        return
    switch = switches()[profile or guess]
    yield from _dns(switch, evidence, every_extension=bool(profile))
    for application in evidence.layer.applications:
        table = switch.table("Application", "SIP Server")
        if table and switch.id != "asterisk":  # Asterisk's own (mwi-*) are the sipserver checks' business
            yield from held_against(table, application)
    if switch.id == "broadworks":
        yield from _blf_users(evidence)


def guessed_profile(evidence: Evidence) -> str:
    """The switch whose telling options stand on the DNs; empty where none does."""
    services = {thing.options.get("service-type", "").strip().lower() for thing in evidence.layer.services}
    named = {name for thing in (*evidence.layer.dns, *evidence.layer.trunks) for name in thing.options}
    applications = {name for thing in evidence.layer.applications for name in thing.options}
    if "softswitch" in services:
        return "openscape-voice"
    if "blf" in services:
        return "broadworks"
    if named & {"subscribe-presence", "subscribe-presence-domain", "make-call-rfc3725-flow"}:
        return "asterisk"
    if "oos-check" in named or "recovery-timeout" in named:
        refer = {thing.options.get("refer-enabled", "").strip().lower() for thing in evidence.layer.trunks}
        return "audiocodes" if "true" in refer else "cisco-mgc"
    return "f5-bigip-ltm" if applications & {"sip-interface", "internal-registrar-persistent"} else ""


def _dns(switch: Switch, evidence: Evidence, *, every_extension: bool) -> Iterator[Finding]:
    extensions = [dn for dn in evidence.layer.dns if dn.type in {None, DnType.EXTENSION}]
    for dn in extensions:
        yield from _number(dn)
        if every_extension or _is_of(switch, dn):
            yield from _extension(switch, dn)
            yield from _presence(evidence, dn) if switch.id == "asterisk" else ()
    trunk = switch.table("DN", "Trunk")
    for dn in evidence.layer.trunks if trunk else ():
        assert trunk is not None
        if switch.id != "asterisk" or dn.options.keys() & {"subscribe-presence-domain", "subscribe-presence-from"}:
            yield from held_against(trunk, dn)
    service = switch.table("DN", "Voice over IP Service")
    for dn in evidence.layer.services if service and switch.id != "asterisk" else ():
        assert service is not None
        kind, known = dn.options.get("service-type", "").strip().lower(), _services(service)
        if kind in known:
            yield from held_against(service, dn)
        elif meant := nearest(kind, frozenset(known - {""}), 0.8):
            yield VALUE.at(owner(dn), f"service-type = {kind} is probably {meant} ({_line(service, 'service-type')})")
    unanswered = switch.table("DN", "no-answer")
    for thing in (*extensions, *evidence.layer.agents) if unanswered else ():
        assert unanswered is not None
        yield from held_against(unanswered, thing)


def _presence(evidence: Evidence, dn: ConfigObject) -> Iterator[Finding]:
    """``subscribe-presence`` is the name of a Trunk DN (the manual's line 2244)."""
    name = dn.options.get("subscribe-presence", "").strip()
    if name and evidence.layer.answered("trunkquery") and name not in {trunk.number for trunk in evidence.layer.trunks}:
        yield VALUE.at(owner(dn), f"subscribe-presence = {name}, which is no Trunk DN (manual 2244)")


def _line(table: Table, name: str) -> str:
    return next(f"manual {option.line}" for option in table.options if option.name == name)


def _services(table: Table) -> set[str]:
    """The service types that a table is about, and none at all: a DN without one is taken for meant."""
    return {"", *(option.allowed for option in table.options if option.name == "service-type")}


def _is_of(switch: Switch, dn: ConfigObject) -> bool:
    """True where an Extension carries an option that only this switch's table asks for."""
    table = switch.table("DN", "Extension")
    telling = {option.name for option in table.options} - {"contact"} if table else set()
    return switch.id == "openscape-voice" or bool(dn.options.keys() & telling)


def _number(dn: ConfigObject) -> Iterator[Finding]:
    if "@" in dn.number:
        yield NUMBER.at(owner(dn), "the number holds @")
    elif any(letter.isalpha() for letter in dn.number):
        yield NUMBER.at(owner(dn), "the number holds letters, as a computer name would")


def _extension(switch: Switch, dn: ConfigObject) -> Iterator[Finding]:
    table = switch.table("DN", "Extension")
    if table is None:
        return
    own = sorted(name for name in dn.options if not name.startswith(("gvm_", "no-answer-")))
    if not table.options:
        if own:
            yield UNWANTED.at(owner(dn), f"has {', '.join(own)}")
        return
    yield from held_against(table, dn)


def held_against(table: Table, thing: ConfigObject) -> Iterator[Finding]:
    """Missing, misspelt and out-of-range options of one object, each with the manual's line."""
    names = frozenset(option.name for option in table.options)
    nearly = {
        meant: name
        for name in thing.options.keys() - names
        if not name.startswith("gvm_") and (meant := nearest(name, names, 0.85))
    }
    for option in table.options:
        if option.name in thing.options:
            problem = complaint(option.allowed, thing.options[option.name])
            if problem:
                value = masked_option(option.name, thing.options[option.name].strip())
                seen = f"{option.name} = {value} {problem} (manual {option.line})"
                yield VALUE.at(owner(thing), seen)
        elif option.name in nearly:
            yield MISSPELT.at(owner(thing), f"{nearly[option.name]} is probably {option.name} (manual {option.line})")
        elif option.required:
            yield MISSING.at(owner(thing), f"{option.name} is missing: {option.allowed} (manual {option.line})")


def _blf_users(evidence: Evidence) -> Iterator[Finding]:
    blf = [dn for dn in evidence.layer.services if dn.options.get("service-type", "").strip().lower() == "blf"]
    users = len(evidence.layer.dns)
    if users > BLF_LIMIT * len(blf):
        yield BLF_USERS.at("Voice over IP Service DNs", f"{len(blf)} BLF services for {users} Extension DNs")
