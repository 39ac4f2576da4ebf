"""Answers and exports, byte by byte, into objects."""

from __future__ import annotations

from typing import Any

import pytest

from gvma.configserver.objects import ConfigObject
from tests.fakes.answers import SHAPE_A, SHAPE_B, SHAPE_B_TEXT, in_envelope, read, section


def one(text: str, **options: Any) -> ConfigObject:
    (found,) = read(text, **options)
    return found


def dn_with(annex: str) -> ConfigObject:
    return one(f'<CfgData><CfgDN DBID="1" name="1000">{annex}</CfgDN></CfgData>')


@pytest.mark.parametrize("bare", [SHAPE_A, SHAPE_B, SHAPE_B_TEXT], ids=["a", "b", "b with texts and prefixes"])
@pytest.mark.parametrize("wrap", [str, in_envelope], ids=["bare", "in an envelope"])
def test_one_object_reads_the_same_in_every_shape(bare: str, wrap: type[str]) -> None:
    dn = one(wrap(bare))
    assert (dn.kind, dn.dbid, dn.number, dn.type, dn.state) == ("CfgDN", 220, "10001", 1, 1)
    assert dn.owner_dbid == 101
    assert dn.options == {"gvm_mailbox": "10001"}


@pytest.mark.parametrize("piece", [1, 2, 3, 64, 10_000])
def test_the_size_of_the_pieces_does_not_matter(piece: int) -> None:
    assert read(in_envelope(SHAPE_A), piece=piece) == read(in_envelope(SHAPE_A), piece=50)


def test_objects_may_stand_in_the_result_without_cfgdata() -> None:
    found = read(in_envelope('<CfgDN DBID="1" name="1000"/><CfgDN DBID="2" name="1001"/>'))
    assert [dn.number for dn in found] == ["1000", "1001"]


def test_an_empty_result_is_no_object_and_no_error() -> None:
    assert read(in_envelope("")) == []
    assert read("<CfgData/>") == []


@pytest.mark.parametrize(
    ("element", "number"),
    [
        ('<CfgDN DBID="1" number="1000" name="alias"/>', "1000"),
        ('<CfgDN DBID="1" name="1000"/>', "1000"),
        ('<CfgDN DBID="1"/>', ""),
        ('<CfgAgentLogin DBID="1" loginCode="2222" name="other"/>', "2222"),
        ('<CfgAgentLogin DBID="1" name="2222"/>', "2222"),
        ('<CfgAgentGroup DBID="1" name="Support"/>', "Support"),
        ('<CfgAgentGroup><CfgGroup><DBID value="1"/><name value="Support"/></CfgGroup></CfgAgentGroup>', "Support"),
        ('<CfgApplication DBID="1" name="SIP_Server"/>', "SIP_Server"),
    ],
)
def test_the_number_is_the_field_of_its_kind(element: str, number: str) -> None:
    assert one(f"<CfgData>{element}</CfgData>").number == number


def test_a_groups_wrapper_holds_its_fields_and_annex() -> None:
    annex = section('<str_pair key="gvm_mailbox" value="3333"/>')
    group = one(
        '<CfgData><CfgAgentGroup><CfgGroup><DBID value="105"/><tenantDBID value="1"/><name value="Support"/>'
        f'<state value="2"/>{annex}</CfgGroup>'
        '<agentDBIDs><DBID value="7"/></agentDBIDs></CfgAgentGroup></CfgData>'
    )
    assert (group.dbid, group.number, group.state, group.owner_dbid) == (105, "Support", 2, 1)
    assert group.options == {"gvm_mailbox": "3333"}


def test_ids_in_lists_and_links_are_no_fields_and_no_objects() -> None:
    found = read(
        '<CfgData><CfgAgentGroup><agentDBIDs><DBID value="7"/></agentDBIDs><DBID value="5"/></CfgAgentGroup>'
        '<CfgPlace DBID="9"><DNDBIDs><CfgDN linkDBID="CfgDN220"/><CfgPlaceDN linkDBID="CfgDN221"/></DNDBIDs>'
        "</CfgPlace></CfgData>"
    )
    assert [(one.kind, one.dbid) for one in found] == [("CfgAgentGroup", 5), ("CfgPlace", 9)]


def test_nested_objects_are_found_and_belong_to_what_they_stand_in() -> None:
    found = read(
        '<CfgData><CfgTenant DBID="1" name="T"><switches><CfgSwitch DBID="101" name="S"><DNs>'
        '<CfgDN DBID="7" name="1000"/></DNs><userProperties/></CfgSwitch></switches>'
        '<agentGroups><CfgFolder DBID="3"><CfgAgentGroup DBID="8" name="G"/></CfgFolder></agentGroups>'
        "</CfgTenant></CfgData>"
    )
    owners = {one.kind: one.owner_dbid for one in found}
    assert owners["CfgDN"] == 101
    assert owners["CfgSwitch"] == 1
    assert owners["CfgAgentGroup"] == 1


