"""With usual objects taken whole, an answer gives what expat alone gives: the same objects, or the same error."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import cycle
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gvma.configserver.objects import ConfigObject
from gvma.configserver.reading import builder, reader, usual
from gvma.configserver.reading.builder import ObjectBuilder
from gvma.configserver.reading.reader import read_answer
from gvma.configserver.reading.usual_object import UsualObject
from gvma.errors import GvmaError

_PLAIN = "ab 01'>/=;\xe4\u20ac\U0001f600"
_ODD = ("&amp;", "&#10;", "&x;", "<", '"', "\t", "\n", "\r\n", "\x00", "\x7f", "\x85", "\u2028", "\ufffe", "\ue000")
_NUMBERS = ("1", "1", "2", "3", "7", "10", "007", "CfgSwitch101")
_ODD_NUMBERS = ("", "x", "0", "1234567890", "\u0661", "CfgSwitch", " 1")
_KINDS = ("CfgDN", "CfgDN", "CfgDN", "CfgAgentLogin", "CfgAgentGroup", "CfgFolder", "CfgOther")
_NAMES = (
    ("DBID", "ownerDBID", "name", "type", "state"),
    ("DBID", "ownerDBID", "name", "type", "state"),
    ("id", "DBID", "name", "number", "loginCode", "tenantDBID"),
    ("number", "switchDBID", "ownerDBID", "DBID", "xmlns:x"),
    ("name", "type"),
)
_KEYS = ((), ("gvm_name",), ("gvm_options", "contact"), ("gvm_name", "GVM_Name"))
_SECTIONS = ("TServer", "TServer", "TServer", "tserver", "AuthServer", "")
_ENDINGS = ("", "\n", "\n", " ", "\r\n", "\n\n\t")
_ODD_INSIDE = ("", "<number value='9'/>", "<!-- x -->", "<CfgDN DBID='5' name='5'></CfgDN>", "text")
_ODD_BETWEEN = (
    "<!-- <CfgDN DBID='1' name='1'></CfgDN> -->", "<![CDATA[", "]]>", "<![CDATA[</CfgDN>]]>", "<?pi </CfgDN> ?>",
    "text", "<CfgDN DBID='1' name='1'/>", "<CfgDN linkDBID='1'></CfgDN>", "<CfgFolder DBID='3'>", "</CfgFolder>",
    "<deeper>", "</deeper>", "</CfgData>", "&x;", "\r",
)  # fmt: skip
_HEADS = tuple(f"<?xml version='1.0' encoding='{name}'?>\n" for name in ("utf-8", "UTF-8", "iso-8859-1", "us-ascii"))
_AROUND = (
    ("<CfgData>\n", "</CfgData>"),
    ("<Envelope><Body><QueryResponse><result>", "</result></QueryResponse></Body></Envelope>"),
    ("<CfgData><a><b><c><d>", "</d></c></b></a></CfgData>"),
)


class Form:
    """What objects have in common that differ in their values alone."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._kind, self._names, self._keys, self._section, self._ending = map(
            chance.choice, (_KINDS, _NAMES, _KEYS, _SECTIONS, _ENDINGS)
        )

    def made(self) -> str:
        """An object of the form, and now and then one that differs in more than values."""
        odd = self._seldom
        names = (*self._names, self._chance.choice(("linkDBID", "name", "x"))) if odd(100) else self._names
        attributes = "".join(f' {name}="{self._value(name)}"' for name in names)
        pairs = "".join(f'\n  <str_pair key="{key}" value="{self._value("name")}"/>' for key in self._keys)
        section = f'<list_pair key="{self._section}">{pairs}\n </list_pair>' * (2 if odd(100) else 1)
        inside = f"\n <userProperties>{section}</userProperties>\r\n" if self._section else ""
        if odd(100):
            inside = self._chance.choice(_ODD_INSIDE)
        ending = self._chance.choice((*_ENDINGS, "\r", "text")) if odd(100) else self._ending
        return f"<{self._kind}{attributes}>{inside}</{self._kind}>{ending}"

    def _value(self, name: str) -> str:
        choice = self._chance.choice
        if name in {"name", "number", "loginCode"}:
            text = "".join(self._chance.choices(_PLAIN, k=self._chance.randint(1, 6)))
            return choice(("", text + choice(_ODD))) if self._seldom(120) else text
        return choice(_ODD_NUMBERS if self._seldom(120) else _NUMBERS)

    def _seldom(self, one_in: int) -> bool:
        return self._chance.randrange(one_in) == 0


