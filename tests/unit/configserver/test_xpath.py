"""The query grammar, compared with lxml's XPath on the packaged sample."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gvma.configserver.simulator.answers import TreeFile
from gvma.configserver.simulator.server import SAMPLE
from gvma.configserver.xpath import kind_asked, parse
from gvma.errors import ConfigServerQueryError

TREE = TreeFile(SAMPLE)
ORACLE = etree.parse(SAMPLE)

NAMES = st.sampled_from(["DBID", "name", "number", "type", "state", "loginCode", "ownerDBID", "nowhere"])
LITERALS = st.sampled_from(["1", "2", "'1'", '"1000"', "1000", "'Environment'", "'SIP_Switch'", "101", "'101'", "''"])


def _fitting(comparison: tuple[str, str, str]) -> str:
    name, sign, literal = comparison
    return f"@{name}{sign}{literal}"


TERMS = st.tuples(NAMES, st.sampled_from(["=", "!=", " = ", " != "]), LITERALS).map(_fitting)
EXPRESSIONS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        inner.map("({})".format),
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map("".join),
    ),
    max_leaves=5,
)
STEPS = st.sampled_from(
    [
        "CfgTenant",
        "switches",
        "CfgSwitch",
        "DNs",
        "CfgDN",
        "agentLogins",
        "CfgAgentLogin",
        "agentGroups",
        "CfgAgentGroup",
    ]
)
STEP = st.tuples(STEPS, st.one_of(st.just(""), EXPRESSIONS.map("[{}]".format))).map("".join)
PATH = st.one_of(
    st.lists(STEP, min_size=1, max_size=4).map("/".join),
    st.tuples(EXPRESSIONS, EXPRESSIONS).map(lambda e: f"CfgTenant/switches/CfgSwitch[{e[0]}]/DNs/CfgDN[{e[1]}]"),
)


def _same_names_in_both(query: str) -> bool:
    """Whether no name is asked for that an object has under its other name: XPath knows no aliases."""
    return not any(f"@{name}" in query for name in ("number", "name", "loginCode", "ownerDBID"))


@settings(deadline=None, max_examples=300)
@given(PATH)
def test_a_query_selects_what_xpath_would_below_the_root(query: str) -> None:
    wanted = [e.get("DBID") for e in ORACLE.xpath(f"//{query}") if e.tag.startswith("Cfg")]
    found = [e.get("DBID") for e in TREE.select(query)]
    if _same_names_in_both(query):
        assert found == wanted
    else:
        assert set(found) >= set(wanted) or "!=" in query


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (
            "CfgTenant[@name='Environment']/switches/CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='4']",
            ["2400", "2401"],
        ),
        ("CfgDN[(@ownerDBID=101) and (@type=4)]", ["2400", "2401"]),
        ("CfgDN[@number='2400' or @number='1000']", ["1000", "2400"]),
        ("CfgDN[@name='1009']", ["1009"]),
        ("CfgDN[@type=1 and @state!=1]", ["1005", "1006"]),
        ('CfgSwitch[ @name = "SIP_Switch" ]/DNs/CfgDN[ @name = "2400" ]', ["2400"]),
        ("CfgSwitch[@name='Other']/DNs/CfgDN", []),
        ("CfgSwitch/agentLogins/CfgDN", []),
        ("CfgSwitch/CfgDN", []),
        ("cfgdn", []),
    ],
)
def test_the_manuals_forms_select_by_names_and_by_references(query: str, numbers: list[str]) -> None:
    assert [element.get("number") or element.get("name") for element in TREE.select(query)] == numbers


@pytest.mark.parametrize(
    "query",
    ["", " ", "/CfgDN", "//CfgDN", "CfgDN/", "CfgDN[", "CfgDN[]", "CfgDN[1]", "CfgDN[@type]", "CfgDN[@type=]",
     "CfgDN[@type='1]", "CfgDN[@type=1", "CfgDN[@type=1]]", "CfgDN[@type=1][@state=1]", "CfgDN[@type<2]",
     "CfgDN[@type=1 and]", "CfgDN[and @type=1]", "CfgDN[not(@type=1)]", "CfgDN | CfgSwitch", "CfgDN/..", "CfgDN/@name",
     "CfgDN[position()=1]", "*", "CfgDN[@type=-1]", "CfgDN[@type=1.5]", "CfgDN[@type=" + "9" * 5000 + "]",
     "CfgDN[" + "(" * 5000 + "@a=1" + ")" * 5000 + "]",
     "CfgDN[" + "(" * 60 + "@a=1" + ")" * 60 + "]", "CfgDN[@a='" + "x" * 20_000 + "']", "id('x')", "CfgDN\x00"],
)  # fmt: skip
def test_what_is_outside_the_grammar_is_refused(query: str) -> None:
    with pytest.raises(ConfigServerQueryError):
        parse(query)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    kind_asked(text)
    with suppress(ConfigServerQueryError):
        parse(text)


def test_the_message_names_the_place() -> None:
    with pytest.raises(ConfigServerQueryError, match="character 14: expected a quoted text or a number"):
        parse("CfgDN[@type= ]")


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("CfgDN[@type=1]", "CfgDN"),
        ("CfgTenant[@name='a/b]c']/switches/CfgSwitch[@name=\"x'[\"]/agentLogins/CfgAgentLogin", "CfgAgentLogin"),
        ("CfgSwitch/DNs", None),
        ("//somebody/elses:grammar()", None),
        ("", None),
    ],
)
def test_the_kind_that_a_query_asks_for_is_its_last_step(query: str, kind: str | None) -> None:
    assert kind_asked(query) == kind
