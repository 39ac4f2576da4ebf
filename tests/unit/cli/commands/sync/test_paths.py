"""Paths of the settings that lead nowhere: a person's mistake, never an internal error."""

from __future__ import annotations

import pytest

from tests.harness.site import Site


@pytest.mark.parametrize(("key", "exit_status"), [("backup_path", 78), ("asterisk_cfg_path", 14)])
def test_a_name_that_is_too_long_for_the_file_system_is_said_as_that(site: Site, key: str, exit_status: int) -> None:
    site.settings |= {key: "/" + "x" * 300, "channel_driver": "auto"}
    done = site.try_sync()
    assert (done.status, "File name too long" in done.stderr) == (exit_status, True), done.stderr
