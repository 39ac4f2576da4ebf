"""What is wanted, as the tables can keep it: options by column, and owners refused whose values are too long. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gvma.asterisk.entries import GvmaWarning, Mailbox, Subscription
from gvma.mailboxes import RefusedOwner
from gvma.plan.owners import Identity, Owned, read_owners, write_owners
from gvma.plan.wanted import Wanted
from gvma.printable import first_names
from gvma.sinks.realtime.rows.columns import Columns, Misfit, joined
from gvma.sinks.realtime.rows.names import AOR_MAILBOXES

_NAMED = 3
_FIELDS = (
    ("box", "mailbox", "gvm_mailbox"),
    ("pin", "password", "gvm_password"),
    ("name", "fullname", "gvm_name"),
    ("email", "email", "gvm_email"),
    ("pager", "pager", "gvm_pager_email"),
)
"""What a mailbox has, its column, and the option that fills it."""


def fitted(wanted: Wanted, columns: Columns) -> Wanted:
    """The tables keep mailboxes and subscriptions alone; the dialplan and SIP Server's endpoint are in nodes' files.

    An option without a column is left out with the warning ``no-column``. Where a value is longer than its column, the
    owner is refused: it keeps what it has.
    """
    fits = _Fits(columns)
    mailboxes = [fits.mailbox(one) for one in wanted.mailboxes]
    subscriptions = wanted.subscriptions
    mailboxes_column = columns.aor[AOR_MAILBOXES]
    id_column = columns.aor["id"]
    longest = max((len(one.name) + len(one.key) for one in subscriptions), default=0)
    if not (mailboxes_column.takes("x" * longest) and id_column.takes("x" * longest)):
        for one in subscriptions:
            if not (mailboxes_column.takes(one.key) and id_column.takes(one.name)):
                fits.too_long_names[one.name] = f"its subscription {one.name} is longer than a column of ps_aors"
    warnings = [*wanted.warnings, *fits.without_column()]
    kept = wanted._replace(
        mailboxes=tuple(one for one in mailboxes if one is not None),
        hints=(),
        extensions=(),
        endpoints=(),
        endpoint_lines={},
        left_out=(),
        warnings=tuple(warnings),
    )
    return _without_refused(kept, fits) if fits.too_long or fits.too_long_names else kept


@dataclass(slots=True)
class _Fits:
    """too_long: ``box@context`` to the reason. lacking: options that no column takes, with mailboxes that have them.

    shortest: so many characters every text column takes.
    """

    columns: Columns
    too_long: dict[str, str] = field(default_factory=dict)
    too_long_names: dict[str, str] = field(default_factory=dict)
    lacking: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    known: dict[str, tuple[str, tuple[Misfit, ...]]] = field(default_factory=dict)
    shortest: int = 0

    def __post_init__(self) -> None:
        self.shortest = min((one.limit for one in self.columns.texts.values() if one.limit is not None), default=8000)

    def mailbox(self, one: Mailbox) -> Mailbox | None:
        """As the tables keep it; None where a value is too long."""
        if not self._is_short(one) and not self._is_in_its_columns(one):
            return None
        if not one.options:
            return one
        options, misfits = self._options(one.options)
        for misfit in misfits:
            if misfit.too_long:
                self.too_long[one.key] = f"gvm_options: {misfit.option} {misfit.reason}"
                return None
            self.lacking.setdefault(misfit[:2], []).append(one.key)
        return one if options == one.options else one.with_other(options=options)

    def _is_short(self, one: Mailbox) -> bool:
        """All texts together fit into the shortest column, as nearly always."""
        together = f"{one.box}{one.pin}{one.name}{one.email}{one.pager}"
        return len(together) <= self.shortest and ";" not in together and "^" not in together

    def _is_in_its_columns(self, one: Mailbox) -> bool:
        texts = self.columns.texts
        for attribute, column, option in _FIELDS:
            if not texts[column].takes(value := getattr(one, attribute)):
                self.too_long[one.key] = f"{option} has {len(value)} characters; column {column} takes fewer"
                return False
        return True

    def _options(self, options: str) -> tuple[str, tuple[Misfit, ...]]:
        """A site has few different ones, and 100,000 mailboxes."""
        found = self.known.get(options)
        if found is None:
            values, misfits = self.columns.split(options)
            found = self.known[options] = (joined(values), tuple(misfits))
        return found

    def without_column(self) -> Iterator[GvmaWarning]:
        for (option, reason), keys in self.lacking.items():
            message = f"{option} {reason}: left out of {first_names(keys, _NAMED)}"
            yield GvmaWarning("no-column", message, "gvm_options")


def _without_refused(wanted: Wanted, fits: _Fits) -> Wanted:
    """The owners of what is too long are refused, as the mailbox rules refuse any other value."""
    records = read_owners(wanted.owners)
    refused: list[RefusedOwner] = []
    warnings: list[GvmaWarning] = []
    for identity, owned in _owners_of(records, fits):
        reason = fits.too_long.get(owned.mailbox) or fits.too_long_names[owned.subscription]
        refused.append(RefusedOwner(identity[0], owned.label, identity[1], owned.box, owned.context))
        message = f"{reason}. {owned.label} gets nothing new; a mailbox that it has stays."
        warnings.append(GvmaWarning("refused-value", message, owned.label))
    gone = {(one.kind, one.dbid) for one in refused}
    names = {records[identity].subscription for identity in gone} | fits.too_long_names.keys()
    boxes = fits.too_long.keys() | {records[identity].mailbox for identity in gone}
    return wanted._replace(
        mailboxes=tuple(one for one in wanted.mailboxes if one.key not in boxes),
        subscriptions=tuple(_others(wanted.subscriptions, names)),
        owners=write_owners((identity, owned) for identity, owned in records.items() if identity not in gone),
        refused=(*wanted.refused, *refused),
        warnings=(*wanted.warnings, *warnings),
    )


def _owners_of(records: Mapping[Identity, Owned], fits: _Fits) -> Iterator[tuple[Identity, Owned]]:
    for identity, owned in records.items():
        if owned.mailbox in fits.too_long or owned.subscription in fits.too_long_names:
            yield identity, owned


def _others(subscriptions: Iterable[Subscription], names: set[str]) -> Iterator[Subscription]:
    return (one for one in subscriptions if one.name not in names)
