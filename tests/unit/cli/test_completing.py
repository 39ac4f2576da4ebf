"""What the shell offers behind TAB, asked as bash asks; and the functions that the shells read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gvma.backups.sets import BackupSets
from gvma.cli.main import COMMANDS
from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.site import Site
from tests.unit.cli import run

LAYER = Layer(
    dns={"1000": {}, "1001": {"gvm_password": "739182"}, "2000": {}},
    agents={"5000": {"gvm_mailbox": "2222"}, "5001": {}},
    groups={"Sales": {"gvm_mailbox": "3333"}},
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site", LAYER, run=in_this_process)
    made.sync()
    return made


def offered(*words: str, folder: Path, config: Path | None = None, **environ: str) -> list[str]:
    """What comes behind TAB after these words; the last one is begun, and may be empty."""
    if config is not None:
        environ["GVMA_CONFIG"] = str(config)
    environ |= {"_GVMA_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(["gvma", *words]).rstrip()}
    done = run(folder=folder, COMP_CWORD=str(len(words)), **environ)
    assert (done.returncode, done.stderr) == (0, "")
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["s"], ["sync", "status", "switch"]),
        (["backup", "re"], ["restore"]),
        (["history", "--s"], ["--since"]),
        (["--output", ""], ["text", "json"]),
        (["sync", "--output", "j"], ["json"]),
        (["--output", "json", "-v", "completion", ""], ["bash", "zsh", "fish"]),
        (["completion", "-v", "z"], ["zsh"]),
        (["nonsense", ""], []),
    ],
)
def test_words_of_the_line_need_no_settings(words: list[str], expected: list[str], tmp_path: Path) -> None:
    assert offered(*words, folder=tmp_path) == expected


def test_every_command_is_offered(tmp_path: Path) -> None:
    assert offered("", folder=tmp_path) == list(COMMANDS)


@pytest.mark.parametrize("words", [["show"], ["diff"], ["diff", "latest"], ["verify"], ["restore", "--dry-run"]])
def test_the_ids_of_backup_sets_are_offered_newest_first(site: Site, words: list[str]) -> None:
    site.layer.dns["1002"] = {}
    site.sync()
    ids = [one.id for one in BackupSets(site.backup_path).all()]
    assert offered("backup", *words, "", folder=site.folder, config=site.config) == ["latest", *reversed(ids)]
    assert offered("backup", *words, ids[0][:-1], folder=site.folder, config=site.config) == [ids[0]]


def test_names_of_the_last_snapshot_are_offered(site: Site) -> None:
    def names(begun: str) -> list[str]:
        return offered("history", "--object", begun, folder=site.folder, config=site.config)

    assert names("10") == ["1000", "1000@GVMA_DN", "1001", "1001@GVMA_DN"]
    assert names("50") == ["5000", "5001"]
    assert names("gvm-a") == ["gvm-a-2222"]
    assert names("Sa") == ["Sales"]
    assert names("7") == []
    assert offered("explain", "10", folder=site.folder, config=site.config) == names("10")
    assert offered("explain", "Sales", "200", folder=site.folder, config=site.config) == ["2000", "2000@GVMA_DN"]


def test_mailboxes_are_offered_where_a_pin_is_reset_and_no_pin_is(site: Site) -> None:
    found = offered("--config", str(site.config), "sync", "--reset-pin", "", folder=site.folder)
    assert found == ["1000@GVMA_DN", "1001@GVMA_DN", "2000@GVMA_DN", "2222@GVMA_AGENT", "3333@GVMA_AGENTGROUP"]
    assert "739182" not in str(found)


@pytest.mark.parametrize("damage", ["settings", "records", "sets", "no settings"])
def test_whatever_is_wrong_the_shell_hears_nothing_of_it(site: Site, damage: str) -> None:
    if damage == "settings":
        site.config.write_text("[gvma_settings\n")
    if damage == "records":
        (site.backup_path / "state" / "owners").write_bytes(b"\xff\x00")
    if damage in {"records", "sets"}:
        for path in site.backup_path.glob("*/snapshot.json"):
            path.write_bytes(b'{"dbid":1,"number":"\\x"}')
    config = None if damage == "no settings" else site.config
    for words in (["backup", "show", ""], ["history", "--object", ""], ["sync", "--reset-pin", ""]):
        offered(*words, folder=site.folder, config=config)


@pytest.mark.parametrize("asked", ["", "bash", "tcsh_complete", "bash_nonsense", "bash_complete"])
def test_a_question_that_is_none_is_silent(asked: str, tmp_path: Path) -> None:
    done = run(folder=tmp_path, _GVMA_COMPLETE=asked)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_function_of_each_shell_is_printed_without_settings(shell: str, tmp_path: Path) -> None:
    done = run("completion", shell, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_GVMA_COMPLETE={shell}_complete" in done.stdout
    if path := shutil.which(shell):
        assert subprocess.run([path, "-n"], input=done.stdout, text=True, check=False).returncode == 0
    answer = json.loads(run("--output", "json", "completion", shell, folder=tmp_path).stdout)
    assert answer["script"] == done.stdout


def test_bash_itself_completes(site: Site) -> None:
    gvma = Path(sys.executable).with_name("gvma")
    story = (
        f'source <("{gvma}" completion bash); COMP_WORDS=(gvma --config "{site.config}" history --object 100); '
        f'COMP_CWORD=5; _gvma_completion "{gvma}"; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(["bash", "--norc", "-c", story], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1000", "1000@GVMA_DN", "1001", "1001@GVMA_DN"]


def test_an_unknown_shell_is_64(tmp_path: Path) -> None:
    assert run("completion", "tcsh", folder=tmp_path).returncode == 64
