"""contrib/prometheus and docs/alerts.md speak of the figures that gvma gives, and of no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gvma.agi.figures.counting import FAILED, Figures
from gvma.sync.after.metrics import Figures as SyncFigures
from gvma.sync.after.metrics import metrics_text

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "contrib/prometheus"
PAGE = (ROOT / "docs/alerts.md").read_text("utf-8")
ACTIONS, KINDS = ("add", "change", "remove"), ("dn", "agent", "group")
SYNC_TEXT = metrics_text(
    SyncFigures(1.0, 1.0, 0, dict.fromkeys(ACTIONS, 1), dict.fromkeys(KINDS, 1), {"app_voicemail.so": True}), ""
)
SYNC_LABELS = {name: [label] for name, label in re.findall(r'^(\w+)\{(\w+)="', SYNC_TEXT, re.MULTILINE)}
SYNC = {name: SYNC_LABELS.get(name, []) for name in re.findall(r"^(gvma_\w+)", SYNC_TEXT, re.MULTILINE)}
"""Labels by name of a figure."""


def media() -> dict[str, list[str]]:
    """As SYNC, of the media server."""
    figures = Figures(["service"], open_calls=lambda: 0, max_calls=lambda: 1)
    figures.turned_away("turned-away")
    names = {
        one.name + ("_total" if one.type == "counter" else "_info" if one.type == "info" else "")
        for one in figures.collect()
    }
    labels = {"gvma_agi_calls_total": ["route", "outcome"], "gvma_agi_refused_total": ["reason"]}
    return {name: labels.get(name, []) for name in names}


RULES = {"gvma-sync.rules.yml": SYNC, "gvma-media.rules.yml": media()}
each_file = pytest.mark.parametrize(("name", "figures"), RULES.items(), ids=RULES)


def alerts(name: str) -> list[str]:
    """The text of each alert, from its name on."""
    return (FOLDER / name).read_text("utf-8").split("- alert: ")[1:]


def expression(alert: str) -> str:
    (found,) = re.findall(r"^ +expr: (.*)$", alert, re.MULTILINE)
    return str(found)


def test_each_file_of_rules_is_tested() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(RULES)


@each_file
def test_every_figure_and_label_in_an_alert_rule_is_one_that_gvma_gives(
    name: str, figures: dict[str, list[str]]
) -> None:
    for alert in alerts(name):
        used = re.findall(r"(gvma_\w+)(?:\{(\w+)=\"(\w+)\"\})?", expression(alert))
        assert used, alert
        assert [one for one in used if one[0] not in figures] == []
        assert [one for one in used if one[1] and one[1] not in figures[one[0]]] == []


def test_every_value_that_a_rule_selects_by_is_one_that_a_figure_has() -> None:
    selected = {
        pair for name in RULES for alert in alerts(name) for pair in re.findall(r'\{(\w+)="(\w+)"\}', expression(alert))
    }
    assert selected == {("action", ACTIONS[-1]), ("outcome", FAILED), ("reason", "turned_away")}


@each_file
def test_every_label_in_a_message_is_left_by_the_rule(name: str, figures: dict[str, list[str]]) -> None:
    for alert in alerts(name):
        kept = re.findall(r"sum by \(([\w, ]+)\)", expression(alert))
        first = re.findall(r"gvma_\w+", expression(alert))[0]
        left = set(kept[0].split(", ")) if kept else {"instance", *figures[first]}
        assert set(re.findall(r"\$labels\.(\w+)", alert)) <= left, alert


@each_file
def test_each_alert_says_what_it_is_about_and_what_to_do(name: str, figures: dict[str, list[str]]) -> None:
    assert figures
    for alert in alerts(name):
        assert [alert.count(word) for word in ("summary: ", "description: ", "severity: ")] == [1, 1, 1], alert


def test_the_page_has_every_figure_of_a_sync_and_every_alert() -> None:
    assert set(re.findall(r"^\| `(gvma_\w+)", PAGE, re.MULTILINE)) == SYNC.keys()
    named = [alert.split("\n")[0] for name in RULES for alert in alerts(name)]
    assert re.findall(r"^\| `(Gvma\w+)`", PAGE, re.MULTILINE) == named
