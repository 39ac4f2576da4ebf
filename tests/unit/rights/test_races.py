"""Asterisk's user exchanges his files and folders without a pause while root's gvma syncs, restores and removes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.harness.site import VOICEMAIL, Site
from tests.unit.rights import ASTERISK, ownership

_ROUNDS = 3
PIN = "[general]\npassword = 4711\n"


@contextmanager
def without_a_pause(attack: Callable[[], object]) -> Iterator[None]:
    """A process of Asterisk's user repeats the attack until the block has ended."""
    attacker = os.fork()
    if attacker == 0:
        with suppress(BaseException):
            os.setgroups([])
            os.setgid(ASTERISK)
            os.setuid(ASTERISK)
            while True:
                with suppress(OSError):
                    attack()
        os._exit(0)
    try:
        yield
    finally:
        os.kill(attacker, signal.SIGKILL)
        os.waitpid(attacker, 0)


def _folder_for_a_link(site: Site, roots: Path) -> Callable[[], object]:
    """``voicemail.conf`` leads to ``sub/passwd``, and ``sub`` is his folder and root's in turn."""
    own, sub = site.etc / "own", site.etc / "sub"

    def attack() -> None:
        own.mkdir(exist_ok=True)
        (own / "passwd").write_text(VOICEMAIL)
        for target in (own, roots):
            (site.etc / "next").symlink_to(target)
            (site.etc / "next").rename(sub)
        (site.etc / "way").symlink_to("sub/passwd")
        (site.etc / "way").rename(site.etc / "voicemail.conf")

    return attack


def _file_for_others(site: Site, roots: Path) -> Callable[[], object]:
    """``pjsip.conf`` is a file, a link to root's program, a second name of a file, and a FIFO in turn."""
    path, following = site.etc / "pjsip.conf", site.etc / "following"

    def attack() -> None:
        lays: tuple[Callable[[], object], ...] = (
            lambda: following.write_text("[udp]\n"),
            lambda: following.symlink_to(roots / "program"),
            lambda: following.hardlink_to(site.etc / "extensions.conf"),
            lambda: os.mkfifo(following),
        )
        for lay in lays:
            with suppress(OSError):
                following.unlink()
            lay()
            following.rename(path)

    return attack


def _pin_for_a_link(site: Site, roots: Path) -> Callable[[], object]:
    """The folder of a mailbox in the spool is his, and a link to root's, in turn."""
    box = site.spool / "voicemail/GVMA_DN/1000"

    def attack() -> None:
        box.mkdir(parents=True, exist_ok=True)
        (box / "secret.conf").write_text(PIN)
        box.rename(box.with_name("aside"))
        box.symlink_to(roots)
        box.unlink()
        box.with_name("aside").rename(box)

    return attack


def _temporary_files(site: Site, roots: Path) -> Callable[[], object]:
    """Whatever gvma lays ready is exchanged for a link to root's program, or made setuid."""

    def attack() -> None:
        for path in site.etc.glob(".gvma-*.tmp"):
            path.chmod(0o6755)
            path.unlink()
            path.symlink_to(roots / "program")

    return attack


@pytest.mark.parametrize("made", [_folder_for_a_link, _file_for_others, _pin_for_a_link, _temporary_files])
def test_nothing_of_roots_changes_and_nothing_becomes_roots(
    site: Site, roots: Path, made: Callable[[Site, Path], Callable[[], object]]
) -> None:
    (roots / "secret.conf").write_text(PIN)
    before = ownership(roots)
    site.replace("voicemail.conf", "[general]\n", "[general]\npasswordlocation=spooldir\n")
    os.chown(site.etc / "voicemail.conf", ASTERISK, ASTERISK)
    with without_a_pause(made(site, roots)):
        for number in range(_ROUNDS):
            site.layer.dns[f"20{number}"] = {}
            for words in (
                ("sync", *site.from_tree, "--resume", "--reset-pin", "1000@GVMA_DN"),
                ("remove", "--no-reload"),
            ):
                done = site.gvma(*words)
                assert done.status in {0, 13, 14, 15, 17}, str(done)
            site.gvma("backup", "restore", "latest", "--no-reload")
    assert ownership(roots) == before
    # What is made setuid is his own then: he may do that at any time, also between two steps of gvma's.
    mine = {path: path.lstat().st_uid for top in (site.etc, site.spool) for path in top.rglob("*")}
    assert {path: uid for path, uid in mine.items() if uid != ASTERISK} == {}
