"""What a command imports: nothing that it does not need, since every import is time before its first line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gvma.cli.main import COMMANDS


def test_help_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    heavy = "{'zeep', 'lxml', 'panoramisk', 'rich', 'configupdater', 'asyncio', 'requests'}"
    code = (
        "import sys\nfrom gvma.cli.main import main\n"
        "try:\n    main(['--help'])\n"
        f"except SystemExit as end:\n    print(end.code, sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "0 []"
    for name, summary in COMMANDS.items():
        assert name in done.stdout
        assert summary.split()[0] in done.stdout


_OF_THE_SERVER = {"zeep", "lxml", "requests", "importlib.metadata", "importlib.resources", "configupdater", "rich"}
_OF_AMI = {"panoramisk", "asyncio", "ssl"}
_ASKING = {"gvma.configserver.client", "gvma.configserver.reading"}
_SLOW = {"shutil", "_strptime", "tempfile", "secrets"}
_TO_PLAN_AND_WRITE = {
    "gvma.mailboxes", "gvma.plan.make", "gvma.sinks.base", "gvma.sinks.opening",
    "gvma.sinks.files.changes", "gvma.sinks.files.atomic", "gvma.backups",
}  # fmt: skip
_NOBODY_LISTENS = "[cfgserver]\nurl = http://127.0.0.1:9/\ndnquery = CfgDN\n[gvma_settings]\nasterisk_cm_port = 9\n"


@pytest.mark.parametrize(
    ("words", "left_out"),
    [
        (
            ["netann", "parse", "sip:annc@h;play=a"],
            {*_OF_THE_SERVER, *_OF_AMI, *_SLOW, "logging", "gvma.plan", "gvma.asterisk"},
        ),
        (
            ["backup", "list"],
            {*_OF_THE_SERVER, *_OF_AMI, *_SLOW, "logging", "gvma.mailboxes", "gvma.asterisk", "gvma.sinks"},
        ),
        (
            ["-q", "status"],
            {
                *_OF_THE_SERVER,
                *_OF_AMI,
                *_SLOW,
                "logging",
                *_ASKING,
                *_TO_PLAN_AND_WRITE,
                "psycopg",
                "gvma.sync",
                "difflib",
            },
        ),
        (["sync", "--no-reload"], {*_OF_THE_SERVER, *_SLOW, "panoramisk", "asyncio", "psycopg"}),
        (["explain", "1000"], {"zeep", "psycopg", "configupdater", "rich", "gvma.sync"}),
    ],
)
def test_a_plain_run_imports_nothing_that_it_does_not_need(
    tmp_path: Path, words: list[str], left_out: set[str]
) -> None:
    (tmp_path / "gvma_asterisk76.cfg").write_text(_NOBODY_LISTENS)
    code = (
        "import sys\nfrom gvma.cli.main import main\n"
        f"try:\n    main({['--config', 'gvma_asterisk76.cfg', *words]})\n"
        f"except SystemExit:\n    print('loaded', sorted({left_out} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "loaded []"
