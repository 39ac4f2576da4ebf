"""What the shell offers behind TAB: words of the command line, backup sets, and names of the last sync.

It has to be quick, and silent whatever is wrong: half a line on a terminal is no place for an error.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvma.cli.arguments import COMPLETION, WITH_VALUE, own_options_first

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem, ShellComplete

SHELLS = ("bash", "zsh", "fish")
_MOST = 500
_NUMBER = re.compile(rb'"dbid":-?\d+,"number":"((?:[^"\\]|\\.)*)"')


def script(shell: str) -> str:
    """The function that the shell has to read. shell: one of SHELLS."""
    completion = _completion(shell, click.Command("gvma"))
    return completion.source_template % completion.source_vars()


def answer(root: click.Command) -> None:
    """Prints what is asked for in COMPLETION; nothing where anything is wrong."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stderr(nowhere), suppress(Exception, SystemExit):
        shell, _, what = os.environ[COMPLETION].partition("_")
        if what == "source":
            print(script(shell))
            return
        completion = _completion(shell, root)
        arguments, incomplete = completion.get_completion_args()
        wants_value = bool(arguments) and arguments[-1] in WITH_VALUE
        arguments = arguments[-1:] if wants_value else own_options_first(arguments)
        offered = completion.get_completions(arguments, incomplete)
        sys.stdout.write("".join(f"{completion.format_completion(item)}\n" for item in offered))


def backup_sets(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Ids, newest first, and ``latest``."""
    with suppress(Exception):
        from gvma.backups.sets import set_names  # noqa: PLC0415  (only behind TAB)

        return _offered(["latest", *reversed(set_names(_backup_path(ctx)))], incomplete)
    return []


def names(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Numbers of the last snapshot, mailboxes and subscriptions of the last sync."""
    with suppress(Exception):
        backup_path = _backup_path(ctx)
        return _offered(sorted({*_numbers(backup_path), *_owned(backup_path)}), incomplete)
    return []


def mailboxes(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """``box@context`` of the last sync."""
    with suppress(Exception):
        return _offered(sorted({name for name in _owned(_backup_path(ctx)) if "@" in name}), incomplete)
    return []


def _offered(words: Iterable[str], incomplete: str) -> list[CompletionItem[str]]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (only behind TAB)

    return [CompletionItem(word) for word in words if word.startswith(incomplete)][:_MOST]


def _completion(shell: str, root: click.Command) -> ShellComplete:
    from click.shell_completion import get_completion_class  # noqa: PLC0415  (only behind TAB)

    made = get_completion_class(shell)
    assert made is not None
    return made(root, {}, "gvma", COMPLETION)


def _backup_path(ctx: click.Context) -> Path:
    from gvma.settings import reader  # noqa: PLC0415  (only behind TAB)

    config = ctx.find_root().params.get("config")
    return reader.load(config, os.environ, without=("cfgserver", "media")).settings.gvma.backup_path


def _numbers(backup_path: Path) -> Iterator[str]:
    """Numbers of DNs, agent logins and groups, as Configuration Server last said them."""
    from gvma.backups.manifest import SNAPSHOT  # noqa: PLC0415  (only behind TAB)
    from gvma.backups.sets import set_names  # noqa: PLC0415
    from gvma.storage.private import read_private  # noqa: PLC0415

    for name in reversed(set_names(backup_path)):
        snapshot = read_private(backup_path / name / SNAPSHOT) or b""
        numbers = [json.loads(b'"%s"' % found[1]) for found in _NUMBER.finditer(snapshot)]
        if numbers:
            yield from numbers
            return


def _owned(backup_path: Path) -> Iterator[str]:
    from gvma.plan.owners import read_owners  # noqa: PLC0415  (only behind TAB)
    from gvma.storage.state.records import read_left  # noqa: PLC0415

    for owned in read_owners(read_left(backup_path).owners).values():
        yield owned.mailbox
        yield owned.subscription
