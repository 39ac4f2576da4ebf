"""The Debian package, installed by dpkg into a folder of its own."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from release.deb.build import Target, architecture, build
from tests.harness.children import child_process
from tests.integration.product.test_packaging import built

__all__ = ["built"]

ROOT = Path(__file__).resolve().parents[3]
JOB = " asterisk [ ! -x /usr/bin/gvma ] || gvma --config /etc/gvma/gvma_asterisk76.cfg sync"


def dpkg(root: Path, *arguments: str) -> None:
    # The root has no Python package, and no shell to change into.
    forced = ("--force-depends", "--force-script-chrootless", "--force-not-root")
    subprocess.run(["dpkg", f"--root={root}", *forced, *arguments], capture_output=True, check=True)


def empty_root(folder: Path) -> Path:
    """A folder into which dpkg can install."""
    for name in ("info", "updates"):
        (folder / "var/lib/dpkg" / name).mkdir(parents=True)
    (folder / "var/lib/dpkg/status").touch()
    return folder


def files_in(root: Path) -> set[str]:
    """Every file but those of dpkg itself."""
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith("var/lib/dpkg")}


def _python() -> str:
    """The version of Debian's own Python, which runs the package."""
    program = "import sys; print('{}.{}'.format(*sys.version_info))"
    done = subprocess.run(["/usr/bin/python3", "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def package(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (wheel,) = built.glob("*.whl")
    return build(Target(_python(), architecture()), wheel, tmp_path_factory.mktemp("deb"), compression="none")


@pytest.fixture(scope="module")
def installed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = empty_root(tmp_path_factory.mktemp("root"))
    dpkg(root, "--install", str(package))
    return root


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(root / "usr/bin/gvma"), *arguments]
    environment = {"PATH": "/usr/bin:/bin", **environment}
    return subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment, check=False)


@pytest.mark.timeout(600)
def test_the_command_runs_with_the_libraries_of_the_package_alone(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "zeep.py").write_text("raise SystemExit('taken from PYTHONPATH')")
    settings = tmp_path / "gvma_asterisk76.cfg"

    written = run(installed, "--config", str(settings), "config", "init", PYTHONPATH=str(tmp_path))
    asked = run(installed, "--config", str(settings), "confserv", "query", "x", PYTHONPATH=str(tmp_path))

    assert (written.returncode, settings.is_file()) == (0, True), written.stderr
    assert "taken from PYTHONPATH" not in asked.stdout + asked.stderr
    parsed = run(installed, "netann", "parse", "sip:annc@pbx;play=welcome")
    assert (parsed.returncode, "welcome" in parsed.stdout) == (0, True), parsed.stderr


