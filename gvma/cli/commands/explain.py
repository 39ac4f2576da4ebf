"""``gvma explain``: what a name leads to, and why its message waiting does not work."""

from __future__ import annotations

import os
from shlex import quote
from typing import TYPE_CHECKING

import click

from gvma.cli import exits
from gvma.cli.completing import names as known_names
from gvma.cli.display.explanations import explanation_lines, not_asked_lines
from gvma.cli.display.findings import one_line, text_width
from gvma.cli.display.items import item_lines
from gvma.cli.values.when import local_time
from gvma.errors import GvmaError
from gvma.printable import printable

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation
    from gvma.explain.chain import Explanation

_NO_SUCH_NAME = 1


@click.command(
    "explain",
    epilog=exits.help_ending(
        "gvma explain 2222",
        "gvma explain 1000@GVMA_DN gvm-a-2222",
        "gvma --output json explain Sales",
        exits=(exits.SETTINGS,),
        meanings={_NO_SUCH_NAME: "nobody has such a name; or an internal error"},
    ),
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True, shell_complete=known_names)
@click.pass_obj
def command(invocation: Invocation, names: tuple[str, ...]) -> None:
    """Say what a name leads to, from Configuration Server to Asterisk, and why its lamp stays dark.

    NAME is a DN's number, an agent login, a group's name, a mailbox (BOX or BOX@CONTEXT), or a gvm-* name; where
    several match, all are shown. It asks Configuration Server and Asterisk, and says what it could not ask. Changes
    nothing, and shows no PIN.
    """
    from gvma.evidence.by_name import look_by_name  # noqa: PLC0415
    from gvma.explain.chain import explain  # noqa: PLC0415
    from gvma.explain.verdict import not_asked  # noqa: PLC0415
    from gvma.garbage import without_garbage_collection  # noqa: PLC0415  (start-up)
    from gvma.settings.reader import examine  # noqa: PLC0415

    if "" in names:
        raise click.UsageError("NAME is empty.")
    output = invocation.output
    invocation.loaded(without=("cfgserver", "media"))
    with without_garbage_collection():
        evidence = look_by_name(examine(invocation.config, os.environ), tuple(dict.fromkeys(names)))
        found = explain(evidence)
    silent = list(not_asked(evidence))
    _result(invocation, found, silent)
    for number, one in enumerate(one for one in found if one.is_known):
        if number:
            output.line("")
        for line in explanation_lines(evidence, one, width=text_width(output), colour=output.colour):
            output.styled(line)
    for line in not_asked_lines(silent, width=text_width(output)):
        output.line(line)
    unknown = [one for one in found if not one.is_known]
    for one in unknown:
        output.error(_no_such_name(one))
    if unknown:
        raise click.exceptions.Exit(_NO_SUCH_NAME)


def _result(invocation: Invocation, found: list[Explanation], silent: list[str]) -> None:
    """The JSON object: of several names, all that they lead to, each once."""
    objects = {(one.one.kind, one.one.dbid): one.as_json() for name in found for one in name.objects}
    mailboxes = {one.mailbox: one.as_json() for name in found for one in name.mailboxes}
    items = {(item.kind, item.name): item.as_json() for name in found for item in name.next}
    reasons = {(one.code, one.where, one.message): one.as_json() for name in found for one in name.reasons}
    invocation.output.result(
        "explain",
        "ok" if all(one.is_known for one in found) else "error",
        objects=list(objects.values()),
        mailboxes=list(mailboxes.values()),
        next=list(items.values()),
        reasons=list(reasons.values()),
        not_asked=silent,
        unknown=[
            {
                "name": one.name,
                "nearest": list(one.nearest),
                "last_change": one.last_change.as_json() if one.last_change else None,
            }
            for one in found
            if not one.is_known
        ],
    )


class _NoSuchName(GvmaError):
    code = "no-such-name"
    exit_status = _NO_SUCH_NAME


def _no_such_name(one: Explanation) -> GvmaError:
    where = one_line(one.name)
    if one.last_change is not None:
        run = one.last_change
        done = printable("; ".join(item_lines(run.items, everything=False)))
        message = f"no object, mailbox or subscription has this name now; {local_time(run.at)}, {run.command}: {done}"
        hint = f"Nothing was changed. See `gvma history --object {quote(where)}`."
        return _NoSuchName(message, where=where, hint=hint)
    meant = f"Did you mean {', '.join(one.nearest)}?" if one.nearest else "gvma knows no name that is like it."
    return _NoSuchName(
        "no object, mailbox or subscription has this name", where=where, hint=f"Nothing was changed. {meant}"
    )
