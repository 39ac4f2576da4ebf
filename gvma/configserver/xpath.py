"""The queries that the simulator and export files understand: parsed, and matched against nodes; nothing is read.

    query = step {"/" step} ; step = NAME ["[" expr "]"] ; expr = and {"or" and} ; and = term {"and" term}
    term = "(" expr ")" | "@" NAME ("=" | "!=") literal ; literal = "'" ... "'" | '"' ... '"' | INTEGER

The first step matches at any depth, as with ``//``. A comparison with an INTEGER compares numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol, TypeVar

from gvma.configserver.kinds import KINDS, reference
from gvma.errors import ConfigServerQueryError

MAX_QUERY = 10_000
_MAX_PARENTHESES = 50
_MOST_DIGITS = 18
_TOKEN = re.compile(r"""\s*(?:([A-Za-z_][\w.-]*)|([0-9]+)|('[^']*'|"[^"]*")|(!=|[][()@=/]))""")
_LITERAL = re.compile(r"""'[^']*'|"[^"]*\"""")
_PREDICATE = re.compile(r"\[[^][]*\]")

Predicate = Callable[["Selectable"], bool]


class Selectable(Protocol):
    """An element that a query can select."""

    @property
    def name(self) -> str: ...

    @property
    def parent(self) -> Selectable | None: ...

    def attribute(self, name: str) -> str | None:
        """Its text, None if the element has no such attribute."""
        ...


_Node = TypeVar("_Node", bound=Selectable)


class Step(NamedTuple):
    """One step: the name of an element, and the condition in brackets."""

    name: str
    holds: Predicate


class Query(NamedTuple):
    """A parsed query. attributes: the names of all attributes in its conditions."""

    steps: tuple[Step, ...]
    attributes: frozenset[str]

    def select(self, nodes: Iterable[_Node]) -> Iterator[_Node]:
        """Those of ``nodes`` that the query selects, in their order."""
        last, above = self.steps[-1], self.steps[-2::-1]
        known: dict[int, bool] = {}
        for node in nodes:
            if node.name == last.name and last.holds(node) and _stands_below(node.parent, above, known):
                yield node


def _stands_below(node: Selectable | None, steps: tuple[Step, ...], known: dict[int, bool]) -> bool:
    """Whether ``node`` and what is above it match ``steps``, the innermost first."""
    if not steps:
        return True
    if node is None:
        return False
    answer = known.get(id(node))
    if answer is None:
        answer = True
        above: Selectable | None = node
        for step in steps:
            if above is None or above.name != step.name or not step.holds(above):
                answer = False
                break
            above = above.parent
        known[id(node)] = answer
    return answer


def kind_asked(query: str) -> str | None:
    """The object type that a query asks for, None if that cannot be known; then all types are kept.

    >>> kind_asked("CfgTenant[@name='a/b']/switches/CfgSwitch/DNs/CfgDN[(@type=1) and (@state=1)]")
    'CfgDN'
    """
    bare = _PREDICATE.sub("", _LITERAL.sub("", query))
    last = bare.rpartition("/")[2].strip()
    return last if last in KINDS else None


def parse(query: str) -> Query:
    """The parsed query. Raises ConfigServerQueryError with the number of the character that is not understood."""
    if len(query) > MAX_QUERY:
        raise ConfigServerQueryError(f"the query is longer than {MAX_QUERY} characters")
    return _Parser(query).query()


class _Parser:
    """Recursive descent over the tokens of one query."""

    def __init__(self, query: str) -> None:
        self._tokens = list(_tokens(query))
        self._at = 0
        self._parentheses = 0
        self._attributes: set[str] = set()

    def query(self) -> Query:
        steps = [self._step()]
        while self._accept("/"):
            steps.append(self._step())
        if self._kind != "end":
            raise self._unexpected("the end")
        return Query(tuple(steps), frozenset(self._attributes))

    @property
    def _kind(self) -> str:
        return self._tokens[self._at][0]

    def _step(self) -> Step:
        name = self._take("name")
        holds: Predicate = _always
        if self._accept("["):
            holds = self._expression()
            self._take("]")
        return Step(name, holds)

    def _expression(self) -> Predicate:
        return self._joined(lambda: self._joined(self._term, "and", decides=False), "or", decides=True)

    def _joined(self, part: Callable[[], Predicate], word: str, *, decides: bool) -> Predicate:
        """Parts joined by ``word``; the first part whose result is ``decides`` gives the result."""
        parts = [part()]
        while self._tokens[self._at][:2] == ("name", word):
            self._at += 1
            parts.append(part())
        if len(parts) == 1:
            return parts[0]

        def holds(node: Selectable) -> bool:
            for one in parts:
                if one(node) is decides:
                    return decides
            return not decides

        return holds

    def _term(self) -> Predicate:
        if not self._accept("("):
            return self._comparison()
        self._parentheses += 1
        if self._parentheses > _MAX_PARENTHESES:
            raise ConfigServerQueryError("the query has too many parentheses")
        holds = self._expression()
        self._take(")")
        return holds

    def _comparison(self) -> Predicate:
        self._take("@")
        name = self._take("name")
        self._attributes.add(name)
        equal = not self._accept("!=")
        if equal:
            self._take("=")
        if self._kind == "number":
            digits = self._take("number")
            if len(digits) > _MOST_DIGITS:
                raise ConfigServerQueryError(
                    f"the query compares {name} with a number of more than {_MOST_DIGITS} digits"
                )
            return _compares_number(name, int(digits), equal)
        return _compares_text(name, self._take("text")[1:-1], equal)

    def _accept(self, kind: str) -> bool:
        if self._kind != kind:
            return False
        self._at += 1
        return True

    def _take(self, kind: str) -> str:
        if self._kind != kind:
            raise self._unexpected(kind)
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _unexpected(self, wanted: str) -> ConfigServerQueryError:
        _, text, place = self._tokens[self._at]
        wanted = {"name": "a name", "text": "a quoted text or a number"}.get(wanted, wanted)
        return ConfigServerQueryError(
            f"the query is not understood at character {place}: expected {wanted}, found {text or 'the end'}"
        )


def _tokens(query: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and place of each token; the last has the kind ``end``."""
    at = 0
    stripped = query.rstrip()
    while at < len(stripped):
        token = _TOKEN.match(stripped, at)
        if token is None:
            raise ConfigServerQueryError(f"the query is not understood at character {at + 1}")
        name, number, text, sign = token.groups()
        place = token.start(token.lastindex or 0) + 1
        if sign:
            yield sign, sign, place
        else:
            yield "name" if name else "number" if number else "text", name or number or text, place
        at = token.end()
    yield "end", "", len(query) + 1


def _always(_node: Selectable) -> bool:
    return True


def _compares_text(name: str, wanted: str, equal: bool) -> Predicate:
    is_reference = name.endswith("DBID")

    def holds(node: Selectable) -> bool:
        text = node.attribute(name)
        if text is None:
            return False
        same = text == wanted or (is_reference and str(reference(text)) == wanted)
        return same is equal

    return holds


def _compares_number(name: str, wanted: int, equal: bool) -> Predicate:
    is_reference = name.endswith("DBID")

    def holds(node: Selectable) -> bool:
        text = node.attribute(name)
        if text is None:
            return False
        number = reference(text) if is_reference else _number(text)
        return (number == wanted) is equal

    return holds


def _number(text: str) -> float | None:
    """As XPath's number(), but None instead of NaN."""
    return float(text) if re.fullmatch(r"\s*-?(\d+(\.\d*)?|\.\d+)\s*", text, re.ASCII) else None
