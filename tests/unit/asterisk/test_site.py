"""What the site wrote itself is seen as Asterisk sees it."""

from __future__ import annotations

import pytest

from gvma.asterisk.site import dialplan_names, identified, sections_defined


@pytest.mark.parametrize(
    ("match", "there"),
    [
        ("10.0.0.1", True),
        ("10.0.0.2,10.0.0.1", True),
        ("10.0.0.0/24", True),
        ("10.0.0.0/255.255.255.0", True),
        ("10.0.0.1:5060", True),
        ("10.0.0.1:5070", False),
        ("10.0.0.2", False),
        ("10.0.0.1 ; the pair's first", True),
        ("sip.example", False),
    ],
)
def test_an_address_is_identified_as_asterisk_matches_it(match: str, there: bool) -> None:
    text = f"[genesys]\ntype=endpoint\n[genesys]\ntype=identify\nendpoint=genesys\nmatch={match}\n".encode()
    assert identified(text, ["10.0.0.1"]) == ({"10.0.0.1": "genesys"} if there else {})


def test_a_name_is_identified_as_it_is_written() -> None:
    assert identified(b"[x]\ntype=identify\nmatch=SIP.example\nendpoint=x\n", ["sip.example"]) == {"sip.example": "x"}


def test_templates_are_followed_and_are_no_objects_themselves() -> None:
    template = b"[ident](!)\ntype=identify\nmatch=10.0.0.1\n"
    assert identified(template, ["10.0.0.1"]) == {}
    assert identified(template + b"[a](ident)\nendpoint=a\n", ["10.0.0.1"]) == {"10.0.0.1": "a"}
    assert sections_defined(template + b"[a](ident)\n") == {"a"}


def test_a_commented_identify_identifies_nobody() -> None:
    assert identified(b";[x]\n;type=identify\n;match=10.0.0.1\n", ["10.0.0.1"]) == {}


def test_extensions_and_hints_are_known_in_every_spelling() -> None:
    text = (
        b"[default]\nexten => 2001,1,Dial(SIP/2001)\n same => n,Hangup\n same => hint,SIP/2001\n"
        b"exten = 2002 , hint , SIP/2002\nexten => 2400/5551,1,NoOp\nexten => _0.,1,NoOp\ninclude => x\n"
    )
    names = dialplan_names(text)
    assert names.extensions == {"2001", "2400", "_0."}
    assert names.hints == {"2001", "2002"}
    assert names.contexts == {"default"}
