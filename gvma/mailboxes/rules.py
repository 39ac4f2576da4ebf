"""Who gets which mailbox and which subscription (the manual's lines 2365-2571).

Three steps: each object claims a mailbox, or is refused; the claims are put in order; each name of a
subscription, and with it the mailbox, goes to the first claim on it. Pure, and the same for the same objects
in any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from gvma.asterisk.entries import GvmaWarning, Mailbox, Subscription
from gvma.asterisk.roles import BY_ELEMENT, OWN_CONTEXTS, ROLES
from gvma.mailboxes.claims import FIELD_OPTIONS, Claim, ConfiguredObject, claim_of, configured_fields, owner_of
from gvma.mailboxes.remarks import Remarks
from gvma.mailboxes.values import BOX, CONTEXT, SHOWN, Refused


class RefusedOwner(NamedTuple):
    """An object that gets nothing new; the mailbox and the subscription that it has must stay.

    kind: of its role, ``dn``, ``agent`` or ``group``. box: None where the name of the mailbox itself is not valid.
    context: the foreign context that it names, None where it names none or one that is not valid.
    """

    kind: str
    owner: str
    dbid: int
    box: str | None = None
    context: str | None = None


class Desired(NamedTuple):
    """What Configuration Server asks for, in the order in which it is written.

    owners: of each kind (``dn``, ``agent``, ``group``) the DBIDs of all who were served, each with its subscription.
    """

    mailboxes: tuple[Mailbox, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    warnings: tuple[GvmaWarning, ...] = ()
    refused: tuple[RefusedOwner, ...] = ()
    owners: Mapping[str, Mapping[int, Subscription]] = {}


def desired(
    dns: Iterable[ConfiguredObject],
    agents: Iterable[ConfiguredObject],
    groups: Iterable[ConfiguredObject],
    *,
    allow_mailcmd: bool = False,
    main_extension: str = "",
) -> Desired:
    """The mailboxes and subscriptions that these DNs, Agent Logins and Agent Groups ask for.

    A DN always has a mailbox, an Agent Login or Agent Group where ``gvm_mailbox`` is set; ``gvm_mailbox_context``
    gives a subscription to a mailbox that exists already, and no mailbox. An object with a value that cannot stand
    in Asterisk's files is refused, with a warning that names it and the option; all others are served.
    allow_mailcmd: keep voicemail options that make Asterisk run a command. main_extension: what asks for
    mailbox and PIN behind a prefix (``vm_voicemail_main_ext``), so that no box of this name can be dialled.
    """
    warnings: list[GvmaWarning] = []
    refused: list[RefusedOwner] = []
    claims: defaultdict[str, list[Claim]] = defaultdict(list)
    for role, objects in enumerate((dns, agents, groups)):
        for claim in _claims(role, objects, allow_mailcmd, warnings, refused):
            claims[claim.context].append(claim)
    contexts = [*OWN_CONTEXTS, *sorted(claims.keys() - set(OWN_CONTEXTS))]
    in_order = (claim for context in contexts for claim in _in_order(claims[context]))
    remarks = Remarks(main_extension)
    answer = _served(in_order, warnings, refused, remarks, allow_mailcmd=allow_mailcmd)
    return answer._replace(warnings=(*answer.warnings, *remarks.warnings()))


def _claims(
    role: int,
    objects: Iterable[ConfiguredObject],
    allow_mailcmd: bool,
    warnings: list[GvmaWarning],
    refused: list[RefusedOwner],
) -> Iterator[Claim]:
    element = ROLES[role].element
    for serial, claimant in enumerate(objects):
        if claimant.kind != element:
            owner = owner_of(ROLES[role], claimant)
            message = f"{owner} is left out: it is no {element}, but a {claimant.kind[:SHOWN]!a}"
            warnings.append(GvmaWarning("other-object", message, owner))
            continue
        try:
            claim = claim_of(role, serial, claimant, allow_mailcmd=allow_mailcmd, warnings=warnings)
        except Refused as refusal:
            owner = owner_of(ROLES[role], claimant)
            message = f"{refusal.option} {refusal.reason}. {owner} gets nothing new; a mailbox that it has stays."
            warnings.append(GvmaWarning("refused-value", message, f"{owner}, {refusal.option.split(',')[0]}"))
            refused.append(_refused(role, claimant, owner))
            claim = None
        if claimant.repeated or claimant.odd_type:
            warnings.extend(_remarks(claimant, owner_of(ROLES[role], claimant)))
        if claim is not None:
            yield claim


def _remarks(claimant: ConfiguredObject, owner: str) -> Iterator[GvmaWarning]:
    for key in claimant.repeated:
        if key.startswith("gvm_"):
            message = f"{owner}: {key[:SHOWN]!a} is set twice; the first value counts"
            yield GvmaWarning("repeated-option", message, f"{owner}, {key[:SHOWN]!a}")
    if claimant.odd_type:
        yield GvmaWarning("odd-type", f"{owner}: its type {claimant.odd_type[:SHOWN]!a} is not a number", owner)


def _refused(role: int, claimant: ConfiguredObject, owner: str) -> RefusedOwner:
    box = claimant.options.get("gvm_mailbox", "").strip(" ") or claimant.number.strip(" ")
    context = claimant.options.get("gvm_mailbox_context", "").strip(" ")
    return RefusedOwner(
        ROLES[role].kind,
        owner,
        claimant.dbid,
        box if BOX.fullmatch(box) and ".." not in box else None,
        context if CONTEXT.fullmatch(context) and ".." not in context else None,
    )


def _in_order(claims: list[Claim]) -> Iterator[Claim]:
    """The claims on one context, each given up once it was served, since 100,000 take much room."""
    claims.sort(reverse=True)
    while claims:
        yield claims.pop()


def _served(
    claims: Iterable[Claim],
    warnings: list[GvmaWarning],
    refused: list[RefusedOwner],
    remarks: Remarks,
    *,
    allow_mailcmd: bool,
) -> Desired:
    """Gives each name, and so each mailbox, to the first claim on it.

    Names are compared without case: app_voicemail's find_or_create takes ``abc`` and ``ABC`` for one mailbox and
    drops the second, and chan_sip takes such peers for one.
    """
    first: dict[str, ConfiguredObject] = {}
    mailboxes: list[Mailbox] = []
    subscriptions: list[Subscription] = []
    served: list[dict[int, Subscription]] = [{} for _ in ROLES]
    for claim in claims:
        box, context, role = claim.box, claim.context, ROLES[claim.role]
        name = role.prefix + box
        key = name.lower() if claim.box_is_text else name
        if key not in first:
            first[key] = claim.claimant
            subscription = Subscription(name, box, context)
            subscriptions.append(subscription)
            if claim.mailbox is not None:
                mailboxes.append(claim.mailbox)
                remarks.look_at(claim, claim.mailbox)
        else:
            earlier = _claim_again(first[key], allow_mailcmd=allow_mailcmd)
            if earlier.box != box or earlier.context != context:
                foreign_context = context if claim.foreign else None
                refused.append(RefusedOwner(role.kind, claim.owner, claim.dbid, box, foreign_context))
                warnings.append(_collision(claim, earlier, name))
                continue
            warnings.extend(_differences(claim, earlier))
            subscription = Subscription(name, box, context)
        served[claim.role][claim.dbid] = subscription
    owners = {role.kind: of_kind for role, of_kind in zip(ROLES, served, strict=True) if of_kind}
    return Desired(tuple(mailboxes), tuple(subscriptions), tuple(warnings), tuple(refused), owners)


def _claim_again(claimant: ConfiguredObject, *, allow_mailcmd: bool) -> Claim:
    """The claim of an object that was served already; claims are not kept, since 100,000 take much room."""
    role = ROLES.index(BY_ELEMENT[claimant.kind])
    claim = claim_of(role, 0, claimant, allow_mailcmd=allow_mailcmd, warnings=[])
    assert claim is not None
    return claim


def _collision(claim: Claim, earlier: Claim, name: str) -> GvmaWarning:
    message = (
        f"the subscription {name} already belongs to {earlier.box}@{earlier.context} of {earlier.owner}. "
        f"{claim.owner} gets nothing new; a mailbox that it has stays."
    )
    return GvmaWarning("name-collision", message, f"{claim.owner}, gvm_mailbox")


def _differences(claim: Claim, earlier: Claim) -> Iterator[GvmaWarning]:
    """A warning where two owners share a mailbox and do not agree on its values."""
    if claim.foreign:
        return
    configured = configured_fields(claim.claimant), configured_fields(earlier.claimant)
    rows = zip(FIELD_OPTIONS, *configured, _fields(claim), _fields(earlier), strict=True)
    differing = [option for option, one, other, wanted, served in rows if (one or other) and wanted != served]
    if differing:
        mine, theirs = claim.owner, earlier.owner
        if mine == theirs:  # the same number on two switches
            mine, theirs = f"{mine} (DBID {claim.dbid})", f"{theirs} (DBID {earlier.dbid})"
        message = (
            f"{mine} and {theirs} share the mailbox {claim.box}@{claim.context}, "
            f"but differ in {', '.join(differing)}; the values of {theirs} apply"
        )
        yield GvmaWarning("shared-box", message, f"{mine}, {differing[0]}")


def _fields(claim: Claim) -> tuple[str, ...]:
    box = claim.mailbox
    return (box.pin, box.name, box.email, box.pager, box.options) if box else ("",) * len(FIELD_OPTIONS)
