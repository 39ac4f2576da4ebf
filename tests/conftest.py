"""What every test obeys: in CI a skipped test is a failed run, and signals are as at a person's terminal."""

from __future__ import annotations

import os
import signal

import pytest


def pytest_configure() -> None:
    """A job in the background inherits SIGINT and SIGHUP ignored, and would hand that on to every gvma it starts."""
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    skipped = reporter.stats.get("skipped", [])
    if os.environ.get("CI") and skipped and exitstatus == 0:
        reporter.write_line(f"{len(skipped)} skipped: in CI a skipped test is a failure", red=True)
        session.exitstatus = 1
