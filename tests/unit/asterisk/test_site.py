"""What the site wrote itself is seen as Asterisk sees it."""

from __future__ import annotations

from gvma.asterisk.site import dialplan_names, objects, sections_defined


def test_templates_are_followed_and_are_no_objects_themselves() -> None:
    template = b"[ident](!)\ntype=identify\nmatch=10.0.0.1\n"
    assert objects(template) == []
    assert objects(template + b"[a](ident)\nendpoint=a\n") == [
        ("a", {"type": ["identify"], "match": ["10.0.0.1"], "endpoint": ["a"]})
    ]
    assert sections_defined(template + b"[a](ident)\n") == {"a"}


def test_extensions_and_hints_are_known_in_every_spelling() -> None:
    text = (
        b"[default]\nexten => 2001,1,Dial(SIP/2001)\n same => n,Hangup\n same => hint,SIP/2001\n"
        b"exten = 2002 , hint , SIP/2002\nexten => 2400/5551,1,NoOp\nexten => _0.,1,NoOp\ninclude => x\n"
    )
    names = dialplan_names(text)
    assert names.extensions == {"2001", "2400", "_0."}
    assert names.hints == {"2001", "2002"}
    assert names.contexts == {"default"}