def any_answer(chance: Random) -> bytes:
    """An answer in which forms occur again, and of which a few bytes may be damaged."""
    forms = [Form(chance) for _ in range(chance.randint(1, 2))]
    items = [chance.choice(forms).made() for _ in range(chance.randrange(30))]
    if chance.randrange(8) == 0:
        items.insert(chance.randint(0, len(items)), chance.choice(_ODD_BETWEEN))
    head = chance.choice(_HEADS) if chance.randrange(4) == 0 else ""
    opening, ending = chance.choice(_AROUND)
    if chance.randrange(20) == 0:
        opening, ending = chance.choice(((opening, ""), ("", "")))
    encoding = chance.choice(("latin-1", "utf-16")) if chance.randrange(20) == 0 else "utf-8"
    content = bytearray(f"{head}{opening}{''.join(items)}{ending}".encode(encoding, "replace"))
    while content and chance.randrange(6) == 0:
        place = chance.randrange(len(content))
        content[place : place + chance.randint(0, 3)] = chance.choice((b"", b"<", b"\xff", b'"', b"\n", b"x"))
    return bytes(content)


class ExpatAlone:
    """Stands where UsualObjects stands, and takes nothing."""

    def __init__(self, document: usual.Document) -> None:
        self.feed = document.parse

    def end(self) -> None:
        """Nothing waits."""


def outcome(content: bytes, sizes: Sequence[int], **options: Any) -> tuple[object, ...]:
    """The objects of the answer in pieces of these sizes, over and over again, or the error."""
    chunks, at, size = [], 0, cycle(sizes)
    while at < len(content):
        chunks.append(content[at : at + next(size)])
        at += len(chunks[-1])
    try:
        read = read_answer(chunks, partial(ObjectBuilder, **options))
    except GvmaError as error:
        return type(error), str(error), error.where, error.hint
    return read.seen, [
        (one.kind, one.dbid, one.number, one.type, one.state, one.owner_dbid, one.repeated, one.odd_type, one.options)
        for one in read.objects
    ]


@settings(max_examples=500, deadline=None)
@given(st.randoms(use_true_random=True))
def test_any_bytes_in_any_pieces_give_what_expat_alone_gives(chance: Random) -> None:
    content = any_answer(chance)
    sizes = [chance.randint(1, chance.choice((10, 100, 400, 1000))) for _ in range(3)]
    options = chance.choice(({}, {"only": "CfgDN"}, {"include_disabled": False}))
    with pytest.MonkeyPatch.context() as patch:
        # Forms are learnt from the first objects; the limits of the second line are met.
        patch.setattr(usual, "FIRST", 1)
        patch.setattr(usual, "WAITING", chance.choice((10, 300, usual.WAITING)))
        if chance.randrange(3) == 0:
            patch.setattr(builder, "MAX_OBJECTS", 12)
            patch.setattr(builder, "MAX_OPTIONS", 1)
            patch.setattr(usual, "PAIRS", 1)
            patch.setattr(builder, "MAX_DEPTH", 9)
            patch.setattr(reader, "MAX_DEPTH", 9)
            patch.setattr(reader, "MAX_TOKEN", 300)
            patch.setattr(usual, "WAITING", 300)
        with_usual = outcome(content, sizes, **options)
        patch.setattr(reader, "UsualObjects", ExpatAlone)
        assert with_usual == outcome(content, sizes, **options), content


_ANNEX = '<annex><list_pair key="TServer"><str_pair key="a" value="b"/></list_pair></annex>'
ONE = f'<CfgDN DBID="{{0}}" name="1{{0}}">{_ANNEX}</CfgDN>'
SEVERAL = "".join(map(ONE.format, range(1, 5)))
MANY_OPTIONS = ONE.replace("<str_pair", '<str_pair key="x" value=""/><str_pair key="y" value=""/><str_pair').format(9)


@pytest.mark.parametrize(
    "odd",
    [
        f"<![CDATA[{SEVERAL}]]>",
        f"<!-- {SEVERAL} -->",
        f"<?x {SEVERAL} ?>",
        f"<x>{SEVERAL}</x>",
        f'<CfgFolder DBID="7">{SEVERAL}</CfgFolder>',
        MANY_OPTIONS + SEVERAL,
        SEVERAL + MANY_OPTIONS,
    ],
)
@pytest.mark.parametrize("last", [1, 50, 10_000])
def test_objects_that_stand_in_something_else_are_read_as_expat_reads_them(
    odd: str, last: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usual, "FIRST", 1)
    monkeypatch.setattr(builder, "MAX_OPTIONS", 2)
    monkeypatch.setattr(usual, "PAIRS", 2)
    content = f"<CfgData>{SEVERAL}{odd}{SEVERAL}</CfgData>".encode()
    sizes = [200, 200, 200, last]
    with_usual = outcome(content, sizes)
    monkeypatch.setattr(reader, "UsualObjects", ExpatAlone)
    assert with_usual == outcome(content, sizes)


