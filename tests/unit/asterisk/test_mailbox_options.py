"""A mailbox's options as app_voicemail reads them; what it would not take is said."""

from __future__ import annotations

import pytest

from gvma.asterisk.mailbox_options import complaints


@pytest.mark.parametrize(
    "options",
    [
        "",
        "operator=yes|saycid=no",
        "Attach=TRUE|envelope=off|delete=1|review=t",
        "maxmsg=0|maxmsg=9999|minsecs=0|maxsecs=1|saydurationm=2|backupdeleted=yes|backupdeleted=20",
        "tz=central|attachfmt=wav49|language=de|locale=de_DE.UTF-8|volgain=-1.5|exitcontext=agents",
        "passwordlocation=spooldir|serveremail=vm@example.com",
        "emailbody=Dear ${VM_NAME},\\nyou have mail, as always = thanks|emailsubject=Hello, you",
        "options=saycid=yes",
    ],
)
def test_what_app_voicemail_takes_is_no_complaint(options: str) -> None:
    assert complaints(options) == ()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("operator=yes,saycid=yes", "operator has a comma before saycid"),
        ("operator=yes, saicid=yes", "operator has a comma before saicid"),
        ("tz=central,attach=yes", "tz has a comma before attach"),
        ("emailsubject=News,attach=yes", "emailsubject has a comma before attach"),
        ("operator,saycid=yes", "'operator,saycid' has a comma"),
        ("opertor=yes", "'opertor' is no option that app_voicemail knows; operator is probably meant"),
        ("say_cid=yes", "'say_cid' is no option that app_voicemail knows; saycid is probably meant"),
        ("zzz=1", "'zzz' is no option that app_voicemail knows"),
        ("operator", "operator has no value"),
        ("saycid=ja", "saycid = 'ja' is neither yes nor no; Asterisk takes no"),
        ("saycid=", "saycid = '' is neither yes nor no"),
        ("maxmsg=10000", "maxmsg = '10000' is no whole number from 0 to 9999"),
        ("maxmsg=many", "maxmsg = 'many' is no whole number"),
        ("maxsecs=0", "maxsecs = '0' is no whole number of at least 1"),
        ("maxsecs=3m", "maxsecs = '3m' is no whole number of at least 1"),
        ("minsecs=-1", "minsecs = '-1' is no whole number of at least 0"),
        ("backupdeleted=some", "backupdeleted = 'some' is no whole number from 0 to 9999"),
        ("volgain=loud", "volgain = 'loud' is no number"),
        ("passwordlocation=spool", "passwordlocation = 'spool' is neither spooldir nor voicemail.conf"),
        ("imappassword=4711", "imappassword is a password, which stands in the clear"),
        ("options=saycid=ja", "saycid = 'ja' is neither yes nor no"),
    ],
)
def test_what_app_voicemail_does_not_take_is_said(options: str, said: str) -> None:
    (complaint,) = complaints(options)
    assert complaint.startswith(said)


@pytest.mark.parametrize("options", ["imappassword=4711|0815", "imapsecret=x|0815=y", "imappassword=x,abc0815=1"])
def test_no_complaint_shows_what_may_be_a_part_of_a_secret(options: str) -> None:
    assert "0815" not in " ".join(complaints(options))
    assert "4711" not in " ".join(complaints(options))
