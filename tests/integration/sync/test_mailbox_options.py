"""What gvma says of a mailbox's options, and of users.conf, is what a real app_voicemail makes of them."""

from __future__ import annotations

import pytest

from gvma.ami.answers import Listing
from gvma.ami.connection.conversation import AmiConversation
from gvma.ami.connection.reaching import reached
from gvma.ami.manager import connect
from gvma.asterisk.mailbox_options import complaints
from gvma.evidence.disk.files import users_with_mailbox
from tests.harness.servers.asterisk_fixtures import StartAsterisk

# Options, the field of VoicemailUserEntry that shows whether they are in force, and its value where they are.
OPTIONS = [
    ("saycid=yes", "SayCID", "Yes"),
    ("SayCID=TRUE", "SayCID", "Yes"),
    ("operator=yes|saycid=yes", "SayCID", "Yes"),
    ("saycid=yes,operator=yes", "SayCID", "Yes"),
    ("operator=yes,saycid=yes", "CallOperator", "Yes"),
    ("operator=yes,saycid=yes", "SayCID", "Yes"),
    ("sycid=yes", "SayCID", "Yes"),
    ("saycid=ja", "SayCID", "Yes"),
    ("envelope=1", "SayEnvelope", "Yes"),
    ("envelope=wahr", "SayEnvelope", "Yes"),
    ("delete=on", "DeleteMessage", "Yes"),
    ("maxmsg=7", "MaxMessageCount", "7"),
    ("maxmsg=10007", "MaxMessageCount", "10007"),
    ("maxsecs=70", "MaxMessageLength", "70"),
    ("maxsecs=-70", "MaxMessageLength", "-70"),
    ("volgain=3.5", "VolumeGain", "3.5"),
    ("volgain=loud", "VolumeGain", "loud"),
]


def test_an_option_is_in_force_where_nothing_is_said_of_it_and_nowhere_else(
    start_asterisk: StartAsterisk, version: int
) -> None:
    general = "[general]\nformat=wav\nenvelope=no\nmaxmsg=50\nmaxsecs=60\n[GVMA_DN]\n"
    boxes = "".join(f"{box} => 1,Anne,,,{options}\n" for box, (options, _, _) in enumerate(OPTIONS, start=1000))
    asterisk = start_asterisk(version, {"voicemail.conf": general + boxes})
    settings = asterisk.settings()
    conversation = AmiConversation(settings, reached(settings))
    conversation.open()
    fields = frozenset({"VoiceMailbox", *(field for _, field, _ in OPTIONS)})
    entries = conversation.ask_list(Listing("VoicemailUsersList", "VoicemailUserEntry", fields))
    conversation.close()
    shown = {entry["VoiceMailbox"]: entry for entry in entries}
    for box, (options, field, value) in enumerate(OPTIONS, start=1000):
        in_force = shown[str(box)][field].startswith(value)
        assert in_force is (complaints(options) == ()), (options, shown[str(box)])


@pytest.mark.parametrize(("general", "context"), [("", "default"), ("userscontext=office\n", "office")])
def test_users_conf_makes_mailboxes_in_the_users_context(
    start_asterisk: StartAsterisk, version: int, general: str, context: str
) -> None:
    users = "[general]\nhasvoicemail=yes\n[5001]\nfullname=Anne\n[5002]\nhasvoicemail=no\n"
    asterisk = start_asterisk(version, {"voicemail.conf": f"[general]\nformat=wav\n{general}", "users.conf": users})
    with connect(asterisk.settings()) as ami:
        assert list(ami.voicemail_users()) == [f"5001@{context}"]
    assert users_with_mailbox(asterisk.settings()) == {"5001"}
