"""Usual objects read whole: most of an answer is one form that is repeated with other values.

This stands between the bytes of an answer and expat. It learns a form from an object that expat has read, and from
then on takes an object of that form in one step, by a regular expression that allows nothing but other values; expat
gets blanks in its place, so that its lines and columns stay right. All else is expat's. The outcome is that of expat
alone, objects and errors; `_Document` works without this file, a little slower.

A form is used only between two objects of an answer in UTF-8, and only once it has made expat's own object out of
that object's text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import itemgetter
from sys import intern
from typing import NamedTuple, Protocol
from xml.parsers.expat import XMLParserType

from gvma.configserver.kinds import (
    NUMBER_FIELD,
    OF_A_SWITCH,
    OWNER_FIELDS_OF_SWITCH,
    OWNER_FIELDS_OF_TENANT,
    reference,
)
from gvma.configserver.objects import ENABLED, ConfigObject
from gvma.configserver.reading.builder import ObjectBuilder
from gvma.configserver.reading.factory import REMEMBERED
from gvma.configserver.reading.usual_object import UsualObject

FIRST = 200
"""So many objects are expat's before a form is learnt: for fewer it does not pay."""
PATIENCE = 200
"""Once so many more objects were left to expat than were taken, expat reads all the rest, at its full speed."""
FORMS = 16
PAIRS = 64
WAITING = 64 * 1024
"""So many bytes at most wait for the end of an object."""

_BLANKS = r"(?:[ \t\n]|\r\n)"
# What stands in an attribute as it is: no reference, no control character, nothing that ends it.
_CHARACTER = r'[^"&<\x00-\x1f\x7f-\x9f]'
# No character of XML's, although UTF-8 can write them. Left out above: they would make each pattern slow to compile.
_NO_CHARACTERS = ("\ufffe", "\uffff")
_ATTRIBUTE = rf'{_BLANKS}+(?P<name>[A-Za-z_][A-Za-z0-9_.:-]*)="(?P<value>{_CHARACTER}*)"'
_PAIR = rf'{_BLANKS}*<(?:str|int|bin)_pair key="(?P<name>{_CHARACTER}*)" value="(?P<value>{_CHARACTER}*)"{_BLANKS}*/>'
_END = re.compile(r"</Cfg[A-Za-z]+>")
_DIGITS = "([0-9]{1,9})"
_REFERENCE = "((?:Cfg[A-Za-z]+)?[0-9]{1,9})"
# Of DBID, number, type, state and owner.
_GROUPS = (_REFERENCE, f"({_CHARACTER}+)", _DIGITS, _DIGITS, _REFERENCE)


def _unnamed(pattern: str) -> str:
    return re.sub(r"\?P<\w+>", "?:", pattern)


# As a text, since re compiles it where an object is learnt, which few runs do.
_OBJECT = (
    rf"<(?P<kind>Cfg[A-Za-z]+)(?P<attributes>(?:{_unnamed(_ATTRIBUTE)})+){_BLANKS}*>{_BLANKS}*"
    rf"(?:<(?P<annex>userProperties|annex)>{_BLANKS}*"
    rf'<list_pair key="(?i:TServer)">(?P<pairs>(?:{_unnamed(_PAIR)})*){_BLANKS}*</list_pair>{_BLANKS}*'
    rf"</(?P=annex)>{_BLANKS}*)?</(?P=kind)>"
)


class Document(Protocol):
    """What reads by expat. builder: None as long as no answer has begun. fed: bytes that the parser was given."""

    parser: XMLParserType
    builder: ObjectBuilder | None
    fed: int

    def parse(self, piece: bytes) -> None:
        """Hand these bytes to expat. Raises what is wrong with them."""


class _Numbers(dict[str, int | None]):
    """Numbers by their texts, digits or a reference, of which few occur again and again."""

    def __missing__(self, text: str) -> int:
        number = reference(text)
        if len(self) < REMEMBERED:
            self[text] = number
        return number


class _Form(NamedTuple):
    """One form. places: of DBID, number, type, state and owner among the values; a missing one is the last value, an
    empty text. first_option: place of the first value of an option.
    """

    kind: str
    pattern: re.Pattern[str]
    places: Callable[[tuple[str, ...]], tuple[str, ...]]
    first_option: int
    keys: tuple[str, ...]
    has_section: bool


