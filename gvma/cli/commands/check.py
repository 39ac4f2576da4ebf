"""``gvma check``: finds problems with voicemail, media or routing; it changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from gvma.cli import exits
from gvma.cli.output import printable
from gvma.errors import GvmaError

if TYPE_CHECKING:
    from gvma.check.finding import Finding
    from gvma.cli.invocation import Invocation
    from gvma.cli.output import Output
    from gvma.evidence.model import Evidence

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
            FOUND: "a check found an error or a warning (with --nagios: warnings only); or an internal error",
            2: "with --nagios: a check found an error",
            UNKNOWN: "with --nagios: the check itself failed",
        },
    ),
)
@click.option("--nagios", is_flag=True, help="One summary line, and the exit status that monitoring plugins have.")
@click.option("--probe", is_flag=True, help="Also send a SUBSCRIBE for a few mailboxes from this host.")
@click.pass_obj
def command(invocation: Invocation, nagios: bool, probe: bool) -> None:
    """Find problems with voicemail, media or routing, and say how to fix them.

    Reads the settings, asks Configuration Server and Asterisk, and looks into Asterisk's files. Changes nothing.
    """
    output = invocation.output
    try:
        evidence, found, invalid = _look(invocation, probe=probe)
    except Exception as error:
        if not nagios:
            raise
        output.result("check", "error", findings=[])
        output.line(_one_line(f"GVMA UNKNOWN: {_reason(error)}"))
        raise click.exceptions.Exit(UNKNOWN) from error
    gravest = _result(output, evidence, found)
    if nagios:
        status = UNKNOWN if invalid else _NAGIOS[gravest]
        codes = ", ".join(dict.fromkeys(one.code for one in found if one.severity != "info"))
        output.line(_one_line(f"GVMA {_NAGIOS_WORDS[status]}: {_counts(found)}{f' ({codes})' if codes else ''}"))
        raise click.exceptions.Exit(status)
    _show(output, evidence, found)
    if invalid:
        raise click.exceptions.Exit(exits.SETTINGS)
    if gravest in {"error", "warning"}:
        raise click.exceptions.Exit(FOUND)


def _look(invocation: Invocation, *, probe: bool) -> tuple[Evidence, list[Finding], bool]:
    """The evidence, what is found in it, and whether the settings are invalid."""
    from gvma.check.catalogue import findings  # noqa: PLC0415  (start-up)
    from gvma.configserver.reading.reader import without_garbage_collection  # noqa: PLC0415
    from gvma.evidence.collect import collect  # noqa: PLC0415
    from gvma.settings.reader import examine  # noqa: PLC0415

    with without_garbage_collection():
        examined = examine(invocation.config, os.environ)
        evidence = collect(examined, probe=probe)
        return evidence, findings(evidence), bool(examined.problems)


def _reason(error: Exception) -> str:
    """Of an unexpected exception only its class is shown: its text might contain a secret."""
    if isinstance(error, GvmaError):
        return error.message
    return f"internal error in gvma, {type(error).__name__}; please report it"


def _result(output: Output, evidence: Evidence, found: Sequence[Finding]) -> str:
    """The JSON result; gives back the gravest severity."""
    from gvma.check.catalogue import worst  # noqa: PLC0415  (start-up)

    gravest = worst(found)
    output.result(
        "check",
        "error" if gravest in {"error", "warning"} else "ok",
        findings=[finding.as_json() for finding in found],
        queries=[
            {"query": answer.query, "answered": answer.error is None, "types": answer.types}
            for answer in evidence.configserver.answers.values()
        ],
        channel_driver={"driver": evidence.driver.name, "reason": evidence.driver_reason},
        probes=[
            {"name": one.name, "answer": one.status, "messages": one.counts or None} for one in evidence.probes or ()
        ],
    )
    return gravest


def _show(output: Output, evidence: Evidence, found: Sequence[Finding]) -> None:
    for one in found:
        output.line(_one_line(f"{one.severity:7}  {one.code}  {one.where}: {one.message.rstrip('.')}. {one.hint}"))
    if output.quiet:
        return
    for line in _seen(evidence):
        output.line(_one_line(line))
    output.line(f"{_counts(found)}.")


def _seen(evidence: Evidence) -> Iterator[str]:
    """What was asked, and how it was answered."""
    for answer in evidence.configserver.answers.values():
        if answer.error is None:
            given = ", ".join(f"{number} {kind}" for kind, number in answer.types.items())
            yield f"{answer.query}: {given or 'no objects'}."
    if evidence.ami and evidence.ami.version:
        yield f"Asterisk {evidence.ami.version}."
    if evidence.syncs:
        yield f"Channel driver {evidence.driver.name}: {evidence.driver_reason}"
    for probe in evidence.probes or ():
        if probe.notified:
            yield f"{probe.name}: SUBSCRIBE was answered {probe.status}, NOTIFY with {probe.counts} messages (new/old)."


def _one_line(text: str) -> str:
    """One printable line, whatever characters the names in it have."""
    return printable(" ".join(text.splitlines())).replace("\t", " ")


def _counts(found: Sequence[Finding]) -> str:
    """``2 errors, 1 warning``; ``all is well`` where there is nothing."""
    numbers = [
        (sum(finding.severity == severity for finding in found), word)
        for severity, word in (("error", "error"), ("warning", "warning"), ("info", "note"))
    ]
    words = [f"{number} {word}{'s' if number > 1 else ''}" for number, word in numbers if number]
    return ", ".join(words) or "all is well"
