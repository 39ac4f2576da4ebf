"""Rules about the options that the manual's tables ask for, with the site's switches (chapters 1 to 6). Pure.

An unknown option counts only when it is nearly a known one: nothing is wrong only because no table names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gvma.check.conclusions.addresses import asterisk_hosts
from gvma.check.conclusions.owners import EXTENSION_TYPES, option
from gvma.check.conclusions.profile import ASTERISK, leads_to_mailboxes, profiles
from gvma.check.finding import Finding, Rule
from gvma.check.switch.placeholders import is_placeholder
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import Evidence, object_name
from gvma.nearest import nearest
from gvma.routing.watched import is_watched
from gvma.secrecy import masked_option
from gvma.switches.tables import Switch, Table, switches
from gvma.switches.values import complaint

MISSING = Rule(
    "switch-option-missing", "error", "an option that the manual's table for this switch asks for is missing",
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
    "switch-number", "error", "an Extension whose number contains @ or letters",
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
    "If the guess is wrong, the DNs were compared with the wrong tables.",
    "Set switch_profile in [gvma_settings].",
)  # fmt: skip
UNKNOWN = Rule(
    "switch-profile-unknown", "error", "switch_profile names no switch of the manual",
    "Without a table nothing of the switch is checked.",
    "Set switch_profile to one of the names in the message.",
)  # fmt: skip
RULES = (MISSING, MISSPELT, VALUE, UNWANTED, NUMBER, BLF_USERS, GUESSED, UNKNOWN)

_PRESENCE = frozenset({"subscribe-presence"})

BLF_LIMIT = 50
"""Users that BroadWorks takes for one BLF URI."""


def check_switch(evidence: Evidence) -> Iterator[Finding]:
    """Every DN and Application against the tables of the site's switches."""
    named = evidence.settings.gvma.switch_profile
    ids = [one for one in profiles(evidence) if one in switches()]
    for unknown in (one for one in named if one not in ids):
        yield UNKNOWN.at("switch_profile", f"{unknown} is none of {', '.join(sorted(switches()))}")
    if ids and not named:
        yield GUESSED.at("switch_profile", f"taken for {switches()[ids[0]].name} ({ids[0]})")
    site = [switches()[one] for one in ids]
    if not site:
        return
    yield from _extensions(site, evidence, every_one=bool(named))
    yield from _trunks(site, evidence)
    yield from _services(site, evidence)
    for switch in site:
        if switch.id != ASTERISK and (table := switch.table("Application", "SIP Server")):
            for application in evidence.configserver.applications:
                yield from compare(table, application)
        if switch.id == "broadworks":
            yield from _blf_users(evidence)


def _extensions(site: Sequence[Switch], evidence: Evidence, *, every_one: bool) -> Iterator[Finding]:
    """Extension DNs, each by the table of its switch. every_one: those too that carry no option of a switch."""
    layer = evidence.configserver
    extensions = [dn for dn in layer.dns if dn.type in EXTENSION_TYPES]
    trunks = {trunk.number for trunk in layer.trunks}
    hosts = asterisk_hosts(evidence)
    on_asterisk = [switch for switch in site if switch.id == ASTERISK]
    others = [switch for switch in site if switch.id != ASTERISK]
    for dn in extensions:
        watched = bool(on_asterisk) and _concerned(dn, evidence, hosts)
        candidates = on_asterisk if watched else others
        if candidates:
            yield from _number(dn)
        yield from _fewest(
            _extension(table, dn)
            for switch in candidates
            if (table := switch.table("DN", "Extension")) and (every_one or _is_of(switch, table, dn))
        )
        name = option(dn, "subscribe-presence") if watched else ""
        if name and name not in trunks and layer.answered("trunkquery"):
            yield VALUE.at(object_name(dn), f"subscribe-presence = {name}, which is no Trunk DN (manual 2244)")
    unanswered = on_asterisk[0].table("DN", "no-answer") if on_asterisk else None
    if unanswered:
        for one in (*extensions, *layer.agents):
            yield from compare(unanswered, one)


def _fewest(compared: Iterable[Iterator[Finding]]) -> list[Finding]:
    """The findings of the table that an object fits best, since no object says whose it is; of equal ones the first."""
    return min(map(list, compared), key=len, default=[])


def _extension(table: Table, dn: ConfigObject) -> Iterator[Finding]:
    return compare(table, dn) if table.options else _unwanted(dn)


