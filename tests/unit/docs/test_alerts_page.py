"""contrib/prometheus and docs/alerts.md speak of the figures that a sync leaves, and of no others."""

from __future__ import annotations

import re
from pathlib import Path

from gvma.sync.metrics import Figures, metrics_text

ROOT = Path(__file__).parents[3]
RULES = (ROOT / "contrib/prometheus/gvma-sync.rules.yml").read_text("utf-8")
PAGE = (ROOT / "docs/alerts.md").read_text("utf-8")
FIGURES = metrics_text(
    Figures(
        1.0, 1.0, 0, {"add": 1, "change": 1, "remove": 1}, {"dn": 1, "agent": 1, "group": 1}, {"chan_sip.so": True}
    ),
    "",
)
LABELS = dict(re.findall(r'^(\w+)\{(\w+)="', FIGURES, re.MULTILINE))
NAMES = set(re.findall(r"^(gvma_\w+)", FIGURES, re.MULTILINE))
EXPRESSIONS = re.findall(r"^ +expr: (.*)$", RULES, re.MULTILINE)


def test_every_figure_in_an_alert_rule_is_one_that_a_sync_leaves() -> None:
    used = {name for expression in EXPRESSIONS for name in re.findall(r"gvma_\w+", expression)}
    assert used <= NAMES
    assert "gvma_sync_last_success_timestamp_seconds" in used


def test_every_label_that_a_rule_selects_by_is_one_of_its_figure_with_a_value_that_it_has() -> None:
    selected = re.findall(r'(gvma_\w+)(\{\w+="\w+"\})', " ".join(EXPRESSIONS))
    assert selected
    assert [one for one in selected if "".join(one) not in FIGURES] == []


def test_every_label_in_a_message_is_the_instance_or_a_label_of_the_figure_that_the_alert_is_about() -> None:
    alerts = RULES.split("- alert: ")[1:]
    for alert in alerts:
        used = set(re.findall(r"\$labels\.(\w+)", alert))
        figure = re.findall(r"gvma_\w+", alert)[0]
        assert used <= {"instance", LABELS.get(figure, "instance")}, alert


def test_the_page_has_every_figure_and_every_alert_and_each_alert_says_what_to_do() -> None:
    assert set(re.findall(r"^\| `(gvma_\w+)", PAGE, re.MULTILINE)) == NAMES
    alerts = re.findall(r"- alert: (\w+)", RULES)
    assert re.findall(r"^\| `(Gvma\w+)`", PAGE, re.MULTILINE) == alerts
    assert len(EXPRESSIONS) == len(alerts) == RULES.count("summary:") == RULES.count("description:")
