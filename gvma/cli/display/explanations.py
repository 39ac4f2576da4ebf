"""What ``gvma explain`` shows of one name: the answer comes first, then the chain; this module prints nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from gvma.cli.display.findings import one_line
from gvma.cli.display.items import item_line

if TYPE_CHECKING:
    from gvma.check.finding import Finding
    from gvma.evidence.model import Evidence
    from gvma.explain.chain import ExplainedMailbox, ExplainedObject, Explanation

_COLUMN = 14
_UNREAD = "where it is written is not known"
_INDENT = " " * _COLUMN


def explanation_lines(evidence: Evidence, found: Explanation, *, width: int, colour: bool) -> Iterator[str]:
    """width: characters of a line. colour: headings are bold, and a fault is red."""
    from gvma.explain.verdict import verdict  # noqa: PLC0415  (start-up)

    is_fault = any(one.severity != "info" for one in found.reasons)
    yield from _styled(textwrap.wrap(_heading(found), width, subsequent_indent="  "), colour, bold=True)
    said = textwrap.wrap(one_line(verdict(evidence, found)), width, subsequent_indent="  ")
    yield from _styled(said, colour, fg="red" if is_fault else None)
    for one in found.reasons[:1]:
        yield from textwrap.wrap(one_line(one.remedy), width, initial_indent="> ", subsequent_indent="  ")
    yield ""
    for explained in found.objects:
        yield from _rows(_of_object(explained), width)
    for label in found.recorded:
        yield from _rows([("Object", f"{label}, as the last sync had it")], width)
    for box in found.mailboxes:
        yield from _rows(_of_mailbox(box, "written nowhere" if evidence.sink.problem is None else _UNREAD), width)
    yield from _rows(_of_next_sync(evidence, found), width)
    yield from _rows((("Also", f"{one.message.rstrip('.')} ({one.where})") for one in _further(found)), width)


def not_asked_lines(sentences: Iterable[str], *, width: int) -> Iterator[str]:
    """A row for each source that could not be asked."""
    yield from _rows((("Not asked", text) for text in sentences), width)


def _heading(found: Explanation) -> str:
    names = [one.label for one in found.objects] or list(found.recorded)
    boxes = [one.mailbox for one in found.mailboxes]
    return one_line(f"{found.name}: {', '.join([*names, *(f'mailbox {box}' for box in boxes)])}.")


def _further(found: Explanation) -> Iterable[Finding]:
    return found.reasons[1:]


def _of_object(explained: ExplainedObject) -> Iterator[tuple[str, str]]:
    one = explained.one
    selected = f"selected by {' and '.join(explained.queries)}" if explained.queries else "selected by no query"
    yield "Object", f"{explained.label}, {one.kind} with DBID {one.dbid}, {selected}"
    options = ", ".join(f"{key} = {value}" for key, value in explained.options.items())
    yield "Options", options or "no GVM option"
    yield "Rule", explained.rule
    yield from (("Warning", text) for text in explained.remarks if text not in explained.rule)


def _of_mailbox(box: ExplainedMailbox, nowhere: str) -> Iterator[tuple[str, str]]:
    owners = f", of {' and '.join(box.owners)}" if box.owners else ", of nobody that gvma knows"
    yield "Mailbox", f"{box.mailbox}{owners}"
    yield "", f"{box.named.place or nowhere}; {_loaded(box.named.loaded)}"
    messages = box.named.messages
    counts = f"{messages.new} new and {messages.old} old messages; " if messages is not None else ""
    yield "", f"{counts}{_PINS[box.pin]}"
    if box.name:
        yield "Subscription", f"{box.name}; {_subscribed(box.subscription.subscribers)}"
        yield "", f"{box.subscription.place or nowhere}; {_loaded(box.subscription.loaded)}"
    else:
        yield "Subscription", "none"
    if len(box.dial) > 1:
        yield "Dial", f"{box.dial[0]} to leave a message, or from its own telephone to hear them"
    if box.dial:
        yield "" if len(box.dial) > 1 else "Dial", f"{box.dial[-1]} to be asked for mailbox and PIN"


_PINS = {
    "first": "the PIN is still the first one",
    "changed": "the PIN was changed by its owner",
    "unknown": "whether the PIN was changed is not known",
}


def _loaded(loaded: bool | None) -> str:
    if loaded is None:
        return "Asterisk could not be asked"
    return "Asterisk has it" if loaded else "Asterisk does not have it"


def _subscribed(subscribers: tuple[str, ...] | None) -> str:
    if subscribers is None:
        return "who subscribes is not known"
    verb = "subscribe" if len(subscribers) > 1 else "subscribes"
    return f"{', '.join(subscribers) or 'nobody'} {verb} now"


def _of_next_sync(evidence: Evidence, found: Explanation) -> Iterator[tuple[str, str]]:
    planned = evidence.next_sync
    if planned is None or planned.problem is not None:
        return
    lines = [item_line(item) for item in found.next] or ["changes nothing of this"]
    if evidence.records.paused is not None:
        lines.append("once it is resumed: `gvma sync --resume`")
    yield from zip(["Next sync", *[""] * (len(lines) - 1)], lines, strict=True)


def _rows(rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    for name, text in rows:
        yield from textwrap.wrap(
            one_line(text),
            width,
            initial_indent=f"{name:<{_COLUMN}}",
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        ) or [name]


def _styled(lines: Iterable[str], colour: bool, *, bold: bool = False, fg: str | None = None) -> Iterator[str]:
    for line in lines:
        yield click.style(line, bold=bold or None, fg=fg) if colour and (bold or fg) else line
