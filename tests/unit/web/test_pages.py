"""What stands on the pages, and that no value of somebody else's does anything there."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from gvma.web.app import create_app
from tests.hostile import CORPUS
from tests.unit.web.conftest import Chosen, Reader

PAGES = ("/", "/mailboxes", "/explain", "/history", "/media", "/changes")
HOSTILE = (*CORPUS, "<script>alert(1)</script>", '" onmouseover="x', "{{ 7 * 7 }}", "javascript:alert(1)", "\u202etxt")


class Elements(HTMLParser):
    """The elements and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("path", PAGES)
def test_a_hostile_value_adds_no_element_no_attribute_and_no_foreign_link(path: str) -> None:
    facts = Chosen(text="plain")
    client = create_app(facts, hosts=(), account=None).test_client()
    plain = Elements(client.get(path, query_string={"q": "", "name": "plain"}).text)
    for text in HOSTILE:
        facts.text = text
        asked = text.encode("utf-8", "replace").decode() or "plain"
        hostile = Elements(client.get(path, query_string={"q": "", "name": asked}).text)
        assert set(hostile.tags) <= set(plain.tags), text
        assert hostile.attributes <= plain.attributes, text
        assert [link for link in hostile.links if not link.startswith(("/", "#content"))] == [], text
        assert "\u202e" not in hostile.text
        assert not any(char < " " for char in hostile.text if char not in "\n\t\r"), text


def test_the_pages_are_english_and_need_no_script(reader: Reader) -> None:
    for path in PAGES:
        page = reader().get(path).text
        assert page.startswith('<!doctype html>\n<html lang="en">')
        assert "script" not in Elements(page).tags
        assert "style" not in Elements(page).attributes


def test_a_search_finds_by_any_part_and_says_how_many(reader: Reader) -> None:
    client = reader(boxes=120)
    found = Elements(client.get("/mailboxes?q=1100@gvma_dn").text)
    assert "1 found." in found.text
    assert "1100@GVMA_DN" in found.text
    assert "120 found." in Elements(client.get("/mailboxes").text).text


def test_a_long_list_has_pages_of_fifty(reader: Reader) -> None:
    client = reader(boxes=120)
    first, third = (Elements(client.get(f"/mailboxes?page={page}").text) for page in (1, 3))
    assert (first.tags.count("tr"), third.tags.count("tr")) == (51, 21)
    assert "/mailboxes?q=&page=2" in first.links
    assert "Page 3 of 3" in third.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "9999999999", "1e3", "²", ""])
def test_a_page_number_that_is_none_shows_the_first(reader: Reader, page: str) -> None:
    assert "Page 1 of 3" in Elements(reader(boxes=120).get("/mailboxes", query_string={"page": page}).text).text


@pytest.mark.parametrize("page", ["4", "99999999"])
def test_a_page_beyond_the_end_shows_the_last(reader: Reader, page: str) -> None:
    shown = Elements(reader(boxes=120).get("/mailboxes", query_string={"page": page}).text)
    assert "Page 3 of 3" in shown.text
    assert "1119@" in shown.text
    listed = json.loads(reader(boxes=120).get("/api/mailboxes.json", query_string={"page": page}).text)
    assert (listed["page"], listed["pages"], len(listed["mailboxes"])) == (3, 3, 20)


def test_a_list_of_nothing_has_one_page(reader: Reader) -> None:
    listed = json.loads(reader(boxes=0).get("/api/mailboxes.json?page=7").text)
    assert listed == {"mailboxes": [], "total": 0, "page": 1, "pages": 1}


def test_a_long_difference_is_cut_and_the_command_that_shows_all_is_named(reader: Reader) -> None:
    page = Elements(reader().get("/changes?set=2026").text)
    assert "3 more lines: gvma backup diff 20261121T213000Z-1a2b3c4d shows all." in page.text


def test_json_has_the_same_facts(reader: Reader) -> None:
    client = reader(boxes=51)
    status = json.loads(client.get("/api/status.json").text)
    assert status["pending_reload"] == ["Zoë"]
    assert [problem["code"] for problem in status["problems"]] == ["some-code"]
    mailboxes = json.loads(client.get("/api/mailboxes.json?page=2").text)
    assert mailboxes == {
        "mailboxes": [{"mailbox": "1050@GVMA_DN", "name": "Zoë", "owners": "Zoë", "subscription": "Zoë"}],
        "total": 51,
        "page": 2,
        "pages": 2,
    }
    history = json.loads(client.get("/api/history.json").text)
    assert [run["run_id"] for run in history["runs"]] == ["r1"]
    assert json.loads(client.get("/api/media.json").text)["failures"][0]["uri"] == "Zoë"


def test_a_page_that_does_not_exist_says_so(reader: Reader) -> None:
    answer = reader().get("/wp-admin")
    assert (answer.status_code, "No such page" in answer.text) == (404, True)


def test_a_failure_is_shown_with_what_to_do(reader: Reader) -> None:
    client = reader()
    page = client.get("/changes?set=latest")
    assert page.status_code == 503
    assert "makes one" in Elements(page.text).text


def test_a_mailbox_that_is_not_where_gvma_writes_it_is_called_missing_and_found_so(reader: Reader) -> None:
    client = reader(missing=("2222@GVMA_AGENT",))
    shown = Elements(client.get("/mailboxes?q=missing").text)
    assert "1 found." in shown.text
    assert "2222@GVMA_AGENT" in shown.text
    assert "/mailboxes?q=missing" in Elements(client.get("/").text).links


def test_the_first_page_counts_what_status_and_check_say_each_fault_once(reader: Reader) -> None:
    """Both say the same fault here."""
    page = Elements(reader().get("/").text)
    assert "1 problem needs a person" in page.text
    assert page.text.count("warning: Zoë") == 1
