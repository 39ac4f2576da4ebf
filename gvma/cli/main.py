"""The command ``gvma``: its global options, and its commands by name.

Each command is imported when it is called: ``gvma netann`` never loads zeep. click's own exit statuses are replaced
by ours (gvma.cli.failures).
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from gvma import __version__
from gvma.cli import exits
from gvma.cli.arguments import COMPLETION, WITH_VALUE, own_options_first, wants_json
from gvma.cli.failures import did_you_mean, exit_status
from gvma.cli.invocation import Invocation
from gvma.cli.last_resort import write_nothing
from gvma.cli.output import Output

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Name and summary, as `gvma --help` shows them. The command is the attribute `command` of gvma.cli.commands.<name>.
COMMANDS = {
    "sync": "Write mailboxes and MWI subscriptions from Configuration Server into Asterisk.",
    "status": "Say whether all is well: the last sync, Asterisk, the media server.",
    "explain": "Say what a number, agent, group or mailbox leads to, and why its lamp stays dark.",
    "backup": "List, compare, verify, restore and forget backup sets.",
    "history": "List what was changed, why, and who started it.",
    "remove": "Take gvma's part out of Asterisk's files.",
    "check": "Find problems with voicemail, media or routing, and say how to fix them.",
    "switch": "Print what a switch needs: steps, objects of Configuration Server, text for the device.",
    "realtime": "Prepare PostgreSQL and the Asterisk hosts for `sink = realtime`.",
    "agi": "Serve media calls to Asterisk over FastAGI.",
    "web": "Show the site on web pages, for reading only.",
    "netann": "Explain a NETANN URI.",
    "confserv": "Query Configuration Server, or simulate one.",
    "config": "Write, show and check the settings file.",
    "completion": "Print the completion for bash, zsh or fish.",
    "demo": "Show gvma at work on a private Asterisk.",
}

# Commands that have their own answer to a missing settings file.
_FIND_SETTINGS_THEMSELVES = frozenset({"config", "check"})


class LazyGroup(click.Group):
    """The root group: it imports a command of COMMANDS when it is called, and leaves with our exit statuses."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"gvma.cli.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and name[:1].isalpha():
            raise click.UsageError(f"No such command {name!r}{did_you_mean(name, frozenset(COMMANDS))}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """The commands by name, none of them imported."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  (only behind TAB)

        found = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> Any:  # type: ignore[override]
        if COMPLETION in os.environ:  # the shell asks what comes behind TAB
            from gvma.cli.completing import answer  # noqa: PLC0415  (start-up)

            answer(self)
            sys.exit(exits.OK)
        sys.exit(run(self, list(sys.argv[1:] if args is None else args)))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=exits.help_ending(
        "gvma --config /etc/gvma/gvma_asterisk76.cfg sync --dry-run",
        "gvma --output json check",
        exits=tuple(exits.MEANINGS),
    ),
)
@click.version_option(__version__, prog_name="gvma")
@click.option(
    "--config",
    "config",
    metavar="FILE",
    type=click.Path(path_type=Path, readable=False),
    help="Settings file; else $GVMA_CONFIG, ./gvma_asterisk76.cfg, /etc/gvma/gvma_asterisk76.cfg.",
)
@click.option(
    "--output",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for people, or one JSON object on stdout.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing unless something fails.")
@click.option("-v", "--verbose", count=True, help="Print more; twice: also where in gvma an internal error happened.")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, form: str, quiet: bool, verbose: int) -> None:
    """Join Asterisk to a Genesys contact centre: voicemail, media, call routing, restore.

    These options may also stand after the command.
    """
    if quiet and verbose:
        raise click.UsageError("-q and -v cannot be used together", ctx)
    output: Output = ctx.obj.output
    output.quiet, output.verbosity = quiet, verbose
    ctx.obj.config = config
    if config is not None and ctx.invoked_subcommand not in _FIND_SETTINGS_THEMSELVES and not ctx.obj.asks_help:
        from gvma.settings import reader  # noqa: PLC0415  (start-up)

        reader.find(config, os.environ)


def run(group: click.Group, argv: list[str]) -> int:
    """Run one command line and return its exit status; every failure has been reported by then."""
    sys.stdout, sys.stderr = (stream or _nowhere() for stream in (sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the locale cannot show must not stop a sync
            stream.reconfigure(errors="backslashreplace")
    write_nothing()
    argv = own_options_first(argv)
    output = Output(json=wants_json(argv))
    with output.capturing_prints():
        status = exit_status(output, lambda: _invoke(group, argv, output))
    return output.finish(status)


def _nowhere() -> TextIO:
    """Replaces a stream that was closed before we started (``>&-``)."""
    return open(os.devnull, "w", encoding="utf-8")


def _invoke(group: click.Group, argv: list[str], output: Output) -> None:
    output.command = _command_words(group, argv)
    invocation = Invocation(output, asks_help=not {"-h", "--help"}.isdisjoint(argv))
    with group.make_context("gvma", argv, obj=invocation) as ctx:
        group.invoke(ctx)


def _command_words(group: click.Group, argv: list[str]) -> str:
    """``backup list`` of ``--config x backup list latest``; errors before the command starts name it too."""
    words: list[str] = []
    level: click.Command | None = group
    for before, word in zip(["", *argv], argv, strict=False):
        if before in WITH_VALUE:
            continue
        if isinstance(level, LazyGroup) and word in COMMANDS:
            words.append(word)
            level = level.get_command(click.Context(level), word)
        elif not isinstance(level, LazyGroup) and isinstance(level, click.Group) and word in level.commands:
            words.append(word)
            level = level.commands[word]
    return " ".join(words)


def main(argv: Sequence[str] | None = None) -> None:
    """The entry point; leaves by SystemExit with the exit status."""
    cli.main(args=argv)


if __name__ == "__main__":
    main()
