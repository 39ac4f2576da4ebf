"""What stands on the pages, and that no value of somebody else's does anything there."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import datetime, tzinfo
from html.parser import HTMLParser
from typing import Self

import pytest

from gvma.errors import BackupSetError
from gvma.storage.history.log import History
from gvma.web.app import create_app
from gvma.web.facts import Listed
from gvma.web.questions import Glance
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
    assert page.text.count("warning, some-code, Zoë") == 1


def test_a_failure_says_what_happened_and_what_to_do_as_two_sentences(reader: Reader) -> None:
    page = reader().get("/changes?set=latest").text
    assert "<p>there is no backup set yet</p>\n<p>`gvma sync` makes one.</p>" in page


def test_a_page_and_a_list_that_do_not_exist_are_answered_in_their_own_form(reader: Reader) -> None:
    client = reader()
    for path in ("/wp-admin", "/history/", "/static//style.css", "/static/..%2fapp.py"):
        answer = client.get(path)
        assert (answer.status_code, "No such page" in answer.text, "Location" in answer.headers) == (404, True, False)
    answer = client.get("/api/nothing.json")
    assert answer.status_code == 404
    (error,) = json.loads(answer.text)["errors"]
    assert error == {"code": "usage", "message": "No such page", "hint": "", "where": "/api/nothing.json"}


def test_a_range_beyond_the_end_is_refused_by_a_page_of_ours(reader: Reader) -> None:
    answer = reader().get("/static/style.css", headers={"Range": "bytes=9999999-"})
    assert answer.status_code == 416
    assert "The pages are linked above." in answer.text


class Broken(Chosen):
    """Facts with a defect."""

    def history(self) -> History:
        raise ZeroDivisionError


def test_a_defect_is_said_to_be_one_of_gvma_and_nothing_of_it_is_shown() -> None:
    app = create_app(Broken(), hosts=(), account=None)
    client = app.test_client()
    page, answer = client.get("/history"), client.get("/api/history.json")
    assert (page.status_code, answer.status_code) == (500, 500)
    assert "An internal error in gvma" in page.text
    assert "ZeroDivisionError" not in page.text
    assert json.loads(answer.text)["errors"][0]["code"] == "defect"


class Unread(Chosen):
    """A site whose files cannot be read."""

    def glance(self) -> Glance:
        return replace(super().glance(), rows=(), unread="voicemail.conf: the begin marker stands twice")

    def mailboxes(self) -> Listed:
        return Listed((), 1_795_000_000.0, asking=False, unread="voicemail.conf: the begin marker stands twice")


def test_mailboxes_that_cannot_be_read_are_not_called_none() -> None:
    client = create_app(Unread(), hosts=(), account=None).test_client()
    listed = Elements(client.get("/mailboxes").text).text
    assert "What gvma wrote could not be read. voicemail.conf: the begin marker stands twice" in listed
    assert "0 found" not in listed
    overview = Elements(client.get("/").text).text
    assert "not known" in overview
    assert "mailboxes," not in overview


class WithoutHistory(Chosen):
    """A site whose backup folder this account may not read."""

    def glance(self) -> Glance:
        return replace(super().glance(), records_unread=True)

    def history(self) -> History:
        raise BackupSetError("what gvma keeps cannot be read or written: Permission denied", where="/var/lib/gvma")


def test_a_history_that_cannot_be_read_hides_no_other_state() -> None:
    page = create_app(WithoutHistory(), hosts=(), account=None).test_client().get("/")
    shown = Elements(page.text).text
    assert page.status_code == 200
    assert "They are not known. /var/lib/gvma: what gvma keeps cannot be read or written: Permission denied" in shown
    assert "1 mailbox" in shown


def test_a_site_without_a_mailbox_says_that_no_sync_has_written_one(reader: Reader) -> None:
    assert "No sync has written a mailbox yet." in reader(boxes=0).get("/mailboxes").text


class Changed(Chosen):
    """A run that has a backup set."""

    sets: tuple[str, ...] = ()

    def history(self) -> History:
        (run,) = super().history().runs
        return History((run._replace(backup_set="20261121T213000Z-1a2b3c4d"),))

    def backup_sets(self) -> frozenset[str]:
        return frozenset(self.sets)


def test_a_run_whose_backup_set_was_forgotten_names_no_way_back() -> None:
    facts = Changed()
    client = create_app(facts, hosts=(), account=None).test_client()
    for path in ("/history", "/"):
        gone = Elements(client.get(path).text)
        assert "Its backup set 20261121T213000Z-1a2b3c4d is no longer kept." in gone.text
        assert "backup restore" not in gone.text
    facts.sets = ("20261121T213000Z-1a2b3c4d",)
    assert "/changes?set=20261121T213000Z-1a2b3c4d" in Elements(client.get("/history").text).links


def test_one_is_counted_in_the_singular(reader: Reader) -> None:
    assert "1 mailbox, 1 subscription" in Elements(reader().get("/").text).text


class _Late(datetime):
    """A clock that stands."""

    @classmethod
    def now(cls, _tz: tzinfo | None = None) -> Self:
        return cls(2026, 11, 28, 12)


def test_a_run_counts_on_its_day_although_the_clocks_have_changed_since(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("gvma.web.app.datetime", _Late)
        elsewhere.setenv("TZ", "WINTER-2SUMMER-3,M3.5.0,M11.4.0/3")  # the run began at 0:30 in summer time
        time.tzset()
        page = reader().get("/").text
    time.tzset()
    assert '<th scope="row">22 Nov</th><td>0</td><td>1</td>' in page
    assert "Times are those of WINTER." in page
