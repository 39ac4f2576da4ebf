"""What every test obeys: in CI a skipped test is a failed run, a worker that dies fails the run everywhere, no test
fails because the host is busy, and signals, umask, terminal and the way to 127.0.0.1 are as on any host.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

_OF_TERMINALS = ("COLUMNS", "LINES", "MANWIDTH", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
"""Variables by which a host's own wishes would change what a test sees."""


def pytest_configure() -> None:
    """A job in the background inherits SIGINT and SIGHUP ignored, and would hand that on to every gvma it starts."""
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
    os.umask(0o022)
    for name in (*_OF_TERMINALS, "GVMA_CONFIG"):
        os.environ.pop(name, None)
    os.environ["no_proxy"] = ",".join(filter(None, ("127.0.0.1,localhost", os.environ.get("no_proxy"))))


_died = pytest.StashKey[list[str]]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController, error: object) -> None:
    """pytest-xdist by itself passes over a worker that dies between two tests, with its tests that were not run."""
    if error:
        node.config.stash.setdefault(_died, []).append(f"{node.gateway.id} died: {error}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    failures = session.config.stash.get(_died, [])
    skipped = reporter.stats.get("skipped", [])
    if os.environ.get("CI") and skipped:
        failures = [*failures, f"{len(skipped)} skipped: in CI a skipped test is a failure"]
    reporter.ensure_newline()
    for failure in failures:
        reporter.write_line(failure, red=True)
    if failures and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def as_root() -> None:
    """For a test that mounts, or that lays out what belongs to a second user. CI runs as root, and skips none."""
    if os.geteuid() != 0:
        pytest.skip("only root can do that")


@pytest.fixture(scope="session")
def mount_namespace() -> tuple[str, ...]:
    """Words before a command that may mount, which nobody else sees; the account does not need to be root's."""
    words = ("unshare", "--map-root-user", "--mount")
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this kernel gives no mount namespace")
    return words


@pytest.fixture
def folder_for_all() -> Iterator[Path]:
    """A folder that other users can reach: pytest closes its own ones to them again and again."""
    with tempfile.TemporaryDirectory(prefix="gvma-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder
