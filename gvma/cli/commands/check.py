"""``gvma check``: finds problems with voicemail, media or routing; it changes nothing."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from gvma.cli import exits
from gvma.cli.display.findings import counted, finding_blocks, one_line, text_width
from gvma.cli.display.nagios import STATUS, UNKNOWN, nagios_line, unknown_line
from gvma.errors import GvmaError, SettingsError

if TYPE_CHECKING:
    from gvma.check.finding import Finding
    from gvma.cli.invocation import Invocation
    from gvma.cli.output import Output
    from gvma.evidence.model import Evidence
    from gvma.settings.reader import Examined

FOUND = 1
_GROUPS = ("settings", "configserver", "voicemail", "routing", "media", "switch", "asterisk", "sync")
# Groups that look at Configuration Server's objects alone, and the settings that they compare these with.
_OF_OBJECTS = frozenset({"configserver", "switch"})
_OF_SETTINGS = frozenset(
    {
        "switch_profile", "check_ignore", "mwi_mode", "routing_dns", "vm_dn_ext_prefix", "vm_agt_ext_prefix",
        "vm_grp_ext_prefix",
    }
)  # fmt: skip


@click.command(
    "check",
    epilog=exits.help_ending(
        "gvma check",
        "gvma check --only switch",
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
@click.option(
    "--only",
    "groups",
    type=click.Choice(_GROUPS),
    multiple=True,
    metavar="GROUP",
    help=f"Look at one group alone, and ask only the servers that it needs: {', '.join(_GROUPS)}. May be repeated.",
)
@click.option("--nagios", is_flag=True, help="One line with figures, and the exit status that monitoring plugins have.")
@click.option("--probe", is_flag=True, help="Also send a SUBSCRIBE for a few mailboxes and telephones from this host.")
@click.pass_obj
def command(invocation: Invocation, groups: tuple[str, ...], nagios: bool, probe: bool) -> None:
    """Find problems with voicemail, media or routing, and say how to fix them.

    Reads the settings, asks Configuration Server and Asterisk, and looks into Asterisk's files. Changes nothing.
    Errors come first, then warnings, then notes; -v says why each matters, and what was asked.
    """
    from gvma.check.muting import without_muted  # noqa: PLC0415  (start-up)

    output = invocation.output
    try:
        evidence, every, invalid = _look(invocation, groups or _GROUPS, probe=probe)
    except Exception as error:
        if not nagios:
            raise
        output.result("check", "error", findings=[])
        output.line(unknown_line(_reason(error)))
        raise click.exceptions.Exit(UNKNOWN) from error
    found, muted = without_muted(every, evidence.settings.gvma.check_ignore)
    gravest = found[0].severity if found else ""
    _result(output, evidence, found, muted)
    if nagios:
        status = UNKNOWN if invalid else STATUS[gravest]
        output.line(nagios_line(status, found, muted, evidence))
        raise click.exceptions.Exit(status)
    _show(output, evidence, found)
    if not output.quiet:
        output.line(f"{counted(found, muted)}.")
    if invalid:
        raise click.exceptions.Exit(exits.SETTINGS)
    if gravest in {"error", "warning"}:
        raise click.exceptions.Exit(FOUND)


def _look(invocation: Invocation, groups: Collection[str], *, probe: bool) -> tuple[Evidence, list[Finding], bool]:
    """The evidence, what is found in it, and whether the settings are invalid."""
    from gvma.check.catalogue import findings, parts_of  # noqa: PLC0415  (start-up)
    from gvma.evidence.collect import collect  # noqa: PLC0415
    from gvma.garbage import without_garbage_collection  # noqa: PLC0415
    from gvma.settings.reader import examine  # noqa: PLC0415

    with without_garbage_collection():
        examined = examine(invocation.config, os.environ)
        of_objects_alone = set(groups) <= _OF_OBJECTS
        if of_objects_alone:
            _refuse_without_objects(examined)
        elif examined.problems and "settings" not in groups:
            raise examined.problems[0]  # no finding would tell it
        evidence = collect(examined, probe=probe, parts=parts_of(groups))
        return evidence, findings(evidence, groups), bool(examined.problems) and not of_objects_alone


def _refuse_without_objects(examined: Examined) -> None:
    """Those groups look at nothing but objects: without them they must not say that all is well.

    What is wrong in the settings for Asterisk, such as a placeholder that nobody has filled in yet, is none of theirs.
    """
    from gvma.evidence.servers.configserver import why_not_asked  # noqa: PLC0415  (start-up)

    for problem in examined.problems:
        if problem.where.rpartition(", ")[2] in _OF_SETTINGS:
            raise problem
    reason = why_not_asked(examined)
    if reason:
        raise SettingsError(
            f"nothing was checked: {reason}",
            where=str(examined.loaded.settings.path or "[cfgserver]"),
            hint="Nothing was changed. Set host (or url), username and the queries in [cfgserver].",
        )


def _reason(error: Exception) -> str:
    """Of an unexpected exception only its class is shown: its text might contain a secret."""
    if isinstance(error, GvmaError):
        return error.message
    return f"internal error in gvma, {type(error).__name__}; please report it"


def _result(output: Output, evidence: Evidence, found: Sequence[Finding], muted: dict[str, int]) -> None:
    """The JSON object."""
    grave = any(one.severity != "info" for one in found)
    output.result(
        "check",
        "error" if grave else "ok",
        findings=[finding.as_json() for finding in found],
        muted=muted,
        queries=[
            {"query": answer.query, "answered": answer.error is None, "types": answer.types}
            for answer in evidence.configserver.answers.values()
        ],
        channel_driver={"driver": evidence.driver.name, "reason": evidence.driver_reason},
        probes=[
            {
                "name": one.name,
                "node": one.node or None,
                "event": one.event,
                "answer": one.status,
                "messages": one.counts or None,
                "state": one.state or None,
            }
            for one in evidence.probes or ()
        ],
    )


def _show(output: Output, evidence: Evidence, found: Sequence[Finding]) -> None:
    verbose = bool(output.verbosity)
    for block in finding_blocks(found, width=text_width(output), why=verbose, everything=verbose, colour=output.colour):
        output.styled(block)
        if not output.quiet:
            output.line("")
    seen = (*(_seen(evidence) if verbose else ()), *_probed(evidence))
    for line in () if output.quiet else seen:
        output.line(one_line(line))


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


def _probed(evidence: Evidence) -> Iterator[str]:
    """The answers to the SUBSCRIBEs of ``--probe``."""
    for probe in evidence.probes or ():
        if probe.notified:
            said = f"with state {probe.state}" if probe.state else f"with {probe.counts} messages (new/old)"
            where = f" at {probe.node}" if probe.node else ""
            yield f"{probe.name}{where}: SUBSCRIBE was answered {probe.status}, NOTIFY {said}."
