"""One server for the tests of gvma/sync: whole, or only the files that a change is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.sinks.files import transaction
from tests.fakes.asterisk_files import Site
from tests.fakes.installation import Installation


@pytest.fixture
def installation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Installation:
    """Three DNs, an agent and a group; PJSIP, and no Asterisk."""
    return Installation(
        tmp_path,
        capsys,
        more="channel_driver = pjsip",
        dns={"1000": {}, "1001": {"gvm_name": "Bob", "gvm_password": "739182"}, "1002": {}},
        agents={"5000": {"gvm_mailbox": "2222"}},
        groups={"Sales": {"gvm_mailbox": "3333"}},
    )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Asterisk's files before a change, and the contents that the change gives them."""
    return Site(tmp_path)


@pytest.fixture
def nothing_else_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction waits for a writer that the test does not have."""
    monkeypatch.setattr(transaction, "_SETTLE_SECONDS", 0)
