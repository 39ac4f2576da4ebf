"""The command ``gvma``: its global options, its commands by name, and the exit status of every failure.

Each command is imported when it is called: ``gvma netann`` never loads zeep. click's own exit statuses are replaced
by ours. No failure shows a secret: of an unforeseen exception only the class and the place are shown.
"""

from __future__ import annotations

import importlib
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from gvma import __version__
from gvma.cli import exits
from gvma.cli.output import Output, reader_is_gone
from gvma.errors import GvmaError, UsageError
from gvma.nearest import nearest

if TYPE_CHECKING:
    from gvma.settings import Settings
    from gvma.settings.reader import Loaded

# Name and summary, as `gvma --help` shows them. The command is the attribute `command` of gvma.cli.commands.<name>.
COMMANDS = {
    "sync": "Write mailboxes and MWI subscriptions from Configuration Server into Asterisk.",
    "backup": "List, compare, verify, restore and forget backup sets.",
    "check": "Find problems with voicemail, media or routing, and say how to fix them.",
    "agi": "Serve media calls to Asterisk over FastAGI.",
    "netann": "Explain a NETANN URI.",
    "confserv": "Query Configuration Server, or simulate one.",
    "config": "Write, show and check the settings file.",
    "demo": "Show gvma at work on a private Asterisk.",
}

# Commands that have their own answer to a missing settings file.
_FIND_SETTINGS_THEMSELVES = frozenset({"config", "check"})


# The four options that are taken before and after the command.
_WITH_VALUE = ("--config", "--output")
_WITHOUT_VALUE = re.compile(r"--quiet|--verbose|-[qv]+")
_LIKENESS = 0.6


