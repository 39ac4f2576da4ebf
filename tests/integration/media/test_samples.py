"""The sample files on a real Asterisk, changed only where their comments say so: a call, a login, a message box."""

from __future__ import annotations

from pathlib import Path
from socket import SOCK_STREAM

import pytest

from gvma.ami.manager import connect
from gvma.demo.asterisk import OPERATOR, OPERATOR_SECRET, PrivateAsterisk
from gvma.demo.ports import free_port
from tests.harness.media_dialplan import DIALPLAN, EXTENSIONS
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.servers.media_server import MediaServer
from tests.harness.sounds import bursts, write_burst
from tests.useragent import UserAgent

_SECRET = "a secret of one's own"

# How the tests know that Asterisk is up.
_OPERATOR = f"\n[{OPERATOR}]\nsecret = {OPERATOR_SECRET}\nread = all\nwrite = all\n"
_BOX = "\n[GVMA_DN]\n1000 => 1234,Alice,alice@example.com\n"


def sample(name: str, changes: dict[str, str]) -> str:
    """A sample's text, with lines changed that stand in it once."""
    text = (DIALPLAN / "samples" / name).read_text()
    for line, changed in changes.items():
        assert text.splitlines().count(line) == 1, line
        text = text.replace(f"{line}\n", f"{changed}\n")
    return text


@pytest.fixture
def agi_port() -> int:
    return free_port(SOCK_STREAM)


@pytest.fixture
def asterisk(version: int, agi_port: int, start_asterisk: StartAsterisk) -> PrivateAsterisk:
    manager = {"port = 5038": "port = {ami_port}", "secret = CHANGE-ME": f"secret = {_SECRET}"}
    pjsip = {
        "bind=0.0.0.0:5060": "bind=127.0.0.1:{sip_port}",
        "contact=sip:10.1.2.3:5060": "contact=sip:127.0.0.1:5060",
        "match=10.1.2.3": "match=127.0.0.1",
    }
    files = {
        "manager.conf": sample("manager.conf", manager) + _OPERATOR,
        "pjsip.conf": sample("pjsip.conf", pjsip),
        "voicemail.conf": sample("voicemail.conf", {}) + _BOX,
        "res_http_media_cache.conf": sample("res_http_media_cache.conf", {}),
        "extensions.conf": EXTENSIONS.format(dialplan=DIALPLAN / "gvma-media-pjsip.conf", port=agi_port),
    }
    modules = ("res_curl", "res_http_media_cache")
    asterisk = start_asterisk(version, files, driver="pjsip", ami_secret=_SECRET, extra_modules=modules)
    write_burst(asterisk.sounds / "music/burst.wav")
    return asterisk


def test_the_samples_make_a_server_that_takes_calls_keeps_boxes_and_lets_gvma_in(
    asterisk: PrivateAsterisk, agi_port: int, tmp_path: Path
) -> None:
    with connect(asterisk.settings()) as ami:
        assert ami.voicemail_users()["1000@GVMA_DN"].name == "Alice"
    server = MediaServer(tmp_path, agi_port)
    server.configure(sounds_path=asterisk.sounds)
    server.start()
    try:
        with UserAgent(("127.0.0.1", asterisk.sip_port)) as caller:
            call = caller.call("annc", parameters=";play=music/burst;repeat=2")
            assert call.wait_final().status == 200
            call.wait_ended()
            assert bursts(bytes(call.audio.received)) == 2
            collecting = caller.call("annc", parameters=";play=music/silence")
            assert collecting.wait_final().status == 200
            collecting.audio.send_digits("7")
            assert collecting.wait_request("MESSAGE").text.strip() == "Signal=7"
            collecting.send_info_digit("8")
            assert collecting.wait_request("MESSAGE", number=2).text.strip() == "Signal=8"
            collecting.hang_up()
    finally:
        server.kill()
    assert "ERROR" not in asterisk.log_text()
