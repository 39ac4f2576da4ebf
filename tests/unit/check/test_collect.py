"""What the collectors bring home, from real files, real sockets and no server at all."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from gvma.check.catalogue import findings
from gvma.check.collect import collect, driver_of, read_files, unreachable, unsafe
from gvma.check.collect_live import ask_asterisk
from gvma.check.collect_media import health, rights_of, sound_files, unusable
from gvma.check.collect_sip import addresses_of, is_local, local_addresses, this_asterisk
from gvma.check.conf import read_conf
from gvma.check.evidence import Answer, Evidence, Layer, Live
from gvma.errors import AsteriskUnreachableError
from gvma.settings import GvmaSettings, MediaSettings, Secret, Settings
from gvma.settings.reader import examine
from tests.unit.check.objects import application


def settings(folder: Path, **changes: object) -> GvmaSettings:
    return GvmaSettings(**{"asterisk_cfg_path": folder, "backup_path": folder / "backup", **changes})  # type: ignore[arg-type]


# The settings file as a whole


def collected(folder: Path, text: str) -> tuple[list[str], Evidence]:
    path = folder / "gvma.cfg"
    path.write_text(text)
    evidence = collect(examine(path, {}))
    assert sorted(found.name for found in folder.iterdir()) == ["gvma.cfg"]
    return [problem.message for problem in evidence.problems], evidence


def test_a_file_for_media_alone_asks_no_configuration_server_and_lacks_nothing(tmp_path: Path) -> None:
    problems, evidence = collected(tmp_path, "[media]\nagi_port = 4573\n")
    assert problems == []
    assert evidence.not_asked == "[cfgserver] sets nothing"
    codes = [finding.code for finding in findings(evidence)]
    assert codes == ["configserver-not-asked"] + ["file-missing"] * ("file-missing" in codes)


def test_what_a_sync_cannot_do_without_is_a_problem(tmp_path: Path) -> None:
    text = f"[cfgserver]\nusername = x\n[gvma_settings]\nasterisk_cfg_path = {tmp_path}\nasterisk_cm_port = 1\n"
    problems, evidence = collected(tmp_path, text)
    assert [problem.partition(" ")[0] for problem in problems] == ["host", "dnquery", "siptserver_host"]
    assert evidence.layer == Layer()


def test_a_placeholder_is_said_once_and_nobody_gets_the_credentials(tmp_path: Path) -> None:
    text = "[cfgserver]\nhost = <config server hostname or IP>\npassword = x\ndnquery = CfgDN\n"
    problems, evidence = collected(tmp_path, text)
    assert len(problems) == 1
    assert evidence.not_asked == "lines of [cfgserver] cannot hold yet, as said above"


# Files


def test_the_driver_is_what_settings_asterisk_or_files_say(tmp_path: Path) -> None:
    assert driver_of(settings(tmp_path, channel_driver="sip"), Live()) == "sip"
    assert driver_of(settings(tmp_path), Live(asked=("x",), loaded=frozenset({"chan_sip.so"}))) == "sip"
    both = frozenset({"chan_sip.so", "res_pjsip.so"})
    assert driver_of(settings(tmp_path), Live(asked=("x",), loaded=both)) == "pjsip"
    assert driver_of(settings(tmp_path), Live()) == "sip"
    (tmp_path / "pjsip.conf").touch()
    assert driver_of(settings(tmp_path), Live()) == "pjsip"
    (tmp_path / "sip.conf").write_text("; BEGIN GVMA\n")
    assert driver_of(settings(tmp_path, asterisk_cfg_gvma_begin="; BEGIN GVMA"), Live()) == "sip"


def test_files_are_read_through_relative_absolute_and_starred_includes(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/b.conf").write_text("[b]\n")
    (tmp_path / "d/a.conf").write_text("[a]\n")
    (tmp_path / "other.conf").write_text("[other]\n")
    (tmp_path / "voicemail.conf").write_text(f"#include d/*.conf\n#include {tmp_path}/other.conf\n")
    found = read_files(settings(tmp_path), "pjsip")["vm"]
    assert [(section.name, section.file) for section in found.sections] == [
        ("a", "d/a.conf"),
        ("b", "d/b.conf"),
        ("other", "other.conf"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"[general]\n", ""),
        (b";$---GVMA-BEGIN-GVMA---$\n;$---GVMA-END-GVMA---$\n;\n", ""),
        (b";$---GVMA-BEGIN-GVMA---$\n" * 2, "begin marker"),
        (b";$---GVMA-END-GVMA---$\n;\n", "end marker"),
        (b";-- open\n", "never closed"),
    ],
)
def test_files_that_a_sync_would_refuse(tmp_path: Path, text: bytes, reason: str) -> None:
    (tmp_path / "voicemail.conf").write_bytes(text)
    found = list(unsafe(settings(tmp_path), "pjsip"))
    assert [name for name, _ in found] == ["voicemail.conf"] * bool(reason)
    assert all(reason in message for _, message in found)


def test_a_fifo_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "voicemail.conf")
    assert list(unsafe(settings(tmp_path), "sip")) == [("voicemail.conf", "is no regular file")]
    assert not read_files(settings(tmp_path), "sip")["vm"].exists


def test_paths_that_are_not_there(tmp_path: Path) -> None:
    gone = settings(tmp_path / "gone", backup_path=tmp_path / "made/by/the/sync", log_file=tmp_path / "no/log")
    found = unreachable(Settings(gvma=gone), {})
    assert [key for key, _ in found] == ["asterisk_cfg_path", "asterisk_spool_path", "log_file"]
    (tmp_path / "file").touch()
    blocked = settings(tmp_path, asterisk_spool_path=tmp_path, backup_path=tmp_path / "file/below")
    assert [key for key, _ in unreachable(Settings(gvma=blocked), {})] == ["backup_path"]
    right = settings(tmp_path, asterisk_spool_path=tmp_path)
    assert list(unreachable(Settings(gvma=right), {})) == []


# AMI and the FastAGI server


def test_nobody_listens_on_ami() -> None:
    asked = ask_asterisk(Settings(gvma=GvmaSettings(asterisk_cm_port=1, asterisk_cm_secret=Secret("hush"))))
    assert isinstance(asked.live.problem, AsteriskUnreachableError)
    assert "hush" not in repr(asked)


@contextmanager
def answering(said: bytes) -> Iterator[MediaSettings]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(200)
                peer.sendall(said)

        thread = Thread(target=answer)
        thread.start()
        yield MediaSettings(agi_port=server.getsockname()[1])
        thread.join()


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (b'SET VARIABLE "GVMA_HEALTH" "ok"\n', ""),
        (b"Asterisk Call Manager/11.0.0\r\n", "something else answers there"),
        (b"", "something else answers there"),
    ],
)
def test_the_health_of_the_fastagi_server(said: bytes, complaint: str) -> None:
    with answering(said) as media:
        assert health(media) == complaint


def test_a_fastagi_server_that_is_not_there() -> None:
    assert health(MediaSettings(agi_port=1)) == "no answer: Connection refused"


# Sounds, and the rights of Asterisk's user


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


# Names and addresses


def test_all_of_loopback_is_this_host_and_names_that_dns_does_not_know_have_no_address() -> None:
    assert {"127.0.0.1", "::1"} <= local_addresses()
    assert is_local("127.8.8.8")
    assert not is_local("192.0.2.1")
    assert addresses_of(["127.0.0.1", "no such name"]) == {"127.0.0.1": {"127.0.0.1"}, "no such name": set()}


def test_an_address_of_this_host_is_this_asterisk() -> None:
    things = (application(mwi_host="127.0.0.9", mwi_domain="192.0.2.1"),)
    layer = Layer({"applicationquery": Answer("applicationquery", "//x", things)})
    asked = ask_asterisk(Settings(gvma=GvmaSettings(asterisk_cm_port=1)))
    here = this_asterisk(Settings(), layer, asked)
    assert {"127.0.0.1", "localhost", "127.0.0.9"} <= here.addresses
    assert "192.0.2.1" not in here.addresses


def test_reading_nothing_at_all_is_an_empty_file() -> None:
    assert read_conf("x.conf", lambda _: [("x.conf", b"")], (";a", ";b")).exists
