"""What further files of Asterisk say: databases, and contexts of other channels."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.check.collect_site import contexts, realtime


def read_bytes(path: str | Path) -> bytes | None:
    return Path(path).read_bytes() if Path(path).is_file() else None


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
    assert realtime(tmp_path, read_bytes) == set()
    (tmp_path / "extconfig.conf").write_text(extconfig)
    (tmp_path / "sorcery.conf").write_text(sorcery)
    assert realtime(tmp_path, read_bytes) == kinds


def test_contexts_that_other_channels_lead_to(tmp_path: Path) -> None:
    (tmp_path / "iax.conf").write_text("[guest]\n context = from-iax ; a comment\n;context=no\nmailcontext=no\n")
    (tmp_path / "pjsip_wizard.conf").write_bytes(b"[desk]\nendpoint/context=agents\nsubscribecontext=\xff\r\n")
    (tmp_path / "chan_dahdi.conf").write_text("context=>pstn\n")
    (tmp_path / "notes.txt").write_text("context=no\n")
    assert contexts(tmp_path, read_bytes) == {"from-iax", "agents", "\udcff", "pstn"}
