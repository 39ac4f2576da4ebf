"""Conferences: one per id, quiet, and recorded into one file."""

from __future__ import annotations

from gvma.settings.model import MediaSettings
from gvma.treatments import ROUTES
from tests.unit.treatments.scripted import Asterisk

SERVICE = ROUTES["service"]
FILE = "/var/lib/asterisk/sounds/meetme-conf-rec-sales-1795306622.7.wav"


def test_a_caller_joins_the_conference_of_the_id_in_lower_case_and_quietly() -> None:
    asterisk = Asterisk("sip:conf=Sales@h")
    assert asterisk.runs(SERVICE) == "conferred"
    assert asterisk.conferences == {"sales": 1}
    assert asterisk.answered
    assert asterisk.variables["CONFBRIDGE(user,quiet)"] == "yes"
    assert "CONFBRIDGE(bridge,record_conference)" not in asterisk.variables


def test_a_conference_lasts_as_long_as_its_callers_do() -> None:
    asterisk = Asterisk("sip:conf=Sales@h")
    asterisk.runs(SERVICE)
    assert asterisk.variables["TIMEOUT(absolute)"] == "0"
    assert asterisk.commands[-1].blocking


def test_the_first_recorded_caller_has_the_conference_recorded_into_meetmes_file_name() -> None:
    asterisk = Asterisk("sip:conf=Sales@h;record=x1")
    asterisk.runs(SERVICE)
    assert asterisk.variables["CONFBRIDGE(bridge,record_conference)"] == "yes"
    assert asterisk.variables["CONFBRIDGE(bridge,record_file)"] == FILE
    assert asterisk.variables["CONFBRIDGE(bridge,record_file_timestamp)"] == "no"


def test_a_conference_that_is_recorded_is_not_recorded_again() -> None:
    asterisk = Asterisk("sip:conf=Sales@h;record=x1", conferences={"sales": 1}, recorded={"CBRec/sales-0000001f"})
    asterisk.runs(SERVICE)
    assert "CONFBRIDGE(bridge,record_file)" not in asterisk.variables
    assert not any("MixMonitor" in line for line in asterisk.lines)


def test_another_conferences_recording_does_not_count() -> None:
    asterisk = Asterisk("sip:conf=a.b@h;record=x1", recorded={"CBRec/axb-0000001f", "CBRec/a.b-c-0000001f"})
    asterisk.runs(SERVICE)
    assert asterisk.variables["CONFBRIDGE(bridge,record_conference)"] == "yes"


def test_a_conference_that_began_unrecorded_is_recorded_from_the_caller_who_asks() -> None:
    asterisk = Asterisk("sip:conf=Sales@h;record=x1", conferences={"sales": 2})
    asterisk.runs(SERVICE)
    assert f"EXEC MixMonitor {FILE}" in asterisk.lines


def group_of(uri: str) -> str:
    asterisk = Asterisk(uri)
    asterisk.runs(SERVICE)
    return asterisk.variables["GROUP(gvma-conference)"]


def test_who_opens_a_conference_beside_one_who_asks_has_it_recorded() -> None:
    asterisk = Asterisk("sip:conf=Sales@h", others_in_groups=[group_of("sip:conf=sales@h;record=x1")])
    asterisk.runs(SERVICE)
    assert asterisk.variables["CONFBRIDGE(bridge,record_file)"] == FILE


def test_who_asks_waits_for_what_one_beside_it_makes_of_the_conference() -> None:
    beside = [group_of("sip:conf=sales@h")]
    unrecorded = Asterisk("sip:conf=Sales@h;record=x1", others_in_groups=[*beside], opened_meanwhile={"sales": 1})
    unrecorded.runs(SERVICE)
    assert f"EXEC MixMonitor {FILE}" in unrecorded.lines
    assert "CONFBRIDGE(bridge,record_file)" not in unrecorded.variables
    hung_up = Asterisk("sip:conf=Sales@h;record=x1", others_in_groups=[*beside])
    hung_up.runs(SERVICE)
    assert hung_up.variables["CONFBRIDGE(bridge,record_file)"] == FILE


def test_a_missing_recordings_folder_is_logged_and_the_callers_still_meet() -> None:
    asterisk = Asterisk("sip:conf=Sales@h;record=x1", folders=set())
    assert asterisk.runs(SERVICE) == "conferred"
    assert any("not recorded" in note.message for note in asterisk.notes)


def test_without_confbridge_a_conference_is_488() -> None:
    asterisk = Asterisk("sip:conf=Sales@h", confbridge_loaded=False)
    assert asterisk.runs(SERVICE) == "not-acceptable"
    assert not asterisk.answered


def test_the_to_header_may_ask_for_the_recording_but_never_for_another_conference() -> None:
    same = Asterisk("sip:conf=Sales@h", to="<sip:conf=sales@h;record=x1>")
    same.runs(SERVICE)
    assert same.variables["CONFBRIDGE(bridge,record_file)"] == FILE
    other = Asterisk("sip:conf=Sales@h", to="<sip:conf=board@h;record=x1>")
    other.runs(SERVICE)
    assert other.conferences == {"sales": 1}
    assert "CONFBRIDGE(bridge,record_file)" not in other.variables


def test_the_conf_route_refuses_announcements_in_both_dialects() -> None:
    for uri in ("sip:annc@h;play=x", "sip:annc@h"):
        asterisk = Asterisk(uri, sounds={"x": 1.0, "/var/lib/asterisk/moh/fpm-calm-river": 1.0})
        assert asterisk.runs(ROUTES["conf"]) in ("not-acceptable", "bad-request")
        assert not asterisk.answered
    assert Asterisk("sip:annc@h;play=x").runs(ROUTES["conf"], MediaSettings(dialect="rfc4240")) == "not-acceptable"
