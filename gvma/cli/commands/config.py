"""``gvma config``: write, show and check the settings file. It never shows a secret."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvma.cli import exits
from gvma.settings import Address, Secret, reader
from gvma.settings.keys import KEYS, SECTIONS, shown
from gvma.settings.lacking import lacking_and_unreported, serves_sync
from gvma.settings.ownership import hooks_that_cannot_run, unsafe_paths
from gvma.settings.secrets import AMI_SECRET, SAMPLES
from gvma.sinks.addresses import look_up, unresolved

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation

_SAMPLE = reader.SettingsWarning(
    "settings-sample-secret",
    "the AMI secret is that of a sample; set that of your account in manager.conf, best by asterisk_cm_secret_file",
    "asterisk_cm_secret",
)
SETTINGS_FILE = "/etc/gvma/gvma_asterisk76.cfg"


@click.group(
    "config",
    epilog=exits.help_ending(
        f"gvma --config {SETTINGS_FILE} config init", "gvma config check", exits=(exits.SETTINGS,)
    ),
)
def command() -> None:
    """Write, show and check the settings file."""


@command.command(epilog=exits.help_ending(f"gvma --config {SETTINGS_FILE} config init", exits=(exits.SETTINGS,)))
@click.pass_obj
def init(invocation: Invocation) -> None:
    """Write a commented settings file, or add what is missing to one.

    The file is that of --config, else $GVMA_CONFIG, else ./gvma_asterisk76.cfg. An existing file keeps all that
    is in it, comments too; missing keys are added, commented out. A new file can be read by its owner only, and
    has placeholders such as <SIP Server Port> for what you have to fill in.
    """
    from gvma.cli.commands import settings_file  # noqa: PLC0415  (start-up of the other commands)

    path = invocation.config or Path(os.environ.get("GVMA_CONFIG") or reader.FILE_NAME)
    output = invocation.output
    exists = os.path.lexists(path)
    if exists:
        added = [f"{key.section}.{key.name}" for key in settings_file.complete(path)]
    else:
        settings_file.write_new(path)
        added = [f"{key.section}.{key.name}" for key in KEYS]
    output.result("config init", "changed" if added else "ok", path=str(path), created=not exists, added=added)
    if output.quiet:
        return
    if not exists:
        output.line(f"{path}: written. Replace what is between < and >, then run `gvma config check`.")
    elif added:
        output.line(f"{path}: {len(added)} keys added, commented out; nothing else changed.")
    else:
        output.line(f"{path}: no key is missing; nothing changed.")


@command.command(epilog=exits.help_ending("gvma config show --origin", exits=(exits.SETTINGS,)))
@click.option("--origin", is_flag=True, help="Show where each value comes from.")
@click.pass_obj
def show(invocation: Invocation, origin: bool) -> None:
    """Show the effective value of every setting; secrets as ****.

    Origins are: default, FILE:LINE, file name, sounds_path, environment, secret file, credential.
    """
    output = invocation.output
    loaded = invocation.loaded(without=tuple(SECTIONS))
    for warning in loaded.warnings:
        output.warn(warning)
    values = reader.fields_of(loaded.settings)
    output.result(
        "config show",
        "ok",
        path=str(loaded.settings.path),
        settings={
            section: {
                key: {"value": _plain(value), "origin": loaded.origins[f"{section}.{key}"]}
                for (own, key), value in values.items()
                if own == section
            }
            for section in SECTIONS
        },
    )
    for section in SECTIONS:
        output.line(f"[{section}]")
        for (own, key), value in values.items():
            if own == section:
                where = f"  # {loaded.origins[f'{section}.{key}']}" if origin else ""
                output.line(f"{key} = {shown(value)}".rstrip() + where)
        output.line("")


@command.command(epilog=exits.help_ending("gvma config check", exits=(exits.SETTINGS,)))
@click.pass_context
def check(ctx: click.Context) -> None:
    """Find all errors in the settings file, each with file, line and key.

    The names of SIP Server and the gateway must have an address, and the commands of on_change and on_failure must
    be there and executable. Unknown keys and sections are warnings, which do not change the exit status.
    """
    invocation: Invocation = ctx.obj
    output = invocation.output
    examined = reader.examine(invocation.config, os.environ)
    path = examined.loaded.settings.path
    for warning in examined.loaded.warnings:
        output.warn(warning)
    settings = examined.loaded.settings
    problems = [*examined.problems, *unsafe_paths(settings.gvma), *hooks_that_cannot_run(settings)]
    if serves_sync(examined.loaded):
        problems += lacking_and_unreported(examined, ("cfgserver", "gvma_settings"))
        problems += unresolved(look_up(settings.gvma), settings.gvma)
        if not examined.wrong_keys & AMI_SECRET and settings.gvma.asterisk_cm_secret.reveal() in SAMPLES:
            output.warn(_SAMPLE)
    for problem in problems:
        output.error(problem)
    output.result("config check", "error" if problems else "ok", path=str(path))
    if problems:
        ctx.exit(exits.SETTINGS)
    if not output.quiet:
        output.line(f"{path}: valid")


def _plain(value: object) -> object:
    """A value for JSON."""
    if isinstance(value, Secret | Path | Address):
        return shown(value)
    if isinstance(value, tuple):
        return list(value)
    return value