def _concerned(dn: ConfigObject, evidence: Evidence, hosts: frozenset[str]) -> bool:
    """Whether Asterisk's table concerns an Extension; the others are registered on SIP Server (manual 2175-2178)."""
    misspelt = any(nearest(name, _PRESENCE, 0.85) for name in dn.options)
    return misspelt or is_watched(dn, evidence.settings.gvma, hosts)


def _number(dn: ConfigObject) -> Iterator[Finding]:
    if "@" in dn.number:
        yield NUMBER.at(object_name(dn), "the number contains @")
    elif any(letter.isalpha() for letter in dn.number):
        yield NUMBER.at(object_name(dn), "the number contains letters, as a computer name would")


def _is_of(switch: Switch, table: Table, dn: ConfigObject) -> bool:
    """Whether an Extension carries an option that only this switch's table asks for."""
    telling = {one.name for one in table.options} - {"contact"}
    return switch.id == "openscape-voice" or bool(dn.options.keys() & telling)


def _unwanted(dn: ConfigObject) -> Iterator[Finding]:
    options = sorted(name for name in dn.options if not name.startswith(("gvm_", "no-answer-")))
    if options:
        yield UNWANTED.at(object_name(dn), f"has {', '.join(options)}")


def _trunks(site: Sequence[Switch], evidence: Evidence) -> Iterator[Finding]:
    """Trunk DNs: Asterisk's for presence, and those of the other switches; those to the mailboxes are no switch's."""
    tables = {switch.id: table for switch in site if (table := switch.table("DN", "Trunk"))}
    presence = tables.pop(ASTERISK, None)
    for dn in evidence.configserver.trunks:
        if dn.options.keys() & {"subscribe-presence-domain", "subscribe-presence-from"}:
            yield from compare(presence, dn) if presence else ()
        elif tables and not leads_to_mailboxes(evidence, dn):
            yield from _fewest(compare(table, dn) for table in tables.values())


def _services(site: Sequence[Switch], evidence: Evidence) -> Iterator[Finding]:
    """Voice over IP Service DNs; those for media have rules of their own."""
    tables = [
        table for switch in site if switch.id != ASTERISK and (table := switch.table("DN", "Voice over IP Service"))
    ]
    for dn in evidence.configserver.services if tables else ():
        kind = option(dn, "service-type").lower()
        own = [table for table in tables if kind in {"", *_service_types(table)}]
        yield from _fewest(compare(table, dn) for table in own)
        for table in tables if not own else ():
            yield from _nearly(table, dn, kind)


def _service_types(table: Table) -> frozenset[str]:
    return frozenset(one.allowed for one in table.options if one.name == "service-type")


def _nearly(table: Table, dn: ConfigObject, kind: str) -> Iterator[Finding]:
    """A service of another type is none of the table's business, unless its type is nearly the table's."""
    if meant := nearest(kind, _service_types(table), 0.8):
        line = table.line_of("service-type")
        yield VALUE.at(object_name(dn), f"service-type = {kind} is probably {meant} (manual {line})")


def compare(table: Table, one: ConfigObject) -> Iterator[Finding]:
    """Missing, misspelt and out-of-range options of one object, each with the manual's line."""
    names = frozenset(row.name for row in table.options)
    nearly = {
        meant: name
        for name in one.options.keys() - names
        if not name.startswith("gvm_") and (meant := nearest(name, names, 0.85))
    }
    for row in table.options:
        if row.name in one.options:
            if is_placeholder(one.options[row.name]):
                continue  # it has a finding of its own
            if problem := complaint(row.allowed, one.options[row.name]):
                value = masked_option(row.name, option(one, row.name))
                yield VALUE.at(object_name(one), f"{row.name} = {value} {problem} (manual {row.line})")
        elif row.name in nearly:
            yield MISSPELT.at(object_name(one), f"{nearly[row.name]} is probably {row.name} (manual {row.line})")
        elif row.required:
            yield MISSING.at(object_name(one), f"{row.name} is missing; it should be {row.allowed} (manual {row.line})")


def _blf_users(evidence: Evidence) -> Iterator[Finding]:
    services = sum(option(dn, "service-type").lower() == "blf" for dn in evidence.configserver.services)
    users = sum(dn.type in EXTENSION_TYPES for dn in evidence.configserver.dns)
    if users > BLF_LIMIT * services:
        yield BLF_USERS.at("Voice over IP Service DNs", f"{services} BLF services for {users} Extension DNs")


CHECKS = (check_switch,)