class UsualObjects:
    """Feeds ``document`` with all bytes of an answer, and its builder with the usual objects among them.

    taken: how many objects were taken so.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._forms: list[_Form] = []
        self._is_given_up = False
        self._is_between = False  # at the end of what expat was given, an object has just ended
        self._waiting = b""
        self.taken = 0
        self._left = 0
        self._types = _Numbers({"": None})
        self._states = _Numbers({"": ENABLED, "0": ENABLED})
        self._owners = _Numbers({"": 0})
        document.parser.XmlDeclHandler = self._start_xml

    def feed(self, chunk: bytes) -> None:
        """The next bytes. Raises what is wrong with them."""
        builder = self._document.builder
        if self._is_given_up or builder is None or builder.seen < FIRST or type(builder) is not ObjectBuilder:
            self._document.parse(chunk)
            return
        content = self._waiting + chunk
        self._waiting = b""
        try:
            text = content[: content.rfind(b">") + 1].decode()
        except UnicodeDecodeError:
            self._give_up(content)
            return
        if any(one in text for one in _NO_CHARACTERS):
            self._give_up(content)
            return
        rest = self._read(text, builder).encode() + content[content.rfind(b">") + 1 :]
        # Where what waits could bring about a failure at the end of this chunk, expat has to see it now.
        may_wait = self._is_between and len(rest) <= WAITING and builder.has_room_for(rest.count(b"<"))
        if may_wait and not self._is_given_up:
            self._waiting = rest
        else:
            self._document.parse(rest)
            self._is_between = False

    def end(self) -> None:
        """There are no more bytes: what waits for the end of an object is expat's."""
        self._give_up(self._waiting)

    def _give_up(self, content: bytes) -> None:
        self._is_given_up = True
        self._document.parse(content)

    def _start_xml(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            self._is_given_up = True

    def _read(self, text: str, builder: ObjectBuilder) -> str:
        """Reads objects as far as they have ended; what is left."""
        at = 0
        while not self._is_given_up:
            if self._is_between:
                at = self._take(text, at, builder)
            end = _END.search(text, at)
            if end is None:
                break
            kept = len(builder.objects)
            self._is_between = self._read_by_expat(text[at : end.start()], end[0], builder)
            if self._is_between and len(builder.objects) == kept + 1:
                self._learn(text[at : end.end()], builder.objects[-1])
            at = end.end()
            self._left += 1
            self._is_given_up = self._left > PATIENCE + self.taken
        return text[at:]

    def _take(self, text: str, begin: int, builder: ObjectBuilder) -> int:
        """Takes the usual objects at this place; the place behind them. For expat there are blanks."""
        at, was = begin, -1
        while at != was:
            was = at
            for place, form in enumerate(self._forms):
                after = self._take_form(form, text, at, builder)
                if after != at:
                    at = after
                    self._forms.insert(0, self._forms.pop(place))
                    break
        lines = text.count("\n", begin, at)
        columns = at - text.rfind("\n", begin, at) - 1 if lines else at - begin
        self._document.parse(b"\n" * lines + b" " * columns)
        return at

    def _take_form(self, form: _Form, text: str, at: int, builder: ObjectBuilder) -> int:
        objects: list[ConfigObject] = []
        dropped, match, taken = builder.dropped, form.pattern.match, 0
        while (found := match(text, at)) is not None:
            at = found.end()
            one = self._object(form, found.groups(""))
            if one.state not in dropped:
                objects.append(one)
            taken += 1
        builder.add(objects, taken, had_options=form.has_section and taken > 0)
        self.taken += taken
        return at

    def _object(self, form: _Form, values: tuple[str, ...]) -> UsualObject:
        dbid, number, type_, state, owner = form.places(values)
        fields = (
            form.kind, reference(dbid), number, self._types[type_], self._states[state], self._owners[owner]
        )  # fmt: skip
        return UsualObject(fields, form.keys, "\0".join(values[form.first_option : -1]))

    def _read_by_expat(self, before: str, end_tag: str, builder: ObjectBuilder) -> bool:
        """Whether an object has ended just here: alone between two tags it is sure that no comment and no CDATA section
        is open, since expat has read all that it was given, and this one tag ended the object.
        """
        document = self._document
        document.parse(before.encode())
        was_inside = builder.is_inside and document.parser.CurrentByteIndex == document.fed
        document.parse(end_tag.encode())
        return was_inside and builder.is_between

    def _learn(self, text: str, expected: ConfigObject) -> None:
        """Learns the form of an object. expected: expat's."""
        if len(self._forms) < FORMS:
            form = _form_of(text.lstrip(" \t\r\n"))
            found = form.pattern.fullmatch(text) if form is not None else None
            if form is not None and found is not None and self._object(form, found.groups("")) == expected:
                self._forms.append(form)


def _form_of(text: str) -> _Form | None:
    """The form of an object, None where the text has another one than we know."""
    found = re.fullmatch(_OBJECT, text)
    if found is None:
        return None
    kind = found["kind"]
    attributes = list(re.compile(_ATTRIBUTE).finditer(text, *found.span("attributes")))
    pairs = list(re.compile(_PAIR).finditer(text, *found.span("pairs"))) if found["annex"] else []
    keys = tuple(intern(pair["name"].lower()) for pair in pairs)
    fields = _fields(kind, [one["name"] for one in attributes])
    if fields is None or len(pairs) > PAIRS:
        return None
    pattern, at, places = f"{_BLANKS}*+", 0, {"": -1}
    for value in (*attributes, *pairs):
        name = value["name"]
        if value.re.pattern != _ATTRIBUTE:
            group = f"({_CHARACTER}*+)"
        elif name not in fields:
            group = f"{_CHARACTER}*+"
        else:
            group = _GROUPS[fields.index(name)]
            places[name] = len(places) - 1
        pattern += re.escape(text[at : value.start("value")]) + group
        at = value.end("value")
    # The empty group at the end is the value of a field that is missing.
    pattern += re.escape(text[at:]) + "()"
    dbid, number, *others = (places[name] for name in fields)
    return _Form(
        kind, re.compile(pattern), itemgetter(dbid, number, *others), len(places) - 1, keys, found["annex"] is not None
    )


def _fields(kind: str, names: list[str]) -> tuple[str, str, str, str, str] | None:
    """The attributes with DBID, number, type, state and owner, empty where missing; None without DBID and number."""
    owners = OWNER_FIELDS_OF_SWITCH if kind in OF_A_SWITCH else OWNER_FIELDS_OF_TENANT

    def first_of(*wanted: str) -> str:
        return next((name for name in wanted if name in names), "")

    dbid, number = first_of("DBID", "id"), first_of(NUMBER_FIELD.get(kind, "name"), "name")
    return (dbid, number, first_of("type"), first_of("state"), first_of(*owners)) if dbid and number else None
