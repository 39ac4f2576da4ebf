"""What is no answer, or a fault, or too much: refused by its kind and within bounds of memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from gvma.configserver.reading.reader import MAX_TOKEN, read_answer
from gvma.errors import (
    ConfigServerFault,
    ConfigServerHostile,
    ConfigServerMalformed,
    ConfigServerTooLarge,
    ConfigServerTruncated,
    ConfigServerWrongRoot,
    CredentialsError,
)
from tests.fakes.answers import BOMB, FAULT_11, FAULT_12, SHAPE_A, SOAP, in_envelope, read, section


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
        "<?xml version='1.0' encoding='idna'?><CfgData/>",
        "<?xml version='1.0' encoding='punycode'?><CfgData/>",
        "<?xml version='1.0' encoding='undefined'?><CfgData/>",
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
    monkeypatch.setattr("gvma.configserver.reading.builder.MAX_OBJECTS", 10_000)
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


@pytest.mark.parametrize("escaped", [False, True])
@pytest.mark.parametrize("text", [FAULT_11, FAULT_12], ids=["1.1", "1.2"])
def test_a_fault_is_raised_with_its_text(text: str, escaped: bool) -> None:
    with pytest.raises(ConfigServerFault, match="Query refused"):
        read(text, escaped=escaped)


def test_the_detail_of_our_contract_is_shown() -> None:
    with pytest.raises(ConfigServerFault, match="Query refused: NoPermission: tenant 7"):
        read(FAULT_11)


def test_a_fault_cannot_steer_a_terminal_and_is_cut() -> None:
    text = FAULT_11.replace("Query refused", "bad\u009b31m\nnews " + "x" * 100_000)
    with pytest.raises(ConfigServerFault) as caught:
        read(text, piece=65_536)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 2_000


@pytest.mark.parametrize("code", ["wsse:FailedAuthentication", "s:Client.Authentication"])
def test_a_fault_that_refuses_credentials_is_an_error_of_credentials(code: str) -> None:
    with pytest.raises(CredentialsError):
        read(FAULT_11.replace("s:Client", code))
