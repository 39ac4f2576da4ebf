"""PINs as ``gvma sync`` shows, keeps and resets them."""

from __future__ import annotations

from tests.harness.layer import Layer
from tests.harness.site import Site
from tests.unit.cli.commands.sync import OBJECTS


def test_a_pin_that_differs_alone_shows_in_the_diff_as_a_change_without_its_digits(site: Site) -> None:
    site.sync()
    site.put(
        Layer(
            dns={**OBJECTS.dns, "61001": {"gvm_password": "13579"}},
            agents=OBJECTS.agents,
            groups=OBJECTS.groups,
        )
    )
    done = site.gvma("sync", "--dry-run", "--diff", *site.from_tree)
    assert "~ mailbox 61001@GVMA_DN (DN 61001): pin\n" in done.stdout
    assert done.stdout.endswith("Plan: 0 to add, 1 to change, 0 to remove.\n")
    assert "-61001 => ****,61001,,,\n" in done.stdout
    assert "+61001 => ****,61001,,,\n" in done.stdout
    assert "13579" not in done.stdout


def test_a_reset_of_a_box_that_nobody_has_is_64_and_changes_nothing(site: Site) -> None:
    site.sync()
    before = site.everything(site.etc)
    done = site.gvma("sync", "--reset-pin", "61001@GVMA_AGENT", *site.from_tree)
    assert done.status == 64
    assert "61001@GVMA_AGENT" in done.stderr
    assert site.everything(site.etc) == before


def test_a_pin_changed_by_phone_stays_and_a_reset_brings_the_first_one_back(site: Site) -> None:
    site.sync()
    path = site.etc / "voicemail.conf"
    site.write("voicemail.conf", path.read_bytes().replace(b"61902 => 86420,", b"61902 => 97531,"))
    assert site.sync().stdout == ""
    assert b"61902 => 97531,Ulla" in path.read_bytes()
    reset = site.sync("--reset-pin", "61902@GVMA_DN")
    assert reset.stdout.startswith("sync: 0 added, 1 changed, 0 removed in voicemail.conf;")
    assert b"61902 => 86420,Ulla" in path.read_bytes()
    assert "86420" not in reset.stdout + reset.stderr
