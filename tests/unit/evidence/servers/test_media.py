"""The FastAGI server's health, and sounds as Asterisk's user sees them."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from gvma.evidence.servers import media as media_server
from gvma.evidence.servers.media import health, rights_of, sound_files, unusable
from gvma.settings import MediaSettings
from tests.fakes.deaf import deaf_port


@contextmanager
def answering(said: bytes) -> Iterator[MediaSettings]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError):
                peer, _ = server.accept()
                with peer:
                    peer.recv(200)
                    peer.sendall(said)

        thread = Thread(target=answer)
        thread.start()
        try:
            yield MediaSettings(agi_port=server.getsockname()[1])
        finally:
            server.shutdown(socket.SHUT_RDWR)  # for one whom nobody has asked
            thread.join()


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (b'SET VARIABLE "GVMA_HEALTH" "ok"\n', ""),
        (b"Asterisk Call Manager/11.0.0\r\n", "something else answers there"),
        (b"", "something else answers there"),
    ],
)
def test_the_health_of_the_fastagi_server(said: bytes, complaint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_server, "_HEALTH_SECONDS", 60.0)
    with answering(said) as media:
        assert health(media) == complaint


def test_a_server_that_sends_a_byte_now_and_then_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_server, "_HEALTH_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            peer, _ = server.accept()
            with peer, suppress(OSError):
                while True:
                    peer.sendall(b"x")
                    sleep(0.02)

        thread = Thread(target=drip)
        thread.start()
        assert health(MediaSettings(agi_port=server.getsockname()[1])) == "no answer within 0.3 seconds"
        thread.join()


def test_a_fastagi_server_that_is_not_there() -> None:
    with deaf_port() as port:
        assert health(MediaSettings(agi_port=port)) == "no answer: Connection refused"


def test_a_sound_is_found_by_path_with_or_without_extension_and_below_the_sounds(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    sound = tmp_path / "en/calm.wav"
    sound.touch()
    for name in (str(sound), str(tmp_path / "en/calm"), "calm", "en/calm"):
        assert sound_files(name, tmp_path) == [sound]
    assert sound_files("storm", tmp_path) == []
    assert sound_files("[c]alm", tmp_path) == []


def test_what_is_missing_is_named_with_its_key(tmp_path: Path) -> None:
    media = MediaSettings(
        sounds_path=tmp_path, recordings_path=tmp_path / "gone", default_file="calm", digits_prompt="press"
    )
    found = list(unusable(media, lambda path, right: True))
    assert [reason.partition(" ")[0] for _, reason in found] == ["recordings_path", "default_file", "digits_prompt"]
    for name in ("calm.gsm", "press.wav"):
        (tmp_path / name).touch()
    right = MediaSettings(sounds_path=tmp_path, recordings_path=tmp_path, default_file="calm", digits_prompt="press")
    assert list(unusable(right, lambda path, right: True)) == []
    assert [reason.partition(" ")[2] for _, reason in unusable(right, lambda path, right: False)] == [
        "may not be read by Asterisk's user",
        "may not be written by Asterisk's user",
        "may not be read by Asterisk's user",
        "may not be read by Asterisk's user",
    ]


def test_asterisks_user_is_judged_by_mode_bits_and_those_of_the_folders_above(tmp_path: Path) -> None:
    sound = tmp_path / "calm.wav"
    sound.touch(mode=0o644)
    assert rights_of(getpass.getuser())(sound, os.R_OK)
    nobody = rights_of("nobody")
    tmp_path.chmod(0o700)
    assert not nobody(sound, os.R_OK)
    assert nobody(Path("/etc/passwd"), os.R_OK)
    assert not nobody(Path("/etc/passwd"), os.W_OK)
    assert not nobody(tmp_path / "gone", os.R_OK)