def test_only_the_kind_that_was_asked_for_is_kept() -> None:
    text = '<CfgData><CfgSwitch DBID="101"><DNs><CfgDN DBID="7" name="1000"/></DNs></CfgSwitch></CfgData>'
    assert [one.kind for one in read(text, only="CfgDN")] == ["CfgDN"]


def test_pairs_of_every_type_are_read_and_a_missing_value_is_empty() -> None:
    dn = dn_with(
        section(
            '<str_pair key="a" value="x"/><int_pair key="b" value="7"/><bin_pair key="c" value="00ff"/>'
            '<str_pair key="d"/><str_pair value="no key"/>'
        )
    )
    assert dn.options == {"a": "x", "b": "7", "c": "00ff", "d": ""}


def test_other_sections_switched_off_sections_and_nested_lists_are_not_read() -> None:
    dn = dn_with(
        '<userProperties><list_pair key="#TServer"><str_pair key="gvm_name" value="off"/></list_pair>'
        '<list_pair key="Other"><str_pair key="gvm_name" value="other"/>'
        '<list_pair key="TServer"><str_pair key="gvm_name" value="deeper"/></list_pair></list_pair>'
        '<list_pair key="tSERVER"><list_pair key="in"><str_pair key="gvm_name" value="nested"/>'
        '<list_pair key="TServer"><str_pair key="gvm_name" value="nested"/></list_pair></list_pair>'
        '<str_pair key="GVM_EMAIL" value="a@b.example"/></list_pair></userProperties>'
    )
    assert dn.options == {"gvm_email": "a@b.example"}


def test_of_two_values_for_one_key_the_first_counts_and_the_key_is_named() -> None:
    dn = dn_with(
        '<userProperties><list_pair key="TServer"><str_pair key="k" value="1"/>'
        '<str_pair key="K" value="2"/></list_pair>'
        '<list_pair key="TSERVER"><str_pair key="k" value="3"/><str_pair key="m" value="4"/></list_pair>'
        "</userProperties>"
    )
    assert dn.options == {"k": "1", "m": "4"}
    assert dn.repeated == ("k",)


def test_an_applications_options_tab_is_read_and_a_dns_is_not() -> None:
    tab = '<options><list_pair key="TServer"><str_pair key="mwi-mode" value="SUBSCRIBE"/></list_pair></options>'
    assert one(f'<CfgData><CfgApplication DBID="1">{tab}</CfgApplication></CfgData>').options == {
        "mwi-mode": "SUBSCRIBE"
    }
    assert dn_with(tab).options == {}


@pytest.mark.parametrize(
    ("text", "type_", "odd"), [("1", 1, ""), ("CFGExtension", None, "CFGExtension"), ("-1", None, "-1"), ("", None, "")]
)
def test_a_type_that_is_no_number_is_kept_as_it_stands(text: str, type_: int | None, odd: str) -> None:
    dn = one(f'<CfgData><CfgDN DBID="1" name="1000" type="{text}"/></CfgData>')
    assert (dn.type, dn.odd_type) == (type_, odd)


def test_deleted_objects_are_dropped_and_disabled_ones_on_demand() -> None:
    text = "<CfgData>" + "".join(f'<CfgDN DBID="{n}" name="{n}" state="{n}"/>' for n in (1, 2, 3)) + "</CfgData>"
    assert [dn.dbid for dn in read(text)] == [1, 2]
    assert [dn.dbid for dn in read(text, include_disabled=False)] == [1]


def test_no_password_is_in_the_repr_of_an_object() -> None:
    dn = dn_with(section('<str_pair key="gvm_password" value="s3cr3t-pin"/>'))
    assert dn.options["gvm_password"] == "s3cr3t-pin"
    assert "s3cr3t-pin" not in repr(dn)


@pytest.mark.parametrize(
    "inner",
    [
        "<CfgData><CfgDN DBID='1' name='1000 &amp; more'/></CfgData>",
        "<?xml version='1.0' encoding='UTF-16'?><CfgData><CfgDN DBID='1' name='1000 &amp; more'/></CfgData>",
        "<CfgDN DBID='1' name='1000 &amp; more'/>",
    ],
    ids=["a document", "with a declaration", "objects alone"],
)
def test_xml_that_is_escaped_in_a_text_is_read_with_result_string(inner: str) -> None:
    escaped = inner.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for text in (escaped, f"<![CDATA[{inner}]]>", f"\n  {escaped}\n"):
        assert one(in_envelope(text), escaped=True).number == "1000 & more"


def test_an_empty_text_is_no_object() -> None:
    assert read(in_envelope("\n "), escaped=True) == []
