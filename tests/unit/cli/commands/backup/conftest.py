"""A server on which one sync has been."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.storage.state import pending_reload
from tests.fakes.asterisk_files import ChangedFiles


@pytest.fixture
def site(tmp_path: Path) -> ChangedFiles:
    """A server on which one sync has been."""
    site = ChangedFiles(tmp_path)
    (tmp_path / "gvma.cfg").write_text(
        f"[gvma_settings]\nasterisk_cfg_path = {site.etc}\nbackup_path = {site.kept}\n"
        f"asterisk_spool_path = {site.settings.asterisk_spool_path}\n"
        "siptserver_host = 127.0.0.1\nchannel_driver = pjsip\n"
    )
    site.run()
    pending_reload.settle(site.kept, site.pending_reload())
    return site
