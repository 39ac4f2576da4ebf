"""Asterisk's user lays out files that would hold root's gvma for hours, fill its memory, or have it read for him."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gvma.storage.asterisk.conf_files import included_files
from tests.harness.site import VOICEMAIL, Site
from tests.unit.rights import ASTERISK, by

pytestmark = pytest.mark.timeout(120)


def refused(site: Site, *said: str) -> None:
    done = site.try_sync()
    assert done.status == 14, str(done)
    for part in (*said, "Nothing was changed."):
        assert part in done.stderr


def includes(site: Site, pattern: str) -> None:
    site.write("voicemail.conf", f"{VOICEMAIL}#include {pattern}\n")
    os.chown(site.etc / "voicemail.conf", ASTERISK, ASTERISK)


def test_an_include_through_folders_that_lead_into_themselves_comes_to_an_end(site: Site) -> None:
    def lay() -> None:
        for number in range(10):
            (site.etc / f"again{number}").symlink_to(".")

    by(ASTERISK, lay)
    includes(site, "/".join("*" * 12))
    refused(site, "what it includes has no end")


def test_a_thousand_sparse_files_of_one_include_are_not_read(site: Site) -> None:
    def lay() -> None:
        (site.etc / "many").mkdir()
        for number in range(1000):
            path = site.etc / f"many/{number}.conf"
            path.touch()
            os.truncate(path, 200 * 2**20)

    by(ASTERISK, lay)
    includes(site, "many/*.conf")
    refused(site, "what it includes has no end: many/*.conf is one of more than", "256 MiB")


def test_a_thousand_sparse_files_of_the_folder_do_not_hold_a_check(site: Site) -> None:
    def lay() -> None:
        for number in range(1000):
            path = site.etc / f"{number}.conf"
            path.touch()
            os.truncate(path, 200 * 2**20)

    by(ASTERISK, lay)
    assert site.check("--only", "voicemail") is not None


def test_a_file_of_short_lines_alone_is_not_read(site: Site) -> None:
    by(ASTERISK, lambda: (site.etc / "extensions.conf").write_bytes(b"\n" * 3_000_001))
    refused(site, "it has more than 3,000,000 lines, which gvma reads at most")


def test_templates_that_double_with_each_line_come_to_an_end(site: Site) -> None:
    nested = "".join(f"[t{level}](!,t{level - 1},t{level - 1})\n" for level in range(1, 60))
    by(ASTERISK, lambda: (site.etc / "pjsip.conf").write_text("[t0](!)\nkey=1\n" + nested))
    refused(site, "what it includes has no end: [t21] is one of more than")


def test_an_include_is_read_with_the_rights_of_the_folders_owner(site: Site, roots: Path) -> None:
    secret = roots / "mailboxes.conf"
    secret.write_text("[GVMA_DN]\n1000 => 1\n")
    for mode, text in ((0o600, b""), (0o644, secret.read_bytes())):
        secret.chmod(mode)
        assert list(included_files(site.etc, str(secret))) == [(str(secret), text)]
    os.chown(site.etc, 0, 0)
    secret.chmod(0o600)
    assert list(included_files(site.etc, str(secret))) == [(str(secret), secret.read_bytes())]


def test_a_hundred_thousand_lines_below_the_block_are_a_few_warnings(site: Site) -> None:
    site.sync()

    def append() -> None:
        with (site.etc / "voicemail.conf").open("a") as file:
            file.write("8000 => 1,Sales\n" * 100_000)

    by(ASTERISK, append)
    site.layer.dns["1002"] = {}
    done = site.try_sync()
    assert done.status == 0, str(done)
    assert [line.count("below gvma's end marker") for line in done.stderr.splitlines()] == [1] * 6
    assert "it and 99994 more lines" in done.stderr
