"""Who starts a run: the account, sudo's caller, and what stands above the process."""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Mapping

import pytest

from gvma.storage.history.starter import started_by, starter


@pytest.mark.parametrize(
    ("environment", "is_terminal", "ancestors", "by"),
    [
        ({}, True, ["bash", "sshd"], "terminal"),
        ({"INVOCATION_ID": "a1"}, True, ["bash", "gnome-terminal-"], "terminal"),
        ({}, False, ["sh", "cron", "cron", "systemd"], "cron"),
        ({"INVOCATION_ID": "a1"}, False, ["sh", "crond"], "cron"),
        ({"INVOCATION_ID": "a1", "TRIGGER_UNIT": "gvma-sync.timer"}, False, ["systemd"], "timer"),
        ({"INVOCATION_ID": "a1"}, False, [], "timer"),
        ({}, False, ["ansible", "sshd"], "other"),
        ({"INVOCATION_ID": ""}, False, [], "other"),
    ],
)
def test_what_started_it(environment: Mapping[str, str], is_terminal: bool, ancestors: list[str], by: str) -> None:
    assert started_by(environment, is_terminal=is_terminal, ancestors=iter(ancestors)) == by


def test_it_names_account_host_and_the_person_behind_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "ann")
    found = starter()
    assert (found.user, found.sudo_user) == (pwd.getpwuid(os.geteuid()).pw_name, "ann")
    assert found.host == socket.gethostname()
    monkeypatch.delenv("SUDO_USER")
    assert starter().as_json()["sudo_user"] is None
