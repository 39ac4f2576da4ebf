"""Seven faults of a real site, each found by a person with the pages alone: the first page names it or leads to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import SOCK_DGRAM, SOCK_STREAM, create_connection

import pytest
from playwright.sync_api import Page, expect

from gvma.demo.ports import free_port
from tests.harness.browser import browser
from tests.harness.children import child_process
from tests.harness.media_dialplan import DIALPLAN
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.servers.media_server import MediaServer
from tests.harness.site import Site
from tests.harness.sounds import write_burst
from tests.integration.check import AMI_SECRET, EXTENSIONS, PJSIP, SIP_SERVER, VOICEMAIL, edit, healthy_layer

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaServer]:
    server = MediaServer(tmp_path_factory.mktemp("media"))
    server.configure(metrics=f"127.0.0.1:{free_port(SOCK_STREAM)}")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def site(start_module_asterisk: StartAsterisk, media: MediaServer) -> Iterator[Site]:
    """A healthy site with voicemail and media."""
    files = {
        "voicemail.conf": VOICEMAIL,
        "extensions.conf": EXTENSIONS.format(agi_port=media.port, dialplan=DIALPLAN / "gvma-media-pjsip.conf"),
        "pjsip.conf": PJSIP,
    }
    asterisk = start_module_asterisk(22, files, ami_secret=AMI_SECRET)
    write_burst(asterisk.sounds / "en/calm.wav")
    made = Site(asterisk.folder, healthy_layer(asterisk.sip_port), asterisk=asterisk)
    with made.served():
        made.settings |= {
            "siptserver_host": SIP_SERVER,
            "siptserver_port": free_port(SOCK_DGRAM),
            "switch_profile": "asterisk",
        }
        metrics = media.settings.read_text().partition("metrics = ")[2].strip()
        made.media = {
            "agi_port": media.port, "metrics": metrics, "sounds_path": asterisk.sounds, "default_file": "calm",
        }  # fmt: skip
        made.sync()
        made.layer.groups["Sales"]["gvm_name"] = "Sales"
        made.sync()
        yield made


@pytest.fixture(scope="module")
def chromium_page() -> Iterator[Page]:
    with browser() as launched:
        yield launched.new_page()


@contextmanager
def pages_of(site: Site) -> Iterator[str]:
    """The address of ``gvma web``, which has asked nobody yet."""
    site.lay_out()
    command = [sys.executable, "-m", "gvma", "--config", str(site.config), "web", "--port", "0"]
    with child_process(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield child.stdout.readline().strip()
        finally:
            child.terminate()


def open_first_page(page: Page, address: str) -> None:
    """Once the check has found what it finds; a person loads the page again, as it says."""
    page.goto(address)
    while page.get_by_text("The check is at work").is_visible():
        page.get_by_role("link", name="Load this page again").click()


def call_a_route_that_does_not_exist(media: MediaServer) -> None:
    preamble = b"agi_network: yes\nagi_network_script: no-such-route\nagi_uniqueid: 1.1\n\n"
    # The server ends such a call at once, also while Asterisk still answers.
    with suppress(ConnectionError), create_connection(("127.0.0.1", media.port), 60) as call:
        call.sendall(preamble)
        while call.recv(4096):
            call.sendall(b"200 result=0\n")


def test_a_healthy_site_says_so(site: Site, chromium_page: Page) -> None:
    with pages_of(site) as address:
        open_first_page(chromium_page, address)
        expect(chromium_page.get_by_role("heading", level=1)).to_have_text("All is well")


def test_each_planted_fault_is_named_on_the_first_page_or_one_click_from_it(
    site: Site, media: MediaServer, chromium_page: Page
) -> None:
    page = chromium_page
    site.gvma("backup", "restore", "latest")
    assert site.layer.application is not None
    site.layer.application["mwi-mode"] = "REGISTER"
    site.layer.dns["1000"]["gvm_email"] = "anne@example.com,anne@home.example"
    edit(site, "voicemail.conf", lambda text: text.replace("\n2222 => ", "\n;2222 => "))
    site.asterisk.cli("voicemail reload")
    call_a_route_that_does_not_exist(media)
    with pages_of(site) as address:
        open_first_page(page, address)
        first = page.get_by_role("main")
        expect(first).to_contain_text("Sync is paused")
        expect(first).to_contain_text("mwi-mode = REGISTER, but mwi_mode = SUBSCRIBE in the settings")
        expect(first).to_contain_text("gvm_email contains a comma, which ends the value for app_voicemail. DN 1000")
        expect(first).to_contain_text("what gvma wrote there has been changed by somebody else")
        page.get_by_role("link", name="1 missing").click()
        expect(page.get_by_role("row", name="2222@GVMA_AGENT")).to_contain_text("missing")
        page.get_by_role("link", name="Overview").click()
        page.get_by_role("link", name="1 failed").click()
        expect(
            page.get_by_role("row", name="no-such-route").or_(page.get_by_role("row", name="unknown"))
        ).to_have_count(1)


def test_an_asterisk_that_refuses_ami_and_a_media_server_that_is_away_are_named_on_the_first_page(
    site: Site, media: MediaServer, chromium_page: Page
) -> None:
    site.settings["asterisk_cm_secret"] = "another"
    media.kill()
    try:
        with pages_of(site) as address:
            open_first_page(chromium_page, address)
            first = chromium_page.get_by_role("main")
            expect(first).to_contain_text("Asterisk refused the AMI login of")
            expect(first).to_contain_text("the media server's figures cannot be had")
    finally:
        media.start()
        site.settings["asterisk_cm_secret"] = site.asterisk.ami_secret
