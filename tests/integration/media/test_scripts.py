"""The same call flows through AGI() without a server, on a real Asterisk."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.media_dialplan import DIALPLAN, PJSIP
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.integration.media.test_dialplan import EXTENSIONS
from tests.useragent.agent import UserAgent

SCRIPTS = DIALPLAN.parent / "agi_scripts"


@pytest.fixture(scope="module")
def asterisk(
    module_version: int, start_module_asterisk: StartAsterisk, tmp_path_factory: pytest.TempPathFactory
) -> PrivateAsterisk:
    # The scripts as they are, under the Python of the tests instead of that of Asterisk's PATH.
    scripts = tmp_path_factory.mktemp("scripts")
    for script in SCRIPTS.glob("*.py"):
        _, _, rest = script.read_text().partition("\n")
        copy = scripts / script.name
        copy.write_text(f"#!{sys.executable}\n{rest}")
        copy.chmod(0o755)
    extensions = EXTENSIONS.format(dialplan=DIALPLAN / "gvma-media-scripts.conf", silent="15")
    extensions += f"GVMA_SCRIPTS={scripts}\n[default]\nexten => digits,1,AGI({scripts}/get_digits.py)\n"
    return start_module_asterisk(module_version, {"extensions.conf": extensions, "pjsip.conf": PJSIP})


@pytest.fixture
def caller(asterisk: PrivateAsterisk) -> Iterator[UserAgent]:
    with UserAgent(("127.0.0.1", asterisk.sip_port)) as agent:
        yield agent


def test_an_announcement_is_heard_and_ends(caller: UserAgent) -> None:
    call = caller.call("annc", parameters=";play=beep;repeat=3;delay=200")
    assert call.wait_final().status == 200
    call.audio.wait_level(above=200)
    call.wait_ended()
    assert call.requested("BYE")


def test_a_sound_that_is_not_there_is_404(caller: UserAgent) -> None:
    assert caller.call("annc", parameters=";play=no-such-sound").wait_final().status == 404


def test_keys_come_back_as_messages(caller: UserAgent) -> None:
    call = caller.call("digits")
    assert call.wait_final().status == 200
    call.audio.send_digits("5")
    assert call.wait_request("MESSAGE").body == b"Signal=5"
    call.hang_up()


def test_two_callers_meet_in_a_conference(caller: UserAgent) -> None:
    speaker, listener = caller.call("conf=a"), caller.call("conf=A")
    assert [call.wait_final().status for call in (speaker, listener)] == [200, 200]
    speaker.audio.send_tone(seconds=3)
    listener.audio.wait_level(above=200)
    for call in (speaker, listener):
        call.hang_up()


def test_a_script_that_is_not_there_is_replaced_by_music_and_a_refusal(
    asterisk: PrivateAsterisk, caller: UserAgent, tmp_path: Path
) -> None:
    before = asterisk.cli("dialplan show globals")
    (scripts,) = [line.partition("=")[2].strip() for line in before if "GVMA_SCRIPTS" in line]
    asterisk.cli(f"dialplan set global GVMA_SCRIPTS {tmp_path}")
    call = caller.call("annc", parameters=";play=beep")
    assert call.wait_final().status == 200
    call.audio.wait_level(above=200)
    call.hang_up()
    assert caller.call("conf=1").wait_final().status == 503
    asterisk.cli(f"dialplan set global GVMA_SCRIPTS {scripts}")
