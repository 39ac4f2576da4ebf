"""Objects of the chapters as lines and as XML, and the steps that they belong to."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from gvma.settings import ConfigServerSettings
from gvma.switches.chapters.asterisk import PLACEHOLDER
from gvma.switches.choices import chosen
from gvma.switches.guides import GUIDES, Guide
from gvma.switches.objects import Place, SwitchObject, as_lines, as_xml, place_of
from gvma.switches.steps import StepResult, checklist_lines
from gvma.switches.tables import switches
from gvma.switches.values import complaint

EVERY = pytest.mark.parametrize("guide", GUIDES.values(), ids=lambda guide: guide.id)
CHAPTERS = {
    "openscape-voice": (133, 1400), "asterisk": (1401, 3141), "broadworks": (3142, 3756), "cisco-mgc": (3757, 4325),
    "audiocodes": (4326, 4554), "f5-bigip-ltm": (4555, 5726),
}  # fmt: skip
ALL_VALUES = {
    "openscape-voice": ["version=2.1", "click-to-answer=yes", "replace-prefix=8", "extensions=6505551212"],
    "asterisk": ["contact=10.0.0.5:5060", "extensions=2001-2002"],
    "cisco-mgc": ["replace-prefix=8"],
    "audiocodes": ["replace-prefix=8", "refer-enabled=true"],
}


def objects(guide: Guide) -> list[SwitchObject]:
    return [*guide.objects(chosen(guide.object_choices, ALL_VALUES.get(guide.id, [])))]


@EVERY
def test_every_option_of_the_manuals_tables_is_there_with_a_value_that_they_allow(guide: Guide) -> None:
    made = objects(guide)
    for table in switches()[guide.id].tables:
        if table.type in {"GVM options", "no-answer"}:
            continue
        of_table = [one for one in made if one.kind == table.object and one.type in table.type]
        if table.object != "Host" and table.options:
            assert of_table, table.type
        for option in table.options:
            given = [one.options[option.name][0] for one in of_table if option.name in one.options]
            assert given or table.object == "Host", option.name
            for value in given:
                if option.name != "service-type":
                    assert complaint(option.allowed, value) == "", option.name


@EVERY
def test_the_lines_of_the_manual_lie_in_the_chapter(guide: Guide) -> None:
    first, last = CHAPTERS[guide.id]
    lines = [line for one in objects(guide) for _, line in one.options.values()]
    lines += [line for step in guide.steps for line in step.lines]
    lines += [choice.line for choice in guide.choices if choice.line]
    assert all(first <= line <= last for line in lines)


@EVERY
def test_every_step_has_its_values_and_its_lines_in_the_manuals_order(guide: Guide) -> None:
    values = chosen(guide.choices, [])
    for step in guide.steps:
        said = step.instruction(values.values)
        assert "{" not in said
        assert step.lines[0] < step.lines[1]


def test_a_checklist_shows_what_check_says_of_a_step() -> None:
    guide = GUIDES["cisco-mgc"]
    values = chosen(guide.choices, ["contact=10.0.0.7:5060"])
    results = {"trunk": StepResult("wrong", "DN gateway: oos-check is missing", 3)}
    lines = [*checklist_lines(guide.steps, values.values, results)]  # type: ignore[arg-type]
    assert "[!!]  3  Trunk DN" in lines
    assert "         > DN gateway: oos-check is missing (and 2 more)" in lines
    assert max(map(len, lines)) <= 80
    assert [line[:4] for line in lines if line.startswith("[")] == ["[  ]", "[  ]", "[!!]"]


def test_a_step_names_the_first_of_many_users() -> None:
    guide = GUIDES["broadworks"]
    values = chosen(guide.choices, [], None, {"users": ",".join(str(number) for number in range(2001, 2999))})
    said = guide.steps[0].instruction(values.values)
    assert "telephones 2001,2002," in said
    assert said.endswith(" ... create a user profile and a device.")
    assert len(said) < 200


def test_asterisks_objects_are_those_that_chapter_2_asks_for() -> None:
    made = objects(GUIDES["asterisk"])
    trunks = {one.number: one.options for one in made if one.type == "Trunk"}
    assert [one["prefix"][0] for one in trunks.values()] == ["0", "37", "38", "39"]
    services = [one.options["service-type"][0] for one in made if one.type == "Voice over IP Service"]
    assert sorted(services) == ["mcu", "music", "recorder", "treatment"]
    (application,) = [one for one in made if one.kind == "Application"]
    assert {name: value for name, (value, _) in application.options.items()} == {
        "mwi-mode": "SUBSCRIBE", "mwi-domain": "10.0.0.5", "mwi-host": "10.0.0.5", "mwi-port": "5060",
        "mwi-extension-enable": "true", "mwi-agent-enable": "true", "mwi-group-enable": "true",
    }  # fmt: skip


def test_without_an_address_a_placeholder_stands_in_its_place() -> None:
    made = [*GUIDES["asterisk"].objects(chosen(GUIDES["asterisk"].object_choices, []))]
    assert all(one.options.get("contact", (PLACEHOLDER, 0))[0] == PLACEHOLDER for one in made)


HOSTILE = "x\"/><CfgDN number='1'/>\n&--<![CDATA["


def test_no_value_leaves_its_attribute_in_the_xml() -> None:
    one = SwitchObject("DN", "Trunk", HOSTILE, {"contact": (HOSTILE, 1)})
    tree = ET.fromstring(as_xml([one], Place(tenant=HOSTILE), [HOSTILE, "a -- b --"]))
    (dn,) = tree.iter("CfgDN")
    assert dn.get("number") == HOSTILE.replace("\n", "")
    (pair,) = tree.iter("str_pair")
    assert pair.get("value") == HOSTILE.replace("\n", "")


def test_the_lines_name_each_object_and_below_it_its_options_in_columns() -> None:
    trunk = SwitchObject("DN", "Trunk", "north", {"contact": ("10.0.0.5:5060", 2145), "prefix": ("0", 0)})
    assert as_lines([trunk, SwitchObject("DN", "Extension", "1", {})]) == [
        "DN north (Trunk), section TServer:",
        "  contact  10.0.0.5:5060  manual 2145",
        "  prefix   0",
        "DN 1 (Extension)",
    ]


@EVERY
def test_the_lines_of_every_chapter_fit_a_terminal(guide: Guide) -> None:
    assert max(map(len, as_lines(objects(guide)))) <= 80


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("", Place()),
        (
            "CfgTenant[@name='Resources']/switches/CfgSwitch[@name=\"Main\"]/DNs/CfgDN[@type='1']",
            Place("Resources", 1, "Main", 101),
        ),
        ("CfgDN[(@ownerDBID=105) and (@type=1)]", Place("Environment", 1, "SIP_Switch", 105)),
    ],
)
def test_the_xml_lies_where_the_sites_queries_look(query: str, place: Place) -> None:
    assert place_of(ConfigServerSettings()._replace(dnquery=query)) == place
