"""A mailbox's options in the columns that a site has, and owners whose values are too long for theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gvma.asterisk.entries import Mailbox, Subscription
from gvma.mailboxes import RefusedOwner
from gvma.plan.owners import Owned, read_owners, write_owners
from gvma.plan.wanted import Wanted
from gvma.sinks.realtime.rows.columns import Column, Columns, joined
from gvma.sinks.realtime.rows.fitting import fitted

YES_NO = ("yes", "no")
TEXTS = {name: Column(name, "character varying", 80) for name in ("mailbox", "password", "fullname", "email", "pager")}
COLUMNS = Columns(
    texts=TEXTS,
    options=(
        Column("attach", "yes_no_values", labels=YES_NO),
        Column("tz", "character varying", 30),
        Column("deletevoicemail", "yes_no_values", labels=YES_NO),
        Column("sayduration", "integer"),
        Column("maxmsg", "integer"),
        Column("volgain", "numeric", 5, 2),
        Column("review", "boolean"),
    ),
    aor={"id": Column("id", "character varying", 255), "mailboxes": Column("mailboxes", "character varying", 80)},
)


@pytest.mark.parametrize(
    ("options", "columns"),
    [
        ("tz=eu|attach=no", {"attach": "no", "tz": "eu"}),
        ("ATTACH=On|attach=0", {"attach": "no"}),
        ("attach=perhaps", {"attach": "no"}),
        ("delete=1", {"deletevoicemail": "yes"}),
        ("deletevoicemail=true", {"deletevoicemail": "yes"}),
        ("sayduration=yes|review=no", {"sayduration": "1", "review": "false"}),
        ("maxmsg=007", {"maxmsg": "7"}),
        ("volgain=1.234", {"volgain": "1.23"}),
        ("volgain=-0.5", {"volgain": "-0.50"}),
        ("tz=|attach", {}),
        ("", {}),
    ],
)
def test_an_option_stands_in_its_column_as_asterisk_reads_it(options: str, columns: dict[str, str]) -> None:
    assert COLUMNS.split(options) == (columns, [])


@pytest.mark.parametrize(
    ("options", "option", "too_long"),
    [
        ("minsecs=2", "minsecs", False),
        ("maxmsg=many", "maxmsg", False),
        ("maxmsg=99999999999", "maxmsg", False),
        ("volgain=1000", "volgain", False),
        ("volgain=NaN", "volgain", False),
        (f"tz={'x' * 31}", "tz", True),
        (f"tz={'^' * 11}", "tz", True),
    ],
)
def test_an_option_that_no_column_takes_is_named(options: str, option: str, too_long: bool) -> None:
    values, misfits = COLUMNS.split(options)
    assert values == {}
    assert [(one.option, one.too_long) for one in misfits] == [(option, too_long)]


def test_the_column_options_takes_what_has_no_column() -> None:
    columns = replace(COLUMNS, rest=Column("options", "text"))
    values, misfits = columns.split("minsecs=2|attach=yes|backupdeleted=1")
    assert (joined(values), misfits) == ("attach=yes|minsecs=2|backupdeleted=1", [])


def wanted(*mailboxes: Mailbox) -> Wanted:
    owners = write_owners(
        (("dn", int(one.box)), Owned(one.box, one.context, f"gvm-{one.box}", f"DN {one.box}")) for one in mailboxes
    )
    subscriptions = tuple(Subscription(f"gvm-{one.box}", one.box, one.context) for one in mailboxes)
    return Wanted(mailboxes=mailboxes, subscriptions=subscriptions, owners=owners)


def test_a_value_that_is_too_long_with_its_signs_encoded_refuses_its_owner() -> None:
    short = Mailbox("1000", "GVMA_DN", "1", name="x" * 79)
    found = fitted(wanted(short, Mailbox("1001", "GVMA_DN", "1", name=";" * 27)), COLUMNS)
    assert found.mailboxes == (short,)
    assert [one.name for one in found.subscriptions] == ["gvm-1000"]
    assert found.refused == (RefusedOwner("dn", "DN 1001", 1001, "1001", "GVMA_DN"),)
    assert [(one.code, one.where) for one in found.warnings] == [("refused-value", "DN 1001")]
    assert set(read_owners(found.owners)) == {("dn", 1000)}


def test_a_subscription_that_is_longer_than_its_column_refuses_its_owner() -> None:
    far = Mailbox("1001", "x" * 79, "1")
    found = fitted(wanted(Mailbox("1000", "GVMA_DN", "1"), far), COLUMNS)
    assert [one.name for one in found.subscriptions] == ["gvm-1000"]
    assert [one.owner for one in found.refused] == ["DN 1001"]


def test_what_fits_stays_as_it_is() -> None:
    asked = wanted(Mailbox("1000", "GVMA_DN", "1", "Ann", "ann@example.com", options="attach=yes|tz=eu"))
    assert fitted(asked, COLUMNS) == asked
