"""One site for the tests of gvma/sync."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.site import Site
from tests.unit.sync import OWN_FILES


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Three DNs, an agent and a group; PJSIP, and no Asterisk."""
    layer = Layer(
        dns={"1000": {}, "1001": {"gvm_name": "Bob", "gvm_password": "739182"}, "1002": {}},
        agents={"5000": {"gvm_mailbox": "2222"}},
        groups={"Sales": {"gvm_mailbox": "3333"}},
    )
    site = Site(tmp_path / "site", layer, files=OWN_FILES, run=in_this_process)
    site.settings |= {"siptserver_host": "127.0.0.1", "siptserver_port": 5999}
    return site
