"""Why something changed, from two answers of Configuration Server: the earlier one from the snapshot of its set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gvma.backups.backup_set import BackupSet
from gvma.backups.causes import Concerned, causes
from gvma.backups.sets import BackupSets
from gvma.backups.snapshot import snapshot
from gvma.configserver.objects import ConfigObject
from gvma.printable import MASK
from gvma.storage.history.model import Cause

Answers = Mapping[str, list[ConfigObject]]


def dn(number: str, dbid: int = 0, **options: str) -> ConfigObject:
    return ConfigObject("CfgDN", dbid or int(number), number, 1, options=options)


def answers(*objects: ConfigObject) -> Answers:
    kinds = {"dnquery": "CfgDN", "agentquery": "CfgAgentLogin", "agentgroupquery": "CfgAgentGroup"}
    return {query: [one for one in objects if one.kind == kind] for query, kind in kinds.items()}


def saved(root: Path, said: Answers) -> BackupSet:
    return BackupSets(root).create([], snapshot=snapshot(said), reason="sync", run_id="r")


def why(root: Path, before: Answers, now: Answers, *owners: str, new_pins: tuple[str, ...] = ()) -> list[Cause]:
    return [*causes(Concerned(owners, new_pins), saved(root, before), now.values())]


def test_a_changed_option_is_named_with_both_values(tmp_path: Path) -> None:
    before = answers(dn("1000", gvm_name="Ann"), dn("1001", gvm_name="Bob"))
    now = answers(dn("1000", gvm_name="Anna"), dn("1001", gvm_name="Bob"))
    assert why(tmp_path, before, now, "DN 1000") == [Cause("DN 1000", "gvm_name", "Ann", "Anna")]


def test_an_option_that_was_or_is_not_set_is_none(tmp_path: Path) -> None:
    before, now = answers(dn("1000", gvm_email="a@b")), answers(dn("1000", gvm_name=""))
    assert why(tmp_path, before, now, "DN 1000") == [
        Cause("DN 1000", "gvm_email", "a@b", None),
        Cause("DN 1000", "gvm_name", None, ""),
    ]


def test_what_is_no_owner_or_no_option_of_ours_is_left_out(tmp_path: Path) -> None:
    before = answers(dn("1000", contact="a", device="x"), dn("1001", gvm_name="Bob"))
    now = answers(dn("1000", contact="b", device="y"), dn("1001", gvm_name="Rob"))
    assert why(tmp_path, before, now, "DN 1000") == [Cause("DN 1000", "contact", "a", "b")]


def test_an_object_that_came_or_went_is_named_without_options(tmp_path: Path) -> None:
    before, now = answers(dn("1000", gvm_name="Ann")), answers(dn("1001", gvm_name="Bob"))
    assert why(tmp_path, before, now, "DN 1000", "DN 1001") == [
        Cause("DN 1000", "", "present", None),
        Cause("DN 1001", "", None, "present"),
    ]


def test_of_a_new_first_pin_only_that_it_changed_is_known(tmp_path: Path) -> None:
    before, now = answers(dn("1000", gvm_password="4711")), answers(dn("1000", gvm_password="0815"))
    found = why(tmp_path, before, now, "DN 1000", new_pins=("DN 1000",))
    assert found == [Cause("DN 1000", "gvm_password", MASK, MASK)]
    first = why(tmp_path / "first", answers(dn("1000")), now, "DN 1000", new_pins=("DN 1000",))
    assert first == [Cause("DN 1000", "gvm_password", None, MASK)]


def test_secrets_among_the_mailbox_options_stay_masked(tmp_path: Path) -> None:
    before = answers(dn("1000", gvm_options="imappassword=old|attach=no"))
    now = answers(dn("1000", gvm_options="imappassword=new|attach=yes"))
    assert why(tmp_path, before, now, "DN 1000") == [
        Cause("DN 1000", "gvm_options", "imappassword=****|attach=no", "imappassword=****|attach=yes")
    ]


@pytest.mark.parametrize("name", ["Sales EU", 'a "quoted" one', "Verk\u00e4ufer", "back\\slash", "a, b"])
def test_a_group_of_any_name_is_found(tmp_path: Path, name: str) -> None:
    def group(box: str) -> Answers:
        return answers(ConfigObject("CfgAgentGroup", 7, name, options={"gvm_mailbox": box}))

    found = why(tmp_path, group("1"), group("2"), f"Agent Group {name}")
    assert found == [Cause(f"Agent Group {name}", "gvm_mailbox", "1", "2")]


def test_an_object_without_a_number_is_found_by_its_dbid(tmp_path: Path) -> None:
    before, now = answers(dn("", 12, gvm_mailbox="1")), answers(dn("", 12, gvm_mailbox="2"))
    assert why(tmp_path, before, now, "DN with DBID 12") == [Cause("DN with DBID 12", "gvm_mailbox", "1", "2")]


def test_two_kinds_of_owner_with_one_number_are_kept_apart(tmp_path: Path) -> None:
    login = ConfigObject("CfgAgentLogin", 5, "1000", options={"gvm_mailbox": "1000"})
    before = answers(dn("1000", gvm_name="Ann"), login)
    now = answers(dn("1000", gvm_name="Bob"), login)
    assert why(tmp_path, before, now, "Agent Login 1000") == []


@pytest.mark.parametrize("damage", [b"", b"{", b'{"kind":"CfgDN","dbid":1,"number":"1000",', b"\xff\x00"])
def test_a_snapshot_that_is_missing_or_damaged_explains_nothing(tmp_path: Path, damage: bytes) -> None:
    one = saved(tmp_path, answers(dn("1000", gvm_name="Ann")))
    now = answers(dn("1000", gvm_name="Anna"))
    (one.folder / "snapshot.json").write_bytes(damage)
    assert causes(Concerned(["DN 1000"]), one, now.values()) == ()
    (one.folder / "snapshot.json").unlink()
    assert causes(Concerned(["DN 1000"]), one, now.values()) == ()
    assert causes(Concerned(["DN 1000"]), None, now.values()) == ()
