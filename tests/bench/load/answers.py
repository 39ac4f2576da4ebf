"""Answers of Configuration Server with as many DNs as a benchmark wants, and the floor: the least that reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

from gvma.configserver.reading.inflating import CHUNK

_HEAD = (
    b'<?xml version="1.0" encoding="utf-8"?>\n'
    b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    b'<QueryResponse xmlns="urn:gvma:confserv-soap:1"><result><CfgData xmlns="">\n'
)
_TAIL = b"</CfgData></result></QueryResponse></soap:Body></soap:Envelope>"
_FIRST = 10_000

MakeDn = Callable[[int], str]


def usual_dn(number: int) -> str:
    """A DN as nearly all of a site are: about 470 bytes, in the form of all the others."""
    return (
        f'<CfgDN DBID="{number}" ownerDBID="101" folderDBID="208" name="{number}" type="1" state="1"'
        f' routeType="1" registerAll="2" useOverride="1">\n  <userProperties>\n'
        f'    <list_pair key="TServer">\n'
        f'      <str_pair key="gvm_name" value="Agent Number {number}"/>\n'
        f'      <str_pair key="gvm_password" value="{number * 7 % 10_000:04}"/>\n'
        f'      <str_pair key="gvm_email" value="agent.{number}@example.com"/>\n'
        f'      <str_pair key="gvm_options" value="attach=yes|tz=central"/>\n'
        f"    </list_pair>\n  </userProperties>\n</CfgDN>\n"
    )


def odd_dn(number: int) -> str:
    """The same DN in a form of its own: a comment with its number in it, and a reference in its name."""
    whole = usual_dn(number).replace("Agent Number", "Agent &amp; Number")
    return whole.replace("<userProperties>", f"<!-- {number} --><userProperties>")


def answer(dns: int, make_dn: MakeDn = usual_dn, remark: str = "") -> Iterator[bytes]:
    """The bytes of an answer with this many DNs, in pieces of CHUNK. remark: a comment in front of the first."""
    gathered = bytearray(_HEAD)
    if remark:
        gathered += f"<!-- {remark} -->\n".encode()
    for number in range(_FIRST, _FIRST + dns):
        gathered += make_dn(number).encode()
        while len(gathered) >= CHUNK:
            yield bytes(gathered[:CHUNK])
            del gathered[:CHUNK]
    yield bytes(gathered + _TAIL)


def floor(chunks: Iterable[bytes]) -> list[dict[str, str]]:
    """One dict per DN: its attributes, and the pairs of its annex."""
    dns: list[dict[str, str]] = []
    inside: dict[str, str] | None = None

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name == "CfgDN":
            inside = attributes
        elif name == "str_pair" and inside is not None:
            inside[attributes["key"]] = attributes["value"]

    def end(name: str) -> None:
        nonlocal inside
        if name == "CfgDN" and inside is not None:
            dns.append(inside)
            inside = None

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return dns
