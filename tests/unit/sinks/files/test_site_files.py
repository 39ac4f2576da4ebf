"""The site's own files through their includes: where PINs are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.sinks.files.site_files import asks_for_spool, pins_in_spool, secret_file, with_includes


@pytest.mark.parametrize(
    "text",
    [
        b"[general]\npasswordlocation=spooldir\n",
        b"[General]\nformat=wav\nPasswordLocation = SpoolDir ; as Asterisk recommends\n",
        b"[general]\n[default]\n[general]\npasswordlocation => spooldir\n",
    ],
)
def test_the_spool_is_recognised_as_the_place_of_pins(text: bytes) -> None:
    assert pins_in_spool(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[general]\n;passwordlocation=spooldir\n",
        b"[general]\npasswordlocation=voicemail.conf\n",
        b"[default]\npasswordlocation=spooldir\n",
        b"[general]\npasswordlocation=voicemail.conf\npasswordlocation=spooldir\n",
        b"[general]\n;-- passwordlocation=x\npasswordlocation=spooldir\n--;\n",
    ],
)
def test_elsewhere_voicemail_conf_is_the_place_of_pins(text: bytes) -> None:
    assert not pins_in_spool(text)


def test_what_is_included_counts_as_if_it_stood_there(tmp_path: Path) -> None:
    (tmp_path / "vm_general.inc").write_bytes(b"passwordlocation=spooldir\n")
    joined = with_includes(b"[general]\n#include vm_general.inc\n[default]\n", tmp_path)
    assert joined == b"[general]\npasswordlocation=spooldir\n\n[default]\n"
    assert pins_in_spool(joined)


def test_a_file_goes_on_in_its_own_section_after_what_it_includes(tmp_path: Path) -> None:
    """As Asterisk 16 and 22 read it: the included file's sections end with it."""
    (tmp_path / "zones.inc").write_bytes(b"format=wav\n[zonemessages]\n")
    text = b"[general]\n#include zones.inc\npasswordlocation=spooldir\n"
    assert pins_in_spool(with_includes(text, tmp_path))
    (tmp_path / "boxes.inc").write_bytes(b"1 => 1\n")
    assert pins_in_spool(with_includes(text.replace(b"zones.inc\n", b"zones.inc\n#include boxes.inc\n"), tmp_path))
    (tmp_path / "more.inc").write_bytes(b"[general]\n")
    text = b"[general]\n[default]\n#include more.inc\npasswordlocation=spooldir\n"
    assert not pins_in_spool(with_includes(text, tmp_path))


def test_several_files_may_be_included_by_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "vm.d").mkdir()
    (tmp_path / "vm.d" / "b.conf").write_bytes(b"b=1")
    (tmp_path / "vm.d" / "a.conf").write_bytes(b"a=1")
    assert with_includes(b'#include "vm.d/*.conf"\n', tmp_path) == b"a=1\nb=1\n"


def test_a_file_that_includes_itself_comes_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "round.conf").write_bytes(b"#include round.conf\nx=1\n")
    assert b"x=1" in with_includes(b"#include round.conf\n", tmp_path)


def test_what_is_missing_or_would_be_run_counts_as_nothing(tmp_path: Path) -> None:
    text = b"#tryinclude missing.conf\n#exec /bin/false\n[a]\n"
    assert with_includes(text, tmp_path) == b"#exec /bin/false\n[a]\n"


@pytest.mark.parametrize(
    ("options", "answer"),
    [("", None), ("attach=yes", None), ("attach=yes|passwordlocation=spooldir", True), ("PasswordLocation=x", False)],
)
def test_a_mailbox_may_say_itself_where_its_pin_is(options: str, answer: bool | None) -> None:
    assert asks_for_spool(options) is answer


def test_the_secret_lies_in_the_folder_of_the_box() -> None:
    assert secret_file(Path("/spool"), "1000@GVMA_DN") == Path("/spool/voicemail/GVMA_DN/1000/secret.conf")
