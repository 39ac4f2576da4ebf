"""Who gets which mailbox and which subscription (the manual's lines 2365-2571).

Three steps: each object claims a box, or is refused; the claims are put in order; each name of a
subscription, and with it the box, goes to the first that claims it. Pure, and the same for the same objects
in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gvma.asterisk.entries import OWN_CONTEXTS, GvmaWarning, Mailbox, Subscription
from gvma.mailboxes.claims import FIELD_OPTIONS, ROLES, Claim, ConfiguredObject, asked_of, claim_of, owner_of
from gvma.mailboxes.values import BOX, CONTEXT, Refused


@dataclass(frozen=True, slots=True)
class RefusedOwner:
    """An object that gets nothing new; what it has already must stay.

    kind: ``dn``, ``agent`` or ``group``. box: None where the box name itself is unusable. context: the foreign
    context that it names, None where it names none or an unusable one.
    """

    kind: str
    owner: str
    dbid: int
    box: str | None = None
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Desired:
    """What Configuration Server asks for, in the order in which it is written.

    owners: of each kind (``dn``, ``agent``, ``group``) the DBIDs of all who were served, each with its subscription
    and with what a person calls it.
    """

    mailboxes: tuple[Mailbox, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    warnings: tuple[GvmaWarning, ...] = ()
    refused: tuple[RefusedOwner, ...] = ()
    owners: Mapping[str, Mapping[int, tuple[Subscription, str]]] = field(default_factory=dict)


def desired(
    dns: Iterable[ConfiguredObject],
    agents: Iterable[ConfiguredObject],
    groups: Iterable[ConfiguredObject],
    *,
    allow_mailcmd: bool = False,
) -> Desired:
    """The mailboxes and subscriptions that these DNs, Agent Logins and Agent Groups ask for.

    A DN always has a box, an Agent Login or Agent Group where ``gvm_mailbox`` is set; ``gvm_mailbox_context``
    gives a subscription to a box that exists already, and no box. An object with a value that cannot stand in
    Asterisk's files is refused, with a warning that names it and the option; it spoils nobody else's box.
    allow_mailcmd: keep voicemail options that make Asterisk run a command.
    """
    warnings: list[GvmaWarning] = []
    refused: list[RefusedOwner] = []
    claims: dict[str, list[Claim]] = {context: [] for context in OWN_CONTEXTS}
    for role, objects in enumerate((dns, agents, groups)):
        for claim in _claims(role, objects, allow_mailcmd, warnings, refused):
            claims.setdefault(claim.context, []).append(claim)
    contexts = [*OWN_CONTEXTS, *sorted(claims.keys() - set(OWN_CONTEXTS))]
    in_order = (claim for context in contexts for claim in _in_order(claims[context]))
    return _served(in_order, warnings, refused, allow_mailcmd=allow_mailcmd)


def _claims(
    role: int,
    objects: Iterable[ConfiguredObject],
    allow_mailcmd: bool,
    warnings: list[GvmaWarning],
    refused: list[RefusedOwner],
) -> Iterator[Claim]:
    element = ROLES[role].element
    for serial, thing in enumerate(objects):
        if thing.kind != element:
            owner = owner_of(ROLES[role], thing)
            message = f"{owner} is left out: a {element} was asked for, and this is a {thing.kind[:40]!a}"
            warnings.append(GvmaWarning("other-object", message, owner))
            continue
        try:
            claim = claim_of(role, serial, thing, allow_mailcmd=allow_mailcmd, warnings=warnings)
        except Refused as refusal:
            owner = owner_of(ROLES[role], thing)
            message = f"{owner} is left out: {refusal.option} {refusal.reason}. What it has already stays."
            warnings.append(GvmaWarning("refused-value", message, f"{owner}, {refusal.option.split(',')[0]}"))
            refused.append(_refused(role, thing, owner))
            claim = None
        if thing.repeated or thing.odd_type:
            warnings.extend(_remarks(thing, owner_of(ROLES[role], thing)))
        if claim is not None:
            yield claim


def _remarks(thing: ConfiguredObject, owner: str) -> Iterator[GvmaWarning]:
    for key in thing.repeated:
        if key.startswith("gvm_"):
            message = f"{owner}: {key[:40]!a} is set twice; the first value counts"
            yield GvmaWarning("repeated-option", message, f"{owner}, {key[:40]!a}")
    if thing.odd_type:
        yield GvmaWarning("odd-type", f"{owner}: its type {thing.odd_type[:40]!a} is no number", owner)


def _refused(role: int, thing: ConfiguredObject, owner: str) -> RefusedOwner:
    box = thing.options.get("gvm_mailbox", "").strip(" ") or thing.number.strip(" ")
    context = thing.options.get("gvm_mailbox_context", "").strip(" ")
    return RefusedOwner(
        ROLES[role].kind,
        owner,
        thing.dbid,
        box if BOX.fullmatch(box) and ".." not in box else None,
        context if CONTEXT.fullmatch(context) and ".." not in context else None,
    )


def _in_order(claims: list[Claim]) -> Iterator[Claim]:
    """The claims on one context, none of which is kept."""
    claims.sort(reverse=True)
    while claims:
        yield claims.pop()


def _served(
    claims: Iterable[Claim], warnings: list[GvmaWarning], refused: list[RefusedOwner], *, allow_mailcmd: bool
) -> Desired:
    """Gives each name, and so each box, to its first claimant.

    Names are compared without case: app_voicemail's find_or_create takes ``abc`` and ``ABC`` for one box and
    drops the second, and chan_sip takes such peers for one.
    """
    first: dict[str, ConfiguredObject] = {}
    mailboxes: list[Mailbox] = []
    subscriptions: list[Subscription] = []
    served: list[dict[int, tuple[Subscription, str]]] = [{} for _ in ROLES]
    for claim in claims:
        box, context, role = claim.box, claim.context, ROLES[claim.role]
        name = role.prefix + box
        key = name.lower() if claim.box_is_text else name
        if key not in first:
            first[key] = claim.thing
            subscription = Subscription(name, box, context)
            subscriptions.append(subscription)
            if claim.mailbox is not None:
                mailboxes.append(claim.mailbox)
        else:
            holder = _claim_again(first[key], allow_mailcmd=allow_mailcmd)
            if holder.box != box or holder.context != context:
                foreign_context = context if claim.foreign else None
                refused.append(RefusedOwner(role.kind, claim.owner, claim.dbid, box, foreign_context))
                warnings.append(_collision(claim, holder, name))
                continue
            warnings.extend(_differences(claim, holder))
            subscription = Subscription(name, box, context)
        served[claim.role][claim.dbid] = subscription, claim.owner
    owners = {role.kind: of_kind for role, of_kind in zip(ROLES, served, strict=True) if of_kind}
    return Desired(tuple(mailboxes), tuple(subscriptions), tuple(warnings), tuple(refused), owners)


def _claim_again(thing: ConfiguredObject, *, allow_mailcmd: bool) -> Claim:
    """The claim of an object that has been served; to keep all of them would take the room of all objects."""
    role = next(at for at, role in enumerate(ROLES) if role.element == thing.kind)
    claim = claim_of(role, 0, thing, allow_mailcmd=allow_mailcmd, warnings=[])
    assert claim is not None
    return claim


def _collision(claim: Claim, holder: Claim, name: str) -> GvmaWarning:
    message = (
        f"{claim.owner} is left out: its subscription would be {name}, which stands for "
        f"{holder.box}@{holder.context} of {holder.owner} already. What it has already stays."
    )
    return GvmaWarning("name-collision", message, f"{claim.owner}, gvm_mailbox")


def _differences(claim: Claim, holder: Claim) -> Iterator[GvmaWarning]:
    if claim.foreign:
        return
    asked = asked_of(claim.thing), asked_of(holder.thing)
    rows = zip(FIELD_OPTIONS, *asked, _fields(claim), _fields(holder), strict=True)
    differing = [option for option, one, other, wanted, kept in rows if (one or other) and wanted != kept]
    if differing:
        mine, theirs = claim.owner, holder.owner
        if mine == theirs:  # the same number on two switches
            mine, theirs = f"{mine} (DBID {claim.dbid})", f"{theirs} (DBID {holder.dbid})"
        message = (
            f"{mine} and {theirs} share the box {claim.box}@{claim.context}, "
            f"but differ in {', '.join(differing)}; what {theirs} has counts"
        )
        yield GvmaWarning("shared-box", message, f"{mine}, {differing[0]}")


def _fields(claim: Claim) -> tuple[str, ...]:
    box = claim.mailbox
    return (box.pin, box.name, box.email, box.pager, box.options) if box else ("",) * len(FIELD_OPTIONS)
