"""``gvma confserv``: ask Configuration Server one query, or be one. No PIN and no secret is shown."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvma.cli.exits import help_ending
from gvma.cli.values.seconds import Seconds
from gvma.configserver.simulator.choices import FAILURES, SHAPES
from gvma.errors import SettingsError, UsageError
from gvma.secrecy import masked_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gvma.cli.invocation import Invocation
    from gvma.cli.output import Output
    from gvma.configserver.objects import ConfigObject, ObjectSource

_ENDING = frozenset({signal.SIGTERM, signal.SIGINT})
_PASSWORD_VARIABLE = "GVMA_CFGSERVER_PASSWORD"  # noqa: S105  (the name of a variable)
_QUERY = "CfgTenant[@name='Environment']/switches/CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='1']"


@click.group("confserv", epilog=help_ending("gvma confserv query CfgSwitch", "gvma confserv simulate --port 8080"))
def command() -> None:
    """Query Configuration Server, or simulate one."""


@command.command(
    "query",
    epilog=help_ending(
        f'gvma confserv query "{_QUERY}"',
        "gvma confserv query --from export.xml 'CfgDN[@type=1]'",
        exits=(10, 12, 78),
    ),
)
@click.option(
    "--from",
    "source",
    metavar="FILE",
    type=click.Path(path_type=Path, readable=False),
    help="Read an export file (shape A or B, gzip too) instead of asking the server; needs no settings file.",
)
@click.argument("xpath")
@click.pass_obj
def query_command(invocation: Invocation, source: Path | None, xpath: str) -> None:
    """Print the objects that XPATH selects: kind, DBID, number, type, state and options of section TServer."""
    with ExitStack() as stack:
        objects = _source(invocation, source, stack).query(xpath)
    output = invocation.output
    output.result("confserv query", "ok", query=xpath, count=len(objects), objects=[_shown(one) for one in objects])
    if not output.json:
        _print_table(output, objects)


@command.command(
    "simulate",
    epilog=help_ending(
        "gvma confserv simulate --port 8080",
        "gvma confserv simulate --data export.xml --shape b --fail truncate",
        exits=(10, 78),
    ),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="TCP port on 127.0.0.1; 0: any free port.",
)
@click.option(
    "--data",
    metavar="FILE",
    type=click.Path(path_type=Path, readable=False),
    help="Objects to serve, nested or flat; read again when the file changes.  [default: a sample]",
)
@click.option("--shape", type=click.Choice(SHAPES), default="a", show_default=True, help="The form of the answers.")
@click.option("--fail", type=click.Choice(FAILURES), help="Fail in this way instead of answering.")
@click.option(
    "--delay",
    type=Seconds(),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long --fail delay waits before it answers.",
)
@click.option(
    "--username",
    default="",
    metavar="NAME",
    help=f"Require this user name, and the password in ${_PASSWORD_VARIABLE}. Without it, anyone may ask.",
)
@click.pass_obj
def simulate_command(  # noqa: PLR0913, PLR0917  (one parameter an option)
    invocation: Invocation, port: int, data: Path | None, shape: str, fail: str | None, delay: float, username: str
) -> None:
    """Serve a simulated Configuration Server from a file of objects, until interrupted.

    Needs no settings file, listens on this host only, and changes nothing.
    """
    from gvma.configserver.simulator.server import Simulator  # noqa: PLC0415  (start-up)

    password = os.environ.get(_PASSWORD_VARIABLE, "")
    if username and not password:
        raise UsageError(
            f"--username needs the password in ${_PASSWORD_VARIABLE}", hint="Nothing was started. Set it and try again."
        )
    simulator = Simulator(data, username=username, password=password, shape=shape, fail=fail, delay=delay)
    with ExitStack() as stack:
        stack.enter_context(_blocked_signals())
        try:
            url = stack.enter_context(simulator.serve(port))
        except OSError as error:
            raise SettingsError(
                f"cannot listen on this port: {error.strerror}",
                where=f"127.0.0.1:{port}",
                hint="Nothing was started. Choose another --port; 0 means any free port.",
            ) from None
        _say_where(invocation.output, url, username)
        signal.sigwait(_ENDING)
    invocation.output.result("confserv simulate", "ok", url=url, queries=len(simulator.received))


@contextmanager
def _blocked_signals() -> Iterator[None]:
    """Block the signals that end the simulator, in its threads too, so that ``sigwait`` gets them.

    A handler would not do: with hundreds of threads the system may deliver the signal to another thread, and then
    Python does not wake the main thread, which runs the handlers.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        while pending := signal.sigpending() & _ENDING:
            signal.sigwait(pending)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _say_where(output: Output, url: str, username: str) -> None:
    output.line(f"Simulated Configuration Server at {url} (contract: {url}?wsdl). Ctrl-C or SIGTERM ends it.")
    output.line("For the settings file, section [cfgserver]:")
    output.line(f"url = {url}")
    output.line(f"username = {username or 'anyone'}")
    if not username:
        output.line("password = anything")
    output.line(f"dnquery = {_QUERY}")
    output.line("agentquery = CfgSwitch[@name='SIP_Switch']/agentLogins/CfgAgentLogin")
    output.line("agentgroupquery = CfgTenant[@name='Environment']/agentGroups/CfgAgentGroup")
    output.stdout.flush()


def _source(invocation: Invocation, source: Path | None, stack: ExitStack) -> ObjectSource:
    if source is not None:
        from gvma.configserver.export import ExportFile  # noqa: PLC0415  (one of the two is needed)

        return ExportFile(source)
    from gvma.configserver.client import ConfigurationServer  # noqa: PLC0415

    settings = invocation.settings(without=("gvma_settings",))
    return stack.enter_context(ConfigurationServer(settings.cfgserver))


def _shown(one: ConfigObject) -> dict[str, object]:
    return {
        "kind": one.kind,
        "dbid": one.dbid,
        "number": one.number,
        "type": one.odd_type or one.type,
        "state": one.state,
        "owner_dbid": one.owner_dbid,
        "options": {key: masked_option(key, value) for key, value in one.options.items()},
        "repeated": list(one.repeated),
    }


def _print_table(output: Output, objects: Iterable[ConfigObject]) -> None:
    rows = []
    for one in objects:
        options = ", ".join(f"{key}={masked_option(key, value)}" for key, value in one.options.items())
        type_ = one.odd_type or ("" if one.type is None else str(one.type))
        rows.append((one.kind, str(one.dbid), one.number, type_, str(one.state), options))
    if not rows:
        output.line("No object matches.")
    output.table(rows, ("KIND", "DBID", "NUMBER", "TYPE", "STATE", "OPTIONS"))
