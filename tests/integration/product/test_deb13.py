"""The package for Debian 13 on Debian 13's own Python, which is not the one that runs the tests."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from gvma import __version__
from release.deb.build import Target, architecture, build
from tests.harness.command import Done
from tests.harness.debian_python import VERSION, obtain_python
from tests.harness.layer import Layer
from tests.harness.site import Site
from tests.integration.product.test_deb import dpkg, empty_root
from tests.integration.product.test_packaging import built

__all__ = ["built"]

LAYER = Layer(dns={"1000": {"gvm_name": "Ann", "gvm_password": "4711"}})


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (wheel,) = built.glob("*.whl")
    package = build(Target(VERSION, architecture()), wheel, tmp_path_factory.mktemp("deb"), compression="none")
    root = empty_root(tmp_path_factory.mktemp("root"))
    dpkg(root, "--install", str(package))
    return root


@pytest.fixture
def site(installed: Path, tmp_path: Path) -> Site:
    """Its commands are run by the package, as /usr/bin/gvma begins: ``python3 -I``."""

    def run(*words: str) -> Done:
        command = obtain_python().argv("-I", str(installed / "usr/bin/gvma"), *words)
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", env={"PATH": "/usr/bin"}, check=False)
        return Done(done.returncode, done.stdout, done.stderr)

    return Site(tmp_path / "site", LAYER, run=run)


@pytest.mark.timeout(600)
def test_it_says_its_version_and_what_a_uri_asks_for(site: Site) -> None:
    assert __version__ in site.gvma("--version").stdout
    assert "welcome" in site.gvma("netann", "parse", "sip:annc@pbx;play=welcome").stdout


def test_it_syncs_from_configuration_server_and_checks_the_site(site: Site) -> None:
    with site.served():
        written = site.gvma("--output", "json", "sync", "--no-reload").json()
        checked = site.gvma("--output", "json", "check").json()

    assert written["changes"] == {"add": 2, "change": 0, "remove": 0}
    assert "1000 => 4711,Ann" in site.text("voicemail.conf")
    codes = {finding["code"] for finding in checked["findings"]}
    # Configuration Server answers, and there is no Asterisk.
    assert "ami-unreachable" in codes
    assert codes.isdisjoint({"configserver-not-asked", "configserver-credentials", "configserver-query"})


def test_the_servers_are_loaded_until_they_find_their_port_taken(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for words in (["agi", "serve"], ["web"]):
            done = site.gvma(*words, "--port", port)
            assert (done.status, port in done.stderr) == (78, True), str(done)
