"""Numbers that a pattern of the boxes takes, and numbers that it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gvma.check.conf import read_conf
from gvma.check.evidence import Evidence
from gvma.check.routing_order import check_hidden_numbers
from gvma.settings import GvmaSettings
from tests.unit.check.objects import dn, evidence

FIRST, LAST = "include => GVMA\ninclude => GVMA_ROUTING\n", "include => GVMA_ROUTING\ninclude => GVMA\n"


def seen(text: str, number: str, point: str = "2400", *, routing: bool = True) -> Evidence:
    objects = evidence(GvmaSettings(routing=routing), dnquery=[dn(number)], routingpointquery=[dn(point, 4)])
    return replace(objects, confs={"exten": read_conf("x.conf", lambda _: [("x.conf", text.encode())], ("<<", ">>"))})


@pytest.mark.parametrize(
    ("text", "number", "point", "hidden"),
    [
        (f"[default]\n{FIRST}", "3710", "2400", "3710"),
        (f"[base](!)\n{FIRST}[agents](base)\n", "2001", "3899", "3899"),
        (f"[default]\n{LAST}", "3710", "2400", ""),
        (f"[default]\n{FIRST}", "2001", "2400", ""),
        # The pattern wants a digit behind the prefix.
        (f"[default]\n{FIRST}", "37", "2400", ""),
        ("[one]\ninclude => GVMA\n[two]\ninclude => GVMA_ROUTING\n", "3710", "2400", ""),
    ],
)
def test_a_number_behind_a_prefix_of_boxes(text: str, number: str, point: str, hidden: str) -> None:
    found = list(check_hidden_numbers(seen(text, number, point)))
    assert [finding.code for finding in found] == ["routing-number-hidden"] * bool(hidden)
    assert all(hidden in finding.message for finding in found)


def test_without_routing_no_number_is_hidden() -> None:
    assert list(check_hidden_numbers(seen(f"[default]\n{FIRST}", "3710", routing=False))) == []
