"""The same flows through AGI() without a server: announcement, digits and conference, over pyst2."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from socket import SOCK_STREAM

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.ports import free_port
from tests.harness.media_dialplan import DIALPLAN, start_with_dialplan
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.sounds import bursts
from tests.harness.waiting import wait_no_channels
from tests.useragent import UserAgent

SCRIPTS = DIALPLAN.parent / "agi_scripts"


@pytest.fixture(scope="module")
def asterisk(
    module_version: int, start_module_asterisk: StartAsterisk, tmp_path_factory: pytest.TempPathFactory
) -> PrivateAsterisk:
    asterisk = start_with_dialplan(
        start_module_asterisk, module_version, free_port(SOCK_STREAM), DIALPLAN / "gvma-media-scripts.conf"
    )
    folder = tmp_path_factory.mktemp("scripts")
    for script in SCRIPTS.glob("*.py"):
        install(script, folder)
    asterisk.cli(f"dialplan set global GVMA_SCRIPTS {folder}")
    asterisk.cli(f"dialplan add extension keys,1,AGI,{folder}/get_digits.py into default")
    return asterisk


def install(script: Path, folder: Path) -> None:
    """As an administrator does: the first line names the Python that has gvma."""
    target = folder / script.name
    target.write_text(script.read_text().replace("#!/usr/bin/env python3", f"#!{sys.executable}", 1))
    target.chmod(0o755)


@pytest.fixture
def caller(asterisk: PrivateAsterisk) -> Iterator[UserAgent]:
    with UserAgent(("127.0.0.1", asterisk.sip_port)) as agent:
        yield agent
    wait_no_channels(asterisk)


def test_a_script_plays_an_announcement(caller: UserAgent) -> None:
    call = caller.call("annc", parameters=";play=music/burst;repeat=2")
    call.wait_ended()
    assert call.wait_final().status == 200
    assert bursts(bytes(call.audio.received)) == 2


def test_a_script_refuses_what_is_missing_without_a_200_before(caller: UserAgent) -> None:
    assert caller.call("annc", parameters=";play=no/such").wait_final().status == 404


@pytest.mark.parametrize(("user", "parameters"), [("annc", ";play=music/collect"), ("keys", "")])
def test_a_script_sends_each_key_back(caller: UserAgent, user: str, parameters: str) -> None:
    call = caller.call(user, parameters=parameters)
    assert call.wait_final().status == 200
    call.audio.send_digits("42")
    call.wait_request("MESSAGE", number=2)
    assert [message.text.strip() for message in call.requested("MESSAGE")] == ["Signal=4", "Signal=2"]
    call.hang_up()


def test_two_callers_of_a_scripts_conference_hear_each_other(caller: UserAgent) -> None:
    first, second = (caller.call("conf=Script") for _ in range(2))
    for call in (first, second):
        assert call.wait_final().status == 200
    first.audio.send_tone(440, 2.0)
    second.audio.wait_level(above=500)
    first.hang_up()
    second.hang_up()
