"""Answers and exports, byte by byte, into objects; and what is refused, within its bounds."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from gvma.configserver.builder import ObjectBuilder
from gvma.configserver.objects import ConfigObject
from gvma.configserver.reader import MAX_TOKEN, inflated, read_answer
from gvma.errors import (
    ConfigServerFault,
    ConfigServerHostile,
    ConfigServerMalformed,
    ConfigServerTooLarge,
    ConfigServerTruncated,
    ConfigServerWrongRoot,
    CredentialsError,
)

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def in_envelope(inner: str) -> str:
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Header><x y="1"/></s:Header><s:Body>'
        f'<QueryResponse xmlns="urn:gvma:confserv-soap:1"><result>{inner}</result></QueryResponse>'
        "</s:Body></s:Envelope>"
    )


def read(text: str | bytes, *, escaped: bool = False, piece: int = 7, **options: Any) -> list[ConfigObject]:
    content = text.encode() if isinstance(text, str) else text
    pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
    return read_answer(pieces, partial(ObjectBuilder, **options), escaped=escaped).objects


def one(text: str, **options: Any) -> ConfigObject:
    (found,) = read(text, **options)
    return found


def section(pairs: str, name: str = "TServer") -> str:
    return f'<userProperties><list_pair key="{name}">{pairs}</list_pair></userProperties>'


def dn_with(annex: str) -> ConfigObject:
    return one(f'<CfgData><CfgDN DBID="1" name="1000">{annex}</CfgDN></CfgData>')


SHAPE_A = """<CfgData><CfgUpdate><CfgDN id="CfgDN220" DBID="220" ownerDBID="CfgSwitch101" folderDBID="CfgFolder208"
 name="10001" type="1" state="1" routeType="1" registerAll="2" useOverride="1">
  <userProperties>
    <list_pair key="TServer"><str_pair key="gvm_mailbox" value="10001"/></list_pair>
  </userProperties>
