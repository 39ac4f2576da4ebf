"""The columns that a site's ``voicemail`` has, and how a mailbox's options stand in them. Pure.

A site's schema may be older than Asterisk's newest, or have columns more; what is there is discovered when gvma
connects. An option of its own column stands there; where the site has added a column ``options``, which Asterisk
reads like the last field of voicemail.conf, all others stand in that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple

from gvma.asterisk.conf.booleans import YES
from gvma.asterisk.mailbox_options import KNOWN, YES_NO
from gvma.sinks.realtime.rows.encoding import encoded

REST = "options"
_ALIASES = {"delete": "deletevoicemail", "maxmessage": "maxsecs", "imapsecret": "imappassword"}
"""Options that Asterisk knows by two names (apply_option)."""
_WHOLE = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
_TEXTS = frozenset({"text", "character varying", "character"})


class Misfit(NamedTuple):
    """An option that no column takes. reason: completes "<option> ...". too_long: its column is there, and short."""

    option: str
    reason: str
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """type: as ``format_type`` names it, without a size; of a domain, what it is made from.

    limit: characters, None for no limit. scale: of a numeric. labels: of an enumeration. may_be_null: it takes no
    value. has_default: a row that is added without it gets some value. is_automatic: the database alone fills it (a
    number, an expression).
    """

    name: str
    type: str
    limit: int | None = None
    scale: int | None = None
    labels: tuple[str, ...] = ()
    may_be_null: bool = True
    has_default: bool = False
    is_automatic: bool = False

    @property
    def is_text(self) -> bool:
        return self.type in _TEXTS

    def takes(self, text: str) -> bool:
        return self.limit is None or 3 * len(text) <= self.limit or len(encoded(text)) <= self.limit

    def value(self, option: str, text: str) -> str:
        """The option's value as it stands here. Raises ValueError with the reason, which follows the option's name."""
        if option in YES_NO:
            return self._yes_no(text.lower() in YES)
        if self.labels:
            if text in self.labels:
                return text
            raise ValueError(f"= {text[:40]!a} is none of {', '.join(self.labels)}")
        if self.is_text:
            return text
        return self._number(text)

    def _yes_no(self, yes: bool) -> str:
        if self.type in _WHOLE or self.type == "numeric":
            return "1" if yes else "0"
        return ("true" if yes else "false") if self.type == "boolean" else ("yes" if yes else "no")

    def _number(self, text: str) -> str:
        try:
            number = Decimal(text)
            if self.type in _WHOLE and number == int(number) and -_WHOLE[self.type] <= number < _WHOLE[self.type]:
                return str(int(number))
            if self.type == "numeric" and number.is_finite():
                return self._numeric(number)
        except (InvalidOperation, ValueError, OverflowError):
            pass
        raise ValueError(f"= {text[:40]!a} is no value of type {self.type}")

    def _numeric(self, number: Decimal) -> str:
        if self.limit is None or self.scale is None:
            return format(number, "f")
        rounded = number.quantize(Decimal(1).scaleb(-self.scale), rounding=ROUND_HALF_UP)
        if abs(rounded) >= 10 ** (self.limit - self.scale):
            raise ValueError
        return format(rounded, "f")


@dataclass(frozen=True, slots=True)
class Columns:
    """texts: ``mailbox``, ``password``, ``fullname``, ``email``, ``pager`` by name. options: the columns of
    app_voicemail's options, in their order. rest: the column ``options``, where the site has it.
    aor: ``id`` and ``mailboxes`` by name. every: all columns by table and name, in their order."""

    texts: Mapping[str, Column] = field(default_factory=dict)
    options: tuple[Column, ...] = ()
    rest: Column | None = None
    aor: Mapping[str, Column] = field(default_factory=dict)
    every: Mapping[str, Mapping[str, Column]] = field(default_factory=dict)

    @property
    def every_option(self) -> tuple[Column, ...]:
        """All columns that a mailbox without options leaves NULL."""
        return self.options if self.rest is None else (*self.options, self.rest)

    def split(self, options: str) -> tuple[dict[str, str], list[Misfit]]:
        """Values by column, not encoded yet, in the order of the columns; and the options that none takes.

        options: ``name=value`` pairs joined with ``|``, as Configuration Server has them.
        """
        by_name = {column.name: column for column in self.options}
        values: dict[str, str] = {}
        others: list[str] = []
        misfits: list[Misfit] = []
        for option, value in pairs(options):
            column = by_name.get(option) or by_name.get(_ALIASES.get(option, ""))
            if column is not None:
                self._put(values, misfits, column, (option, value))
            elif self.rest is not None:
                others.append(f"{option}={value}")
            else:
                misfits.append(Misfit(option, "has no column in voicemail"))
        if self.rest is not None and others:
            self._put(values, misfits, self.rest, (REST, "|".join(others)))
        in_order = [column.name for column in self.options] + [REST]
        return {name: values[name] for name in in_order if name in values}, misfits

    @staticmethod
    def _put(values: dict[str, str], misfits: list[Misfit], column: Column, pair: tuple[str, str]) -> None:
        option, text = pair
        try:
            value = column.value(option, text)
        except ValueError as wrong:
            reason = str(wrong) or f"= {text[:40]!a} is too large for its column"
            misfits.append(Misfit(option, reason))
            return
        if column.is_text and not column.takes(value):
            reason = f"has {len(encoded(value))} characters; its column {column.name} takes {column.limit}"
            misfits.append(Misfit(option, reason, too_long=True))
            return
        values[column.name] = value


def pairs(options: str) -> Iterator[tuple[str, str]]:
    """The options that say something, names in lower case."""
    for pair in options.split("|") if options else ():
        name, equals, value = pair.partition("=")
        if equals and value and name:
            yield name.lower(), value


def is_option(name: str) -> bool:
    """Whether a column of this name is one of app_voicemail's options."""
    return name in KNOWN and name != REST


def joined(values: Mapping[str, str]) -> str:
    """Values by column as one text, as the database joins them.

    >>> joined({"attach": "yes", "options": "minsecs=2"})
    'attach=yes|minsecs=2'
    """
    return "|".join(value if name == REST else f"{name}={value}" for name, value in values.items())
