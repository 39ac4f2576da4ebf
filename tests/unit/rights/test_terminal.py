"""What Asterisk's user writes into his files and folders is shown to root, and controls no terminal of his."""

from __future__ import annotations

import pytest

from tests.harness.site import Site
from tests.unit.rights import ASTERISK, by

ESCAPE = "\x1b]0;title\x07\x1b[2J"


COMMANDS = (
    ("backup", "diff", "latest"),
    ("backup", "restore", "latest", "--whole-files", "--no-reload", "--dry-run"),
    ("check",),
    ("status",),
    ("explain", "1000"),
    ("sync", "--no-reload", "--diff"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_control_sequence_of_his_reaches_the_terminal(site: Site, words: tuple[str, ...]) -> None:
    site.sync()

    def lay() -> None:
        inbox = site.spool / f"voicemail/GVMA_DN/{ESCAPE}\nforged: line/INBOX"
        inbox.mkdir(parents=True)
        (inbox / "msg0000.txt").write_text("[message]\n")
        for name in ("voicemail.conf", "pjsip.conf", "extensions.conf"):
            with (site.etc / name).open("a") as file:
                file.write(f"9{ESCAPE} => 1\n[GVMA_DN{ESCAPE}]\n#include {ESCAPE}\n[gvm-{ESCAPE}]\ntype=aor\n")

    by(ASTERISK, lay)
    site.layer.dns["1002"] = {}
    source = ("--from", str(site.tree)) if words[0] == "sync" else ()
    done = site.gvma(*words, *source)
    said = done.stdout + done.stderr
    assert said
    assert "\x1b" not in said
    assert not any(line.startswith("forged:") for line in said.splitlines())