</CfgDN></CfgUpdate></CfgData>"""
SHAPE_B = """<CfgData xmlns="urn:x"><CfgDN><DBID value="220"/><switchDBID value="101"/><tenantDBID value="1"/>
<type value="1"/><number value="10001"/><state value="1"/>
<userProperties><list_pair key="TServer"><str_pair key="gvm_mailbox" value="10001"/></list_pair></userProperties>
</CfgDN></CfgData>"""
SHAPE_B_TEXT = """<p:CfgData xmlns:p="urn:x"><p:CfgDN><p:DBID>220</p:DBID><p:switchDBID>CfgSwitch101</p:switchDBID>
<p:type> 1
</p:type><p:number>10001</p:number><p:state>1</p:state>
<p:annex><p:list_pair key="tserver"><p:str_pair key="GVM_Mailbox" value="10001"/></p:list_pair></p:annex>
</p:CfgDN></p:CfgData>"""


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


def test_a_text_where_objects_should_be_points_to_result_string() -> None:
    with pytest.raises(ConfigServerWrongRoot) as caught:
        read(in_envelope("&lt;CfgData/&gt;"))
    assert "result = string" in caught.value.hint


def test_objects_where_a_text_should_be_point_to_result_xml() -> None:
    with pytest.raises(ConfigServerWrongRoot) as caught:
        read(in_envelope(SHAPE_A), escaped=True)
    assert "result = xml" in caught.value.hint


@pytest.mark.parametrize("cut", range(1, len(SHAPE_A) - 1, 7))
def test_an_answer_that_ends_early_is_truncated_wherever_it_ends(cut: int) -> None:
    whole = in_envelope(SHAPE_A)
    with pytest.raises(ConfigServerTruncated):
        read(whole[: len(whole) - cut])


def test_no_byte_at_all_is_truncated() -> None:
    with pytest.raises(ConfigServerTruncated):
        read("")


@pytest.mark.parametrize(
    "text",
    [
        "not xml at all",
        "<CfgData><CfgDN></CfgData>",
        "<CfgData>&undefined;</CfgData>",
        "<CfgData/><CfgData/>",
        b"<CfgData><CfgDN name='\xff\xfe'/></CfgData>",
        "<CfgData><CfgDN a='1' a='2'/></CfgData>",
        "<CfgData>\x01</CfgData>",
        "<?xml version='1.0' encoding='x-no-such'?><CfgData/>",
    ],
)
def test_what_is_not_well_formed_is_refused(text: str | bytes) -> None:
    with pytest.raises(ConfigServerMalformed):
        read(text)


@pytest.mark.parametrize(
    "text", ["<html><body/></html>", f'<s:Envelope xmlns:s="{SOAP}"><s:Body/></s:Envelope>', "<a/>"]
)
def test_another_root_or_an_empty_envelope_is_no_answer(text: str) -> None:
    with pytest.raises(ConfigServerWrongRoot):
        read(text)


BOMB = "<!DOCTYPE b [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE CfgData><CfgData/>",
        "<!DOCTYPE CfgData SYSTEM 'file:///etc/passwd'><CfgData/>",
        "<!DOCTYPE CfgData [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><CfgData>&x;</CfgData>",
        BOMB + "]><CfgData>&j;</CfgData>",
        "<CfgData>" + "<a>" * 100_000 + "</a>" * 100_000 + "</CfgData>",
        in_envelope("<a>" * 100_000 + "</a>" * 100_000),
        "<a>" * 100_000,
        f'<CfgData><CfgDN DBID="1">{section("<list_pair>" * 100_000)}</CfgDN></CfgData>',
        "<CfgData><CfgDN name='" + "x" * (11 * 1024 * 1024) + "'/></CfgData>",
        "<CfgData><!--" + "x" * (MAX_TOKEN + 70_000) + "--></CfgData>",
    ],
    ids=["dtd", "external dtd", "external entity", "bomb", "depth", "depth in envelope", "depth of roots",
         "depth in section", "11 MB attribute", "endless comment"],
)  # fmt: skip
def test_hostile_xml_is_refused_within_bounds_of_memory(text: str) -> None:
    content = text.encode()
    pieces = [content[at : at + 65_536] for at in range(0, len(content), 65_536)]
    tracemalloc.start()
    try:
        with pytest.raises((ConfigServerHostile, ConfigServerWrongRoot)):
            read_answer(pieces)
        assert tracemalloc.get_traced_memory()[1] < 40 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_hostile_text_inside_an_answer_is_refused_too() -> None:
    with pytest.raises(ConfigServerHostile):
        read(in_envelope(f"<![CDATA[{BOMB}]><CfgData>&j;</CfgData>]]>"), escaped=True)


def test_an_endless_answer_is_refused() -> None:
    def endless() -> Iterator[bytes]:
        yield b"<CfgData>"
        while True:
            yield b"<x/>" * 1000

    with pytest.raises(ConfigServerTooLarge):
        read_answer(endless(), max_bytes=1_000_000)


@pytest.mark.parametrize("piece", ['<CfgDN DBID="1"/>' * 20_000, "<!-- -->"])
def test_endless_objects_end_at_a_count(monkeypatch: pytest.MonkeyPatch, piece: str) -> None:
    monkeypatch.setattr("gvma.configserver.builder.MAX_OBJECTS", 10_000)
    text = f"<CfgData>{piece}</CfgData>"
    if "CfgDN" in piece:
        with pytest.raises(ConfigServerTooLarge):
            read(text, piece=65_536)
    else:
        assert read(text) == []


def test_endless_options_of_one_object_end_at_a_count() -> None:
    pairs = "".join(f'<str_pair key="k{n}" value=""/>' for n in range(20_000))
    with pytest.raises(ConfigServerTooLarge):
        read(f'<CfgData><CfgDN DBID="1">{section(pairs)}</CfgDN></CfgData>', piece=65_536)


FAULT_11 = f"""<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>s:Client</faultcode>
<faultstring>Query refused</faultstring><detail><ConfigurationFault xmlns="urn:gvma:confserv-soap:1">
<errorType>NoPermission</errorType><description>tenant 7</description></ConfigurationFault></detail>
</s:Fault></s:Body></s:Envelope>"""
FAULT_12 = """<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault>
<e:Code><e:Value>e:Sender</e:Value></e:Code><e:Reason><e:Text xml:lang="en">Query refused</e:Text></e:Reason>
</e:Fault></e:Body></e:Envelope>"""


@pytest.mark.parametrize("escaped", [False, True])
@pytest.mark.parametrize("text", [FAULT_11, FAULT_12], ids=["1.1", "1.2"])
def test_a_fault_is_raised_with_its_text(text: str, escaped: bool) -> None:
    with pytest.raises(ConfigServerFault, match="Query refused"):
        read(text, escaped=escaped)


def test_the_detail_of_our_contract_is_told() -> None:
    with pytest.raises(ConfigServerFault, match="Query refused: NoPermission: tenant 7"):
        read(FAULT_11)


def test_a_fault_cannot_steer_a_terminal_and_is_cut() -> None:
    text = FAULT_11.replace("Query refused", "bad\u009b31m\nnews " + "x" * 100_000)
    with pytest.raises(ConfigServerFault) as caught:
        read(text, piece=65_536)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 2_000


def test_ws_security_refusing_credentials_is_told_as_credentials() -> None:
    with pytest.raises(CredentialsError):
        read(FAULT_11.replace("s:Client", "wsse:FailedAuthentication"))


def test_gzip_in_any_pieces_and_several_members_is_inflated() -> None:
    content = gzip.compress(b"first ") + gzip.compress(b"second")
    for piece in (1, 5, 1000):
        pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
        assert b"".join(inflated(pieces)) == b"first second"


def test_gzip_that_ends_early_is_truncated_and_damaged_gzip_malformed() -> None:
    content = gzip.compress(bytes(range(256)) * 50)
    with pytest.raises(ConfigServerTruncated):
        list(inflated([content[:-9]]))
    with pytest.raises(ConfigServerTruncated):
        list(inflated([]))
    with pytest.raises(ConfigServerMalformed):
        list(inflated([content[:20] + b"\xff" * 40 + content[60:]]))


def test_a_gzip_bomb_is_inflated_piece_by_piece() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    tracemalloc.start()
    try:
        assert sum(map(len, inflated([bomb]))) == 50_000_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