@pytest.mark.timeout(120)
def test_the_pages_have_their_answers_from_the_package_alone(installed: Path, tmp_path: Path) -> None:
    """Each answer comes from a process that the server starts."""
    settings = tmp_path / "gvma_asterisk76.cfg"
    settings.write_text(
        f"[media]\n[gvma_settings]\nbackup_path = {tmp_path}/backup\nasterisk_cfg_path = {tmp_path}/etc\n"
    )
    settings.chmod(0o600)
    command = [str(installed / "usr/bin/gvma"), "--config", str(settings), "web", "--port", "0"]
    with child_process(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/") as server:
        assert server.stdout is not None
        assert server.stderr is not None
        try:
            with urlopen(f"{server.stdout.readline().strip()}api/status.json", timeout=60) as answer:
                assert json.load(answer)["last_run"] is None
        finally:
            server.terminate()
            said = server.stderr.read()
    assert (server.returncode, said) == (0, "")


def test_every_library_can_be_loaded(installed: Path) -> None:
    program = "import sys; sys.path.insert(0, sys.argv[1]); import psycopg, prometheus_client, uvloop, zeep, panoramisk"
    program += ", flask, waitress, lxml.etree, rich, click, configupdater, asterisk.agi"
    done = subprocess.run(
        ["/usr/bin/python3", "-I", "-c", program, str(installed / "usr/lib/gvma")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_runs_by_itself(installed: Path) -> None:
    cron = (installed / "etc/cron.d/gvma").read_text()
    assert [line for line in cron.splitlines() if JOB in line and not line.startswith("#")] == []
    assert [line for line in cron.splitlines() if JOB in line] != []
    assert not (installed / "etc/systemd/system").exists()


def test_units_samples_dialplan_pages_and_changes_are_there(installed: Path) -> None:
    for name in (
        "usr/lib/systemd/system/gvma-agi.service",
        "usr/lib/systemd/system/gvma-sync.timer",
        "usr/lib/systemd/system/gvma-web.service",
        "etc/logrotate.d/gvma",
        "usr/share/gvma/dialplan/gvma-media-pjsip.conf",
        "usr/share/gvma/dialplan/samples/manager.conf",
        "usr/share/gvma/agi_scripts/treatment.py",
        "usr/share/doc/gvma/docs/first-hour.md",
        "usr/share/doc/gvma/copyright",
    ):
        assert (installed / name).is_file(), name
    assert gzip.decompress((installed / "usr/share/doc/gvma/changelog.gz").read_bytes()).startswith(b"# Changes")


def test_what_is_installed_belongs_to_root_and_nobody_else_may_write_it(package: Path) -> None:
    listed = subprocess.run(["dpkg-deb", "--contents", str(package)], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        mode, owner = line.split()[:2]
        assert owner == "root/root", line
        assert mode[5] + mode[8] == "--", line


def test_a_removal_leaves_the_settings_of_cron_and_logrotate_alone(package: Path, tmp_path: Path) -> None:
    empty_root(tmp_path)
    dpkg(tmp_path, "--install", str(package))
    (tmp_path / "etc/cron.d/gvma").write_text("# ours\n")

    dpkg(tmp_path, "--remove", "gvma")

    assert files_in(tmp_path) == {"etc/cron.d/gvma", "etc/logrotate.d/gvma"}
    assert (tmp_path / "etc/cron.d/gvma").read_text() == "# ours\n"


def test_a_purge_leaves_settings_and_backup_sets_alone(package: Path, tmp_path: Path) -> None:
    dpkg(empty_root(tmp_path), "--install", str(package))
    kept = {"etc/gvma/gvma_asterisk76.cfg", "var/lib/gvma/lock"}
    for name in kept | {"var/log/gvma/gvma.log", "var/log/private/gvma-agi/gvma.log"}:
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("")

    dpkg(tmp_path, "--purge", "gvma")

    assert files_in(tmp_path) == kept


def test_an_update_leaves_nothing_of_the_version_before(package: Path, tmp_path: Path) -> None:
    dpkg(empty_root(tmp_path), "--install", str(package))
    before = files_in(tmp_path)
    (tmp_path / "usr/lib/gvma/gvma/__pycache__/old.cpython-311.pyc").touch()

    dpkg(tmp_path, "--install", str(package))

    assert files_in(tmp_path) == before


def test_no_script_starts_or_enables_a_unit_and_shellcheck_finds_no_fault_in_it() -> None:
    for name in ("postinst", "prerm", "postrm"):
        script = ROOT / "release/deb" / name
        verbs = set(re.findall(r"systemctl (?:--\S+ )*(\S+)", script.read_text()))
        assert verbs <= {"daemon-reload", "disable", "stop", "try-restart"}
        shellcheck = Path(sys.executable).with_name("shellcheck")
        done = subprocess.run([shellcheck, script], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


def test_man_and_every_shell_find_what_is_theirs(installed: Path) -> None:
    page = gzip.decompress((installed / "usr/share/man/man1/gvma.1.gz").read_bytes())
    assert page == (ROOT / "share/man/man1/gvma.1").read_bytes()
    for shell, name in {
        "bash": "bash-completion/completions/gvma",
        "zsh": "zsh/vendor-completions/_gvma",
        "fish": "fish/vendor_completions.d/gvma.fish",
    }.items():
        assert (installed / "usr/share" / name).read_text() == run(installed, "completion", shell).stdout


def test_bash_completes_as_bash_completion_loads_it(installed: Path) -> None:
    program = (
        f'source "{installed}/usr/share/bash-completion/completions/gvma"; complete -p gvma >/dev/null; '
        'COMP_WORDS=(gvma net); COMP_CWORD=1; _gvma_completion gvma net gvma; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-ec", program],
        env={"PATH": f"{installed}/usr/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("netann\n", "")
