"""What Asterisk's files say, from real files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gvma.asterisk.drivers import CHAN_SIP, PJSIP
from gvma.evidence.disk.files import entered_contexts, from_database, look_at_files, read_file, unsafe
from gvma.sinks.files.targets import targets
from tests.unit.evidence.site import settings


def test_files_are_read_through_relative_absolute_and_starred_includes(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/b.conf").write_text("[b]\n")
    (tmp_path / "d/a.conf").write_text("[a]\n")
    (tmp_path / "other.conf").write_text("[other]\n")
    (tmp_path / "voicemail.conf").write_text(f"#include d/*.conf\n#include {tmp_path}/other.conf\n")
    found = look_at_files(settings(tmp_path), PJSIP).voicemail
    assert found is not None
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
    found = list(unsafe(settings(tmp_path), targets(settings(tmp_path), PJSIP)))
    assert [name for name, _ in found] == ["voicemail.conf"] * bool(reason)
    assert all(reason in message for _, message in found)


def test_a_fifo_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "voicemail.conf")
    assert list(unsafe(settings(tmp_path), targets(settings(tmp_path), CHAN_SIP))) == [
        ("voicemail.conf", "it is a fifo, not a regular file")
    ]
    assert not read_file(settings(tmp_path), "voicemail.conf").exists


@pytest.mark.parametrize(
    ("extconfig", "sorcery", "kinds"),
    [
        ("[settings]\nvoicemail => odbc,asterisk\n", "", {"voicemail"}),
        ("[settings]\nsippeers = pgsql,general\n", "", {"phones"}),
        ("[settings]\nextensions.conf => odbc,asterisk\n", "", {"dialplan"}),
        # The family alone is not used: sorcery.conf maps endpoints to it.
        ("[settings]\nps_endpoints => odbc,asterisk\n", "", set()),
        ("", "[res_pjsip]\nendpoint=config,pjsip.conf\nendpoint=realtime,ps_endpoints\n", {"phones"}),
        ("", "[res_pjsip]\nendpoint=config,pjsip.conf,criteria=type=endpoint\naor=realtime,ps_aors\n", set()),
        ("[settings]\n;voicemail => odbc,asterisk\n[other]\nvoicemail => no\n", "", set()),
    ],
)  # fmt: skip
def test_what_is_kept_in_a_database(tmp_path: Path, extconfig: str, sorcery: str, kinds: set[str]) -> None:
    assert from_database(tmp_path) == set()
    (tmp_path / "extconfig.conf").write_text(extconfig)
    (tmp_path / "sorcery.conf").write_text(sorcery)
    assert from_database(tmp_path) == kinds


def test_contexts_that_other_channels_lead_to(tmp_path: Path) -> None:
    (tmp_path / "iax.conf").write_text("[guest]\n context = from-iax ; a comment\n;context=no\nmailcontext=no\n")
    (tmp_path / "pjsip_wizard.conf").write_bytes(b"[desk]\nendpoint/context=agents\nsubscribecontext=\xff\r\n")
    (tmp_path / "chan_dahdi.conf").write_text("context=>pstn\n")
    (tmp_path / "notes.txt").write_text("context=no\n")
    assert entered_contexts(tmp_path) == {"from-iax", "agents", "\udcff", "pstn"}


@pytest.mark.parametrize(
    ("text", "users"),
    [
        ("[general]\nhasvoicemail=yes\n[5001]\nfullname=A\n[5002]\nhasvoicemail=no\n", {"5001"}),
        ("[general]\n[5001]\nhasvoicemail=yes\n[5002]\n[t](!)\nhasvoicemail=on\n[5003](t)\n", {"5001", "5003"}),
        ("", set()),
    ],
)
def test_users_conf_has_mailboxes_too(tmp_path: Path, text: str, users: set[str]) -> None:
    (tmp_path / "users.conf").write_text(text)
    assert look_at_files(settings(tmp_path), PJSIP).users == users


def test_a_link_that_leads_nowhere_is_called_so_and_not_unreadable(tmp_path: Path) -> None:
    (tmp_path / "voicemail.conf").symlink_to("/nowhere/voicemail.conf")
    (tmp_path / "extensions.conf").write_text("#tryinclude gone.conf\n")
    (tmp_path / "gone.conf").symlink_to("gone/too.conf")
    assert look_at_files(settings(tmp_path), PJSIP).unreadable == (
        (
            "voicemail.conf",
            f"{tmp_path}/voicemail.conf is a link that leads nowhere: there is no /nowhere/voicemail.conf",
        ),
        ("gone.conf", f"{tmp_path}/gone.conf is a link that leads nowhere: there is no gone/too.conf"),
    )


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [
        ("", ()),
        ("[res_pjsip]\nendpoint=config,pjsip.conf,criteria=type=endpoint\n", ()),
        ("[res_pjsip]\naor=realtime,ps_aors\n", (("aor", "realtime,ps_aors"),)),
        ("[res_pjsip]\naor=config,pjsip.conf,criteria=type=aor\naor=realtime,ps_aors\n", ()),
        ("[res_pjsip]\naor/cache=memory_cache,expire=60\n", ()),
        ("[res_pjsip]\naor=config,aors.conf,criteria=type=aor\n", (("aor", "config,aors.conf,criteria=type=aor"),)),
        ("[res_pjsip_endpoint_identifier_ip]\nidentify=realtime,ps_ips\n", (("identify", "realtime,ps_ips"),)),
        ("[test_sorcery]\naor=memory\n", ()),
    ],
)
def test_what_sorcery_has_asterisk_read_from_elsewhere(
    tmp_path: Path, text: str, elsewhere: tuple[tuple[str, str], ...]
) -> None:
    (tmp_path / "sorcery.conf").write_text(text)
    assert look_at_files(settings(tmp_path), PJSIP).elsewhere == elsewhere


def test_a_file_that_is_mounted_by_itself_is_known_by_its_name_and_through_links(
    tmp_path: Path, mount_namespace: tuple[str, ...]
) -> None:
    real = tmp_path / "a folder" / "voicemail.conf"
    real.parent.mkdir()
    real.write_text("")
    (tmp_path / "voicemail.conf").symlink_to(real)
    look = (
        "import sys; from pathlib import Path; from gvma.asterisk.drivers import PJSIP; "
        "from gvma.evidence.disk.files import look_at_files; from tests.unit.evidence.site import settings; "
        "print(look_at_files(settings(Path(sys.argv[1])), PJSIP).mounted)"
    )
    mount = f"mount --bind '{tmp_path}/other' '{real}' && exec \"$@\""
    (tmp_path / "other").write_text("")
    command = [*mount_namespace, "sh", "-c", mount, "sh", sys.executable, "-c", look, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("('voicemail.conf',)\n", "")
    assert look_at_files(settings(tmp_path), PJSIP).mounted == ()


def test_a_target_that_asterisks_own_file_includes_is_read_with_all_that_stands_there(tmp_path: Path) -> None:
    (tmp_path / "voicemail.conf").write_text("[general]\n#include voicemail_gvma.conf\n[default]\n5001=0815,Ann\n")
    (tmp_path / "voicemail_gvma.conf").write_text("[GVMA_DN]\n1=2\n")
    (tmp_path / "extensions.conf").write_text("[from-internal]\n")
    (tmp_path / "mine.conf").write_text("[mine]\n")
    several = settings(tmp_path)._replace(
        asterisk_cfg_file_vm="voicemail_gvma.conf", asterisk_cfg_file_exten="mine.conf"
    )
    found = look_at_files(several, PJSIP)
    assert found.voicemail is not None
    assert {one.mailbox: one.file for one in found.voicemail.settings} == {
        "5001@default": "voicemail.conf",
        "1@GVMA_DN": "voicemail_gvma.conf",
    }
    assert found.dialplan is not None
    assert [section.name for section in found.dialplan.sections] == ["mine"]