def _taken(monkeypatch: pytest.MonkeyPatch, content: bytes, piece: int = 1000) -> int:
    """How many objects of the answer were taken whole."""
    made: list[usual.UsualObjects] = []

    class Seen(usual.UsualObjects):
        def __init__(self, document: usual.Document) -> None:
            super().__init__(document)
            made.append(self)

    monkeypatch.setattr(reader, "UsualObjects", Seen)
    outcome(content, [piece])
    return made[0].taken


def _site(count: int, form: str, head: str = "<CfgData>") -> bytes:
    return f"{head}{''.join(form.format(number) for number in range(1, count + 1))}</CfgData>".encode()


DN = (
    '<CfgDN DBID="{0}" ownerDBID="CfgSwitch101" name="1{0}" type="1" state="1">\n <userProperties>'
    '<list_pair key="TServer"><str_pair key="gvm_name" value="M\xfcller {0}"/></list_pair></userProperties></CfgDN>\n'
)
LOGIN = '<CfgAgentLogin DBID="{0}" switchDBID="101" loginCode="2{0}"></CfgAgentLogin>\r\n'


@pytest.mark.parametrize("form", [DN, LOGIN, DN + LOGIN])
def test_expat_reads_the_first_objects_and_a_few_at_the_seam(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = 1000 * form.count("</Cfg")
    assert _taken(monkeypatch, _site(1000, form)) > objects - usual.FIRST - 20


@pytest.mark.parametrize(
    ("form", "head"),
    [
        (DN.replace("<userProperties>", "<!-- {0} --><userProperties>"), "<CfgData>"),
        (DN.replace("M\xfcller", "A &amp; B"), "<CfgData>"),
        (DN, "<?xml version='1.0' encoding='iso-8859-1'?><CfgData>"),
        (DN.replace("CfgDN", "p:CfgDN"), "<CfgData>"),
    ],
    ids=["comments", "references", "another encoding", "prefixes"],
)
def test_what_is_not_usual_is_left_to_expat(form: str, head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _taken(monkeypatch, _site(1000, form, head)) == 0


def test_a_form_that_does_not_give_expats_own_object_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usual, "_fields", lambda _kind, _names: ("DBID", "name", "state", "type", "ownerDBID"))
    assert _taken(monkeypatch, _site(1000, DN.replace('state="1"', 'state="2"'))) == 0


def test_the_options_of_a_usual_object_are_those_of_its_pairs() -> None:
    one = UsualObject(("CfgDN", 1, "1000", 1, 1, 101), ("gvm_name", "gvm_email"), "Ann\0")
    assert one.options == {"gvm_name": "Ann", "gvm_email": ""}
    assert (one.options["gvm_name"], one.options.get("gvm_email", "-"), one.options.get("gvm_password", "-")) == (
        "Ann",
        "",
        "-",
    )
    assert (list(one.options), len(one.options), "gvm_name" in one.options, "name" in one.options) == (
        ["gvm_name", "gvm_email"],
        2,
        True,
        False,
    )
    assert one.options.keys() - {"gvm_name"} == {"gvm_email"}
    with pytest.raises(KeyError):
        one.options["gvm_password"]
    assert UsualObject(("CfgDN", 1, "1000", 1, 1, 101), (), "").options == {}


def test_several_values_are_those_of_the_options_and_empty_where_one_is_not_set() -> None:
    keys = ("gvm_password", "gvm_email", "gvm_name", "gvm_email")
    fields = ("CfgDN", 1, "1000", 1, 1, 101)
    usual_one = UsualObject(fields, ("gvm_name", "gvm_email"), "Ann\0ann@example.com")
    for one in (usual_one, ConfigObject(*fields, dict(usual_one.options))):
        assert list(one.values_of(keys)) == ["", "ann@example.com", "Ann", "ann@example.com"]
    assert list(UsualObject(fields, (), "").values_of(keys)) == ["", "", "", ""]
