"""The pages of the demo's site as a person sees them: in Chromium, narrow and wide, by keyboard, and by axe's rules."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browser import browser
from tests.harness.children import child_process
from tests.harness.waiting import wait_until

PAGES = ("", "mailboxes", "mailboxes?q=2222", "explain?name=2222", "explain?name=nobody", "history", "media", "no-page")
AXE = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
WIDTHS = (360, 1920)
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the pages of ``gvma demo --keep``."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "gvma", "demo", "--keep"]
    environment = os.environ | {"TMPDIR": str(folder)}
    with child_process(command, stdout=subprocess.PIPE, text=True, env=environment) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if found := re.search(r"The pages are at (http://\S+/);", line):
                break
        else:
            raise AssertionError("the demo has ended")
        yield found[1]
        demo.send_signal(signal.SIGTERM)
        demo.stdout.read()
    assert demo.returncode == 0
    assert list(folder.iterdir()) == []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture(params=["light", "dark"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that fails the test where the browser reports an error."""
    with chromium.new_context(color_scheme=request.param, java_script_enabled=True) as context:
        opened = context.new_page()
        faults: list[str] = []
        opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        opened.on("pageerror", lambda error: faults.append(str(error)))
        yield opened
        assert [fault for fault in faults if "404" not in fault and "503" not in fault] == []


@pytest.mark.timeout(600)
def test_no_page_scrolls_sideways_and_axe_finds_nothing_grave(site: str, page: Page) -> None:
    for path in PAGES:
        page.goto(site + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
        page.evaluate(AXE)
        found = page.evaluate("axe.run()")["violations"]
        grave = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found if one["impact"] in GRAVE]
        assert grave == [], path


def test_a_person_finds_by_keyboard_why_agent_2222_has_no_lamp(site: str, page: Page) -> None:
    page.goto(site)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    for _ in range(20):
        if page.evaluate("document.activeElement.id") == "name":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("2222")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("2222")
    expect(page.locator(".verdict")).to_contain_text("nobody subscribes to gvm-a-2222")
    expect(page.get_by_role("heading", name="Mailbox 2222@GVMA_AGENT")).to_be_visible()


def test_last_night_s_change_is_shown_with_its_cause_and_the_way_back(site: str, page: Page) -> None:
    page.goto(site)
    page.get_by_role("link", name="History").click()
    change = page.get_by_role("article").filter(has_text="DN 1000: gvm_email (not set) -> anne@example.com")
    expect(change).to_contain_text("~ mailbox 1000@GVMA_DN (DN 1000): email")
    expect(change).to_contain_text("gvma backup restore ")
    change.get_by_role("link", name="What changed in the files").click()
    expect(page.locator(".diff").first).to_contain_text("anne@example.com")
    expect(page.locator(".diff").first).to_contain_text("1000 => ****")


def test_the_pages_work_without_scripts(site: str, chromium: Browser) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}mailboxes")
        page.get_by_label("Mailbox, name, owner or subscription contains").fill("anne")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("status")).to_have_text("1 found.")
        page.get_by_role("link", name="1002@GVMA_DN").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("1002@GVMA_DN")


def test_the_findings_of_the_check_come_without_a_page_that_waits(site: str, page: Page) -> None:
    def is_found() -> bool:
        page.goto(site)
        return page.get_by_text("9 of 13 mailboxes have their own number as PIN").is_visible()

    wait_until(is_found, "the check finds nothing", page.content)


def test_nothing_is_asked_of_another_host(site: str, chromium: Browser) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for path in PAGES:
            page.goto(site + path)
        assert asked
        assert [url for url in asked if not url.startswith(site)] == []
