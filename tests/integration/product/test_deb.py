"""The Debian package, installed by dpkg into a folder of its own."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import pytest

from release.deb.build import Target, architecture, build
from tests.integration.product.test_packaging import built

__all__ = ["built"]

JOB = " asterisk gvma --config /etc/gvma/gvma_asterisk76.cfg sync"


def dpkg(root: Path, *arguments: str) -> None:
    # The root has no Python package, and no shell to change into.
    forced = ("--force-depends", "--force-script-chrootless", "--force-not-root")
    subprocess.run(["dpkg", f"--root={root}", *forced, *arguments], capture_output=True, check=True)


def _python() -> str:
    """The version of Debian's own Python, which runs the package."""
    program = "import sys; print('{}.{}'.format(*sys.version_info))"
    done = subprocess.run(["/usr/bin/python3", "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def package(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (wheel,) = built.glob("*.whl")
    return build(Target(_python(), architecture()), wheel, tmp_path_factory.mktemp("deb"))


@pytest.fixture(scope="module")
def installed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    for folder in ("info", "updates"):
        (root / "var/lib/dpkg" / folder).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
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


def test_every_library_can_be_loaded(installed: Path) -> None:
    program = "import sys; sys.path.insert(0, sys.argv[1]); import psycopg, prometheus_client, uvloop, zeep, panoramisk"
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
        "lib/systemd/system/gvma-agi.service",
        "lib/systemd/system/gvma-sync.timer",
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
    for folder in ("info", "updates"):
        (tmp_path / "var/lib/dpkg" / folder).mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").touch()
    dpkg(tmp_path, "--install", str(package))
    (tmp_path / "etc/cron.d/gvma").write_text("# ours\n")

    dpkg(tmp_path, "--remove", "gvma")

    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {name for name in left if not name.startswith("var/lib/dpkg")} == {"etc/cron.d/gvma", "etc/logrotate.d/gvma"}
    assert (tmp_path / "etc/cron.d/gvma").read_text() == "# ours\n"
