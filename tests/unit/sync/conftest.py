"""One installation for the tests of gvma/sync."""

from __future__ import annotations

from pathlib import Path

import pytest

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
