"""What the site wrote itself is seen as Asterisk sees it."""

from __future__ import annotations

import pytest

from gvma.asterisk.conf.model import Conf
from gvma.asterisk.conf.reader import read_conf
from gvma.asterisk.site import dialplan_names, objects_defined, pins_in_spool, sections_defined


def conf(text: bytes, **included: bytes) -> Conf:
    texts = {"main": text, **included}
    return read_conf("main", lambda name: [(name, texts[name])])


def test_templates_are_followed_and_are_no_objects_themselves() -> None:
    template = b"[ident](!)\ntype=identify\nmatch=10.0.0.1\n"
    assert objects_defined(conf(template), {"identify"}) == []
    (one,) = objects_defined(conf(template + b"[a](ident)\nendpoint=a\n"), {"identify"})
    assert (one.name, one.value("match"), one.value("endpoint")) == ("a", "10.0.0.1", "a")
    assert sections_defined(conf(template + b"[a](ident)\n")) == {"a"}


def test_extensions_and_hints_are_known_in_every_spelling() -> None:
    text = (
        b"[default]\nexten => 2001,1,Dial(SIP/2001)\n same => n,Hangup\n same => hint,SIP/2001\n"
        b"exten = 2002 , hint , SIP/2002\nexten => 2400/5551,1,NoOp\nexten => _0.,1,NoOp\ninclude => x\n"
    )
    names = dialplan_names(conf(text))
    assert names.extensions == {"2001", "2400", "_0."}
    assert names.hints == {"2001", "2002"}
    assert names.contexts == {"default"}


@pytest.mark.parametrize(
    "text",
    [
        b"[general]\npasswordlocation=spooldir\n",
        b"[General]\nformat=wav\nPasswordLocation = SpoolDir ; as Asterisk recommends\n",
        b"[general]\n[default]\n[general]\npasswordlocation => spooldir\n",
    ],
)
def test_the_spool_is_recognised_as_the_place_of_pins(text: bytes) -> None:
    assert pins_in_spool(conf(text))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[general]\n;passwordlocation=spooldir\n",
        b"[general]\npasswordlocation=voicemail.conf\n",
        b"[default]\npasswordlocation=spooldir\n",
        b"[general]\npasswordlocation=voicemail.conf\npasswordlocation=spooldir\n",
        b"[general]\n;-- passwordlocation=x\npasswordlocation=spooldir\n--;\n",
    ],
)
def test_elsewhere_voicemail_conf_is_the_place_of_pins(text: bytes) -> None:
    assert not pins_in_spool(conf(text))


def test_a_file_goes_on_in_its_own_section_after_what_it_includes() -> None:
    """As Asterisk 16 and 22 read it: the included file's sections end with it."""
    zones = b"format=wav\n[zonemessages]\n"
    text = b"[general]\n#include zones\npasswordlocation=spooldir\n"
    assert pins_in_spool(conf(text, zones=zones))
    with_boxes = text.replace(b"zones\n", b"zones\n#include boxes\n")
    assert pins_in_spool(conf(with_boxes, zones=zones, boxes=b"1 => 1\n"))
    text = b"[general]\n[default]\n#include more\npasswordlocation=spooldir\n"
    assert not pins_in_spool(conf(text, more=b"[general]\n"))
