"""A plan as rows of the two tables. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice

from gvma.asterisk.entries import Mailbox, PresentMailbox, Subscription
from gvma.plan.counts import Counts
from gvma.plan.model import Plan
from gvma.printable import MASK
from gvma.secrecy import masked_option
from gvma.sinks.realtime.rows.change import Gone, PinReset, ReadBack, RealtimeChange, Row, TableChange, Version
from gvma.sinks.realtime.rows.columns import Columns
from gvma.sinks.realtime.rows.encoding import NOT_OURS, blocks, encoded
from gvma.sinks.realtime.rows.marks import marks_of_wanted
from gvma.sinks.realtime.rows.names import AOR_MAILBOXES, AORS, VOICEMAIL

_ASKED = 50
"""So many changes of each kind are looked for on every node."""
_TEXTS = ("context", "mailbox", "password", "fullname", "email", "pager")


def planned_change(
    plan: Plan,
    columns: Columns,
    versions: tuple[Mapping[str, Version], Mapping[str, Version], Mapping[str, str]],
    pins_of_file: Mapping[str, str],
) -> RealtimeChange:
    """versions: of the rows that were read, mailboxes and subscriptions, and PINs as they stand where gvma would have
    written another text. pins_of_file: by ``box@context``, of the block in this host's voicemail.conf: a row that is
    inserted takes the PIN that its owner has there."""
    boxes, names, odd_pins = versions
    fresh_pins = {key: pin for key, pin in pins_of_file.items() if key not in plan.pins.reset}
    return RealtimeChange(
        {
            VOICEMAIL: _mailboxes(plan, columns, boxes, fresh_pins),
            AORS: _subscriptions(plan, names),
        },
        resets=tuple(_resets(plan, odd_pins)),
        new_marks=partial(marks_of_wanted, plan.mailboxes, plan.subscriptions),
        lines=partial(_diff, plan),
        read_back=_read_back(plan),
    )


def _read_back(plan: Plan) -> ReadBack:
    """The first of each kind: added, changed, removed. Each costs a node a question."""
    present, found = plan.present, plan.differences
    boxes = list(islice((one for one in plan.mailboxes if one.key not in present.mailboxes), _ASKED))
    boxes += islice((one for one in plan.mailboxes if "name" in found.mailboxes.get(one.key, ())), _ASKED)
    names = list(islice((one for one in plan.subscriptions if one.name not in present.subscriptions), _ASKED))
    names += islice((one for one in plan.subscriptions if one.name in found.subscriptions), _ASKED)
    return ReadBack(
        {one.key: one.name for one in boxes} | dict.fromkeys(found.removed_mailboxes[:_ASKED]),
        {one.name: one.key for one in names} | dict.fromkeys(found.removed_subscriptions[:_ASKED]),
    )


def _mailboxes(plan: Plan, columns: Columns, versions: Mapping[str, Version], pins: Mapping[str, str]) -> TableChange:
    present, found = plan.present.mailboxes, plan.differences
    added = [one for one in plan.mailboxes if one.key not in present] if present else list(plan.mailboxes)
    used = _used_columns(added, columns)
    changed = [one for one in plan.mailboxes if one.key in found.mailboxes] if found.mailboxes else []
    return TableChange(
        counts=Counts(len(added), len(changed), len(found.removed_mailboxes)),
        columns=(*_TEXTS, *used),
        add=partial(_new_rows, added, columns, used, pins),
        change=tuple(
            Row((one.context, one.box), _values(one, columns), versions[one.key])
            for one in changed
            if found.mailboxes[one.key] != ("pin",)
        ),
        remove=tuple(Gone(tuple(reversed(key.rsplit("@", 1))), versions[key]) for key in found.removed_mailboxes),
    )


def _used_columns(added: Iterable[Mailbox], columns: Columns) -> tuple[str, ...]:
    """Option columns that some new row has a value for, or would get one from the database; the others stay NULL."""
    used = {column.name for column in columns.every_option if column.has_default}
    for options in {one.options for one in added}:
        used |= columns.split(options)[0].keys()
    return tuple(sorted(used))


def _new_rows(added: list[Mailbox], columns: Columns, used: tuple[str, ...], pins: Mapping[str, str]) -> Iterator[str]:
    behind = {options: _behind(columns.split(options)[0], used) for options in {one.options for one in added}}
    return blocks(
        f"{one.context}\t{one.box}\t{pins.get(one.key, one.pin) if pins else one.pin}"
        f"\t{one.name}\t{one.email}\t{one.pager}{behind[one.options]}"
        for one in added
    )


def _behind(options: Mapping[str, str], used: tuple[str, ...]) -> str:
    """The option columns of a new row; a site has few different ones, and 100,000 mailboxes."""
    return "".join(f"\t{options.get(column, NOT_OURS)}" for column in used)


def _values(one: Mailbox, columns: Columns) -> dict[str, str | None]:
    """Every column but key and PIN; None where the mailbox has no such option."""
    options = columns.split(one.options)[0]
    texts: dict[str, str | None] = {"fullname": encoded(one.name), "email": encoded(one.email)}
    texts["pager"] = encoded(one.pager)
    for column in columns.every_option:
        value = options.get(column.name)
        texts[column.name] = None if value is None else encoded(value)
    return texts


def _subscriptions(plan: Plan, versions: Mapping[str, Version]) -> TableChange:
    present, found = plan.present.subscriptions, plan.differences
    added = [one for one in plan.subscriptions if one.name not in present] if present else list(plan.subscriptions)
    moved = [one for one in plan.subscriptions if one.name in found.subscriptions] if found.subscriptions else []
    return TableChange(
        counts=Counts(len(added), len(moved), len(found.removed_subscriptions)),
        columns=("id", AOR_MAILBOXES),
        add=partial(_new_aors, added),
        change=tuple(Row((one.name,), {AOR_MAILBOXES: one.key}, versions[one.name]) for one in moved),
        remove=tuple(Gone((name,), versions[name]) for name in found.removed_subscriptions),
    )


def _new_aors(added: list[Subscription]) -> Iterator[str]:
    return blocks(f"{one.name}\t{one.box}@{one.context}" for one in added)


def _resets(plan: Plan, odd_pins: Mapping[str, str]) -> Iterator[PinReset]:
    reset = {key for key, fields in plan.differences.mailboxes.items() if "pin" in fields}
    for one in plan.mailboxes if reset else ():
        if one.key in reset:
            now = odd_pins.get(one.key, encoded(plan.present.mailboxes[one.key].pin))
            yield PinReset(one.context, one.box, now, encoded(one.pin))


def _diff(plan: Plan) -> Iterator[str]:
    """A line for each row, kind by kind, PINs masked; a changed row has a line before and one after."""
    found, present = plan.differences, plan.present
    if not plan.counts:
        return
    yield f"--- {VOICEMAIL}\n+++ {VOICEMAIL}\n"
    for key in found.removed_mailboxes:
        yield f"-{_shown(key, present.mailboxes[key])}"
    for one in plan.mailboxes:
        if (fields := found.mailboxes.get(one.key)) is not None:
            yield f"-{_shown(one.key, present.mailboxes[one.key])}+{_shown(one.key, one)}"
            if fields == ("pin",):
                yield "\\ 1 line differs in a masked value (****) alone\n"
        elif one.key not in present.mailboxes:
            yield f"+{_shown(one.key, one)}"
    yield f"--- {AORS}\n+++ {AORS}\n"
    yield from _diff_of_aors(plan)


def _diff_of_aors(plan: Plan) -> Iterator[str]:
    found, present = plan.differences, plan.present.subscriptions
    for name in found.removed_subscriptions:
        yield f"-{name} {AOR_MAILBOXES}={present[name].mailbox}\n"
    for one in plan.subscriptions:
        now = present.get(one.name)
        if one.name in found.subscriptions and now is not None:
            yield f"-{one.name} {AOR_MAILBOXES}={now.mailbox}\n"
        if now is None or one.name in found.subscriptions:
            yield f"+{one.name} {AOR_MAILBOXES}={one.key}\n"


def _shown(key: str, one: Mailbox | PresentMailbox) -> str:
    options = "|".join(_masked(pair) for pair in one.options.split("|")) if one.options else ""
    texts = f"password={MASK} fullname={one.name} email={one.email} pager={one.pager}"
    return f"{key} {texts}{' ' if options else ''}{options}\n"


def _masked(pair: str) -> str:
    name, equals, value = pair.partition("=")
    return f"{name}{equals}{masked_option(name, value)}" if equals else pair
