"""Files as Asterisk reads them: whatever bytes they hold, and whatever they include."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvma.asterisk.conf.lines import lines
from gvma.asterisk.conf.model import Conf
from gvma.asterisk.conf.reader import read_conf

BEGIN, END = ";$---GVMA-BEGIN-GVMA---$", ";$---GVMA-END-GVMA---$"


def conf(text: bytes, **others: bytes) -> Conf:
    texts = {"main.conf": text, **{name.replace("_", "."): other for name, other in others.items()}}

    def read(name: str) -> list[tuple[str, bytes]]:
        if name == "many/*.conf":
            return [(f"many/{number}.conf", b"[many]\nkey=%d\n" % number) for number in (1, 2)]
        return [(name, texts[name])] if name in texts else []

    return read_conf("main.conf", read, (BEGIN, END))


def facts(found: Conf) -> list[tuple[str, str, str]]:
    return [(line.section, line.key, line.value) for line in found.settings]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (b"[a]\nkey=value\n", [("a", "key", "value")]),
        (b"[a]\r\nkey => value\r\n", [("a", "key", "value")]),
        (b"\xef\xbb\xbf[a]\nkey=value", [("a", "key", "value")]),
        (b"[a]\nname=Gr\xf6\xdfe\n", [("a", "name", "Gr\udcf6\udcdfe")]),
        ("[a]\nname=Größe\n".encode(), [("a", "name", "Größe")]),
        (b"[a]\nkey=value ; a comment\n;key=no\n", [("a", "key", "value")]),
        (b"[a]\nkey=one\\;two\n", [("a", "key", "one;two")]),
        (b"[a]\nkey=one\\\\;two\n", [("a", "key", "one\\;two")]),
        (b"[a]\n;-- key=no\nkey=no\n--;\nkey=yes\n", [("a", "key", "yes")]),
        (b"[a]\nkey=yes\n;-- never closed\nkey=no\n", [("a", "key", "yes")]),
        (b"key=before any section\n[a]\nkey=value\n", [("a", "key", "value")]),
        (b"[unclosed\nkey=value\n", []),
        (b"", []),
    ],
)
def test_lines_are_those_that_asterisk_sees(text: bytes, lines: list[tuple[str, str, str]]) -> None:
    assert facts(conf(text)) == lines


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_ours_is_what_stands_between_the_markers(end: bytes) -> None:
    text = [b"[site]", b"a=1", BEGIN.encode(), b"[ours]", b"b=2", END.encode(), b"[after]", b"c=3", b""]
    found = conf(end.join(text))
    assert [(section.name, section.ours, section.number) for section in found.sections] == [
        ("site", False, 1),
        ("ours", True, 4),
        ("after", False, 7),
    ]
    assert [line.ours for line in found.settings] == [False, True, False]


def test_a_marker_that_shares_its_line_is_none() -> None:
    text = [f"; {BEGIN}", "[site]", f"a=1 {END} {END}", f" {BEGIN}\t", "[ours]", f"b=2 {END}", "c=3", END, "[after]"]
    found = conf("\n".join(text).encode())
    assert [(section.name, section.ours) for section in found.sections] == [
        ("site", False),
        ("ours", True),
        ("after", False),
    ]
    assert [line.ours for line in found.settings] == [False, True, True]


def test_lines_that_are_all_different_leave_the_others_as_they_are() -> None:
    text = "\n".join(f"same=yes\nother => {number}" for number in range(10_000))
    found = conf(f"[a]\n{text}".encode())
    assert found.values("a", "same") == ["yes"] * 10_000
    assert found.values("a", "other") == [f"{number}" for number in range(10_000)]


def test_objects_are_found_by_their_type_whatever_its_case() -> None:
    found = conf(b"[t](!)\ntype=ENDPOINT\n[a](t)\n[b]\ntype=aor\ntype=endpoint\n[c]\nx=1\n[d]\nType=aor\n")
    names = {type_: [section.name for section in found.of_type(type_)] for type_ in ("endpoint", "", "aor")}
    assert names == {"endpoint": ["a", "b"], "": ["c"], "aor": ["d"]}


def test_objects_of_a_type_that_have_a_key_may_have_it_from_a_template() -> None:
    found = conf(b"[t](!)\nMailboxes=1@x\n[a](t)\ntype=aor\n[b]\ntype=aor\n[c](t)\ntype=endpoint\n")
    assert [section.name for section in found.of_type("aor", having="mailboxes")] == ["a"]


def test_a_key_with_a_comment_over_lines_inside_it_is_one_key() -> None:
    found = conf(b"[a]\nmail;-- so Asterisk has it --;boxes=1@x\n")
    assert found.values("a", "mailboxes") == ["1@x"]


def test_what_the_site_wrote_into_a_section_stands_above_and_below_the_block() -> None:
    found = conf(f"[a]\nb=1\n{BEGIN}\nb=2\n[c]\nb=3\n{END}\nb=4\n[d](a)\n".encode())
    assert [(one.number, one.section, one.value) for one in found.sites_own] == [
        (2, "a", "1"),
        (8, "c", "4"),
        (2, "d", "1"),
        (4, "d", "2"),
    ]


def test_settings_of_a_key_keep_their_order_whatever_its_case() -> None:
    assert conf(b"[a]\nKey=1\nkey=2\nKEY=3\nKey=4\n").values("a", "key") == ["1", "2", "3", "4"]


def test_a_block_whose_end_marker_is_lost_reaches_to_the_end() -> None:
    found = conf(f"{BEGIN}\n[ours]\nb=2\n".encode())
    assert [section.ours for section in found.sections] == [True]


def test_a_file_goes_on_in_its_own_section_after_what_it_includes() -> None:
    """As Asterisk 16 and 22 have it: what is included begins in the section that was opened last."""
    main = b'[a]\none=1\n#include "other.conf"\n#include third.conf\ntwo=2\n'
    found = conf(main, other_conf=b"three=3\n[b]\nfour=4\n", third_conf=b"five=5\n")
    assert [(line.section, line.key, line.file) for line in found.settings] == [
        ("a", "one", "main.conf"),
        ("a", "three", "other.conf"),
        ("a", "two", "main.conf"),
        ("b", "four", "other.conf"),
        ("b", "five", "third.conf"),
    ]


def test_a_section_has_the_lines_of_its_templates_and_of_its_continuation() -> None:
    found = conf(b"[base](!)\none=1\n[a](base)\ntwo=2\n[b]\nthree=3\n[a](+)\nfour=4\n")
    assert facts(found) == [("a", "one", "1"), ("a", "two", "2"), ("a", "four", "4"), ("b", "three", "3")]


@pytest.mark.parametrize("template", [b"", b"(!)"])
def test_a_section_is_based_on_the_first_of_two_with_one_name(template: bytes) -> None:
    """Tried on Asterisk 16 and 22, whatever the case of the names."""
    found = conf(b"[base]" + template + b"\none=1\n[Base]" + template + b"\none=2\n[a](BASE)\ntwo=2\n")
    assert [(line.key, line.value) for line in found.sections[-1].settings] == [("one", "1"), ("two", "2")]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        # Tried on Asterisk 16 and 22.
        (b"(+)", 0),
        (b"(+type=identify)", 2),
        (b"(+type=^aor$)", 1),
        (b"(+type=aor&max=1)", 1),
        (b"(+typ=endp)", 0),
        (b"(+type=^dpoint)", None),
        (b"(+type=aor&max=2)", None),
        (b"(+type)", None),
        (b"(+type=registration)", None),
    ],
)
def test_a_continuation_with_a_filter_goes_on_in_the_first_section_that_meets_it(
    line: bytes, place: int | None
) -> None:
    found = conf(b"[s]\ntype=endpoint\n[s]\ntype=aor\nmax=1\n[s]\ntype=identify\n[s]" + line + b"\nmore=1\n")
    assert [number for number, one in enumerate(found.sections[:3]) if one.value("more")] == (
        [] if place is None else [place]
    )
    assert [where for where, _ in found.refusals] == ([] if place is not None else ["main.conf, line 8"])


@pytest.mark.parametrize(
    ("directive", "problem"),
    [
        (b"#include nowhere.conf", "missing"),
        (b"#tryinclude nowhere.conf", ""),
        (b"#include none/*.conf", "missing"),
        (b"#tryinclude none/*.conf", ""),
        (b"#include many/*.conf", ""),
        (b"#include main.conf", "cycle"),
        (b"#include <main.conf>", "cycle"),
        (b"#exec /bin/rm -rf /", ""),
    ],
)
def test_directives(directive: bytes, problem: str) -> None:
    (found,) = conf(b"[a]\n" + directive + b"\n").directives
    assert (found.problem, found.number) == (problem, 2)


def test_two_files_that_include_each_other_end() -> None:
    found = conf(b"#include other.conf\n", other_conf=b"[b]\nkey=1\n#include main.conf\n")
    assert [directive.problem for directive in found.directives] == ["", "cycle"]
    assert facts(found) == [("b", "key", "1")]


def test_values_come_from_templates_too_and_its_own_wins() -> None:
    found = conf(b"[base](!)\nsecret=x\ncontext=a\n[more](!,base)\n[2001](more)\ncontext=b\n")
    phone = found.sections[-1]
    assert (phone.value("secret"), phone.value("context"), phone.value("type")) == ("x", "b", "")
    assert [section.template for section in found.sections] == [True, True, False]


@given(st.binary(max_size=300))
def test_no_bytes_at_all_are_too_much(text: bytes) -> None:
    found = conf(text)
    assert found.exists
    for line in found.settings:
        line.where.encode()


def test_a_file_that_is_not_there() -> None:
    found = read_conf("gone.conf", lambda _: [], (BEGIN, END))
    assert (found.exists, found.settings, found.sections) == (False, [], [])


def test_an_included_file_begins_in_the_section_that_was_opened_last_though_by_a_continuation() -> None:
    found = conf(b"[a]\n[b]\n[a](+)\n#include other.conf\n", other_conf=b"key=1\n")
    assert facts(found) == [("a", "key", "1")]


def test_settings_are_found_by_their_keys_in_any_case() -> None:
    found = conf(b"[a]\nContext=x\n[b](!)\ncontext=no\n[c](b)\nsecret=1\n[a]\ncontext=y\n")
    assert [(one.section, one.value) for one in found.with_key("secret", "context")] == [
        ("c", "1"),
        ("a", "x"),
        ("c", "no"),
        ("a", "y"),
    ]
    assert found.values("a", "context") == ["x", "y"]


def test_no_repr_shows_a_value() -> None:
    found = conf(b"[GVMA_DN]\n1000 => 4711,Anne\n[x](GVMA_DN)\n")
    assert "4711" not in repr((found, found.settings, found.sections, found.sections[0].lines))
    assert "4711" not in repr(list(lines(b"1000 => 4711,Anne\n")))