@dataclass
class Invocation:
    """One run of ``gvma``, as commands find it in ``ctx.obj``."""

    output: Output
    config: Path | None = None
    asks_help: bool = False
    _loaded: dict[frozenset[str], Loaded] = field(default_factory=dict)

    def loaded(self, *, without: Collection[str] = ()) -> Loaded:
        """Settings with their warnings and origins, read once. Prints nothing: the caller reports the warnings.

        without: sections that this run does not need; a placeholder in them is no error.
        Raises SettingsError if the settings file is missing or not valid.
        """
        from gvma.settings import reader  # noqa: PLC0415  (start-up)
        from gvma.settings.ownership import unsafe_paths  # noqa: PLC0415  (start-up)

        key = frozenset(without)
        if key not in self._loaded:
            loaded = reader.load(self.config, os.environ, without=without)
            for error in unsafe_paths(loaded.settings.gvma) if "gvma_settings" not in key else ():
                raise error
            self._loaded[key] = loaded
        return self._loaded[key]

    def settings(self, *, without: Collection[str] = ()) -> Settings:
        """As ``loaded``, and the warnings are printed."""
        known = frozenset(without) in self._loaded
        loaded = self.loaded(without=without)
        for warning in () if known else loaded.warnings:
            self.output.warn(warning)
        return loaded.settings

    def settings_or_default(self) -> Settings:
        """The settings if there is a file, else the defaults; for commands that work without one."""
        from gvma.settings import Settings, reader  # noqa: PLC0415  (start-up)

        if reader.find(self.config, os.environ) is None:
            return Settings()
        return self.settings(without=("cfgserver", "gvma_settings"))


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
            meant = nearest(name, frozenset(COMMANDS), _LIKENESS)
            raise click.UsageError(f"No such command {name!r}{_did_you_mean(meant)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> Any:  # type: ignore[override]
        if "_GVMA_COMPLETE" in os.environ:  # the shell asks for completions, which click answers
            return super().main(args=args, prog_name="gvma")
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
    logging.lastResort = None  # warnings of libraries may contain secrets: they do not reach stderr
    argv = _own_options_first(argv)
    output = Output(json=_wants_json(argv))
    with output.capturing_prints():
        status = _exit_status(output, lambda: _invoke(group, argv, output))
    return output.finish(status)


def _nowhere() -> TextIO:
    """Replaces a stream that was closed before we started (``>&-``)."""
    return open(os.devnull, "w", encoding="utf-8")


def _invoke(group: click.Group, argv: list[str], output: Output) -> None:
    output.command = _command_words(group, argv)
    invocation = Invocation(output, asks_help=not {"-h", "--help"}.isdisjoint(argv))
    with group.make_context("gvma", argv, obj=invocation) as ctx:
        group.invoke(ctx)


def _exit_status(output: Output, command: Callable[[], None]) -> int:
    status = exits.OK
    try:
        command()
    except click.exceptions.Exit as leave:
        status = leave.exit_code
    except SystemExit as leave:
        status = leave.code if isinstance(leave.code, int) else exits.INTERNAL_ERROR if leave.code else exits.OK
    except (KeyboardInterrupt, click.Abort):
        status = _reported(output, _interrupted())
    except click.exceptions.NoArgsIsHelpError as bare:
        status = _reported(output, _usage_error(bare), shown=bare.format_message())
    except click.ClickException as wrong:
        status = _reported(output, _usage_error(wrong))
    except GvmaError as error:
        status = _reported(output, error)
    except BrokenPipeError as error:
        gone = reader_is_gone(output.stdout)
        status = exits.OUTPUT_CLOSED if gone else _reported(output, _internal_error(output, error))
    except Exception as error:  # the last line of defence: no traceback may show a secret
        status = _reported(output, _internal_error(output, error))
    return status


def _reported(output: Output, error: GvmaError, *, shown: str = "") -> int:
    """shown: what a person reads in the error's place."""
    output.error(error, shown=shown)
    return error.exit_status


class _Interrupted(GvmaError):
    code = "interrupted"
    exit_status = exits.INTERRUPTED


def _interrupted() -> GvmaError:
    return _Interrupted(
        "interrupted",
        where="gvma",
        hint="The next `gvma sync` first finishes or undoes what was interrupted.",
    )


def _usage_error(wrong: click.ClickException) -> UsageError:
    where = "gvma"
    if isinstance(wrong, click.UsageError) and wrong.ctx is not None:
        where = wrong.ctx.command_path
    hint = f"Nothing was changed. `{where} --help` shows the usage and an example."
    message = wrong.format_message().rstrip(".")
    if isinstance(wrong, click.exceptions.NoArgsIsHelpError):
        message = "no command given"
    elif isinstance(wrong, click.NoSuchOption) and wrong.ctx is not None:
        known = frozenset(name for level in _levels(wrong.ctx) for option in level.params for name in option.opts)
        message = f"{wrong.message.rstrip('.')}{_did_you_mean(nearest(wrong.option_name, known, _LIKENESS))}"
    return UsageError(message, where=where, hint=hint)


def _levels(ctx: click.Context) -> Iterator[click.Command]:
    """The command and those above it, whose options it takes too."""
    level: click.Context | None = ctx
    while level is not None:
        yield level.command
        level = level.parent


def _did_you_mean(meant: str) -> str:
    return f". Did you mean {meant!r}?" if meant else ""


def _internal_error(output: Output, error: Exception) -> GvmaError:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    if output.verbosity >= 2:  # the frames alone: an exception's own text could hold a secret
        sys.stderr.write("".join(traceback.format_list(frames)))
    return GvmaError(
        f"internal error in gvma: {type(error).__name__} at {place}",
        where="gvma",
        hint="Files may have been changed: `gvma check` shows the present state, and `gvma backup list` the earlier "
        "ones. Please report it, with the output of the same command under `gvma -v -v`.",
    )


def _own_options_first(argv: list[str]) -> list[str]:
    """The options of ``gvma`` itself mean the same after the command as before it."""
    moved: list[str] = []
    kept: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            kept += [word, *words]
        elif word in _WITH_VALUE:
            moved += [word, *[value for value in [next(words, None)] if value is not None]]
        elif _WITHOUT_VALUE.fullmatch(word) or word.startswith(tuple(f"{name}=" for name in _WITH_VALUE)):
            moved.append(word)
        else:
            kept.append(word)
    return moved + kept


def _wants_json(argv: list[str]) -> bool:
    return any(
        word == "--output=json" or (word == "json" and before == "--output")
        for before, word in zip(["", *argv], argv, strict=False)
    )


def _command_words(group: click.Group, argv: list[str]) -> str:
    """``backup list`` of ``--config x backup list latest``; errors before the command starts name it too."""
    words: list[str] = []
    level: click.Command | None = group
    for before, word in zip(["", *argv], argv, strict=False):
        if before in _WITH_VALUE:
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
