"""``gvma check``: says what would keep voicemail, media or routing from working; it changes nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gvma.cli import exits

if TYPE_CHECKING:
    from gvma.check.finding import Finding
    from gvma.cli.main import Invocation

FOUND = 1
UNKNOWN = 3
_NAGIOS = {"": 0, "info": 0, "warning": 1, "error": 2}
_NAGIOS_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")


@click.command(
    "check",
    epilog=exits.help_ending(
        "gvma check",
        "gvma check --probe",
        "gvma check --nagios",
        exits=(exits.SETTINGS,),
        meanings={
            exits.OK: "all is well, or there are notes only",
            FOUND: "a check found an error or a warning (with --nagios: warnings only); or a defect of ours",
            2: "with --nagios: a check found an error",
            UNKNOWN: "with --nagios: the check itself failed",
        },
    ),
)
@click.option("--nagios", is_flag=True, help="One summary line, and the exit status that monitoring plugins have.")
@click.option("--probe", is_flag=True, help="Also send a SUBSCRIBE for a few boxes from this host.")
@click.pass_obj
def command(invocation: Invocation, nagios: bool, probe: bool) -> None:
    """Say what would keep voicemail, media or routing from working, and what to do.

    Reads the settings, asks Configuration Server and Asterisk, and looks into Asterisk's files. Changes nothing.
    """
    from gvma.check.catalogue import findings, worst  # noqa: PLC0415  (start-up)
    from gvma.check.collect import collect  # noqa: PLC0415  (start-up)
    from gvma.settings.reader import examine  # noqa: PLC0415  (start-up)

    try:
        examined = examine(invocation.config, os.environ)
        found = findings(collect(examined, probe=probe))
    except Exception as error:
        if not nagios:
            raise
        invocation.output.line(f"GVMA UNKNOWN: {type(error).__name__}, run `gvma check`")
        raise click.exceptions.Exit(UNKNOWN) from error
    gravest = worst(found)
    invocation.output.result(
        "check", "error" if gravest in {"error", "warning"} else "ok", findings=[finding.as_json() for finding in found]
    )
    if nagios:
        status = _NAGIOS[gravest]
        invocation.output.line(f"GVMA {_NAGIOS_WORDS[status]}: {_counts(found)}")
        raise click.exceptions.Exit(status)
    _show(invocation, found)
    if examined.problems:
        raise click.exceptions.Exit(exits.SETTINGS)
    if gravest in {"error", "warning"}:
        raise click.exceptions.Exit(FOUND)


def _show(invocation: Invocation, found: Sequence[Finding]) -> None:
    output = invocation.output
    for finding in found:
        output.line(f"{finding.severity:7}  {finding.code}  {finding.where}: {finding.message}. {finding.hint}")
    if not output.quiet:
        output.line(f"{_counts(found)}.")


def _counts(found: Sequence[Finding]) -> str:
    """``2 errors, 1 warning``; ``all is well`` where there is nothing."""
    numbers = [
        (sum(finding.severity == severity for finding in found), word)
        for severity, word in (("error", "error"), ("warning", "warning"), ("info", "note"))
    ]
    words = [f"{number} {word}{'s' if number > 1 else ''}" for number, word in numbers if number]
    return ", ".join(words) or "all is well"
