"""A line of the site for which Asterisk throws a whole file away: nothing of ours stays, and the line is named."""

from __future__ import annotations

import pytest

from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site


@pytest.mark.parametrize("name", ["voicemail.conf", "extensions.conf", "channel"])
def test_the_line_is_named_and_asterisk_is_not_said_to_have_reloaded_it(
    start_asterisk: StartAsterisk, version: int, name: str
) -> None:
    asterisk = start_asterisk(version, {})
    if name == "channel":
        name = f"{asterisk.driver}.conf"
    site = Site(asterisk.folder, Layer(dns={"1000": {}}), asterisk=asterisk)
    with site.served():
        site.write(name, site.text(name) + "[site\n")
        number = len(site.text(name).splitlines())
        before = site.asterisk_files()
        done = site.gvma("sync")
        assert done.status == 15, str(done)
        assert f"{name}, line {number}, has a bracket that is not closed" in done.stderr
        assert "Asterisk has reloaded them" not in done.stderr
        assert {path: seen[-1] for path, seen in site.asterisk_files().items()} == {
            path: seen[-1] for path, seen in before.items()
        }
