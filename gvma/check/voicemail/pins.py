"""A rule about PINs that anybody can guess. Pure; no PIN is named."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.site import pins_in_spool
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import Evidence

GUESSED = Rule(
    "pin-is-number", "info", "mailboxes whose PIN is their own number",
    "It is the first PIN where gvm_password is not set (manual 2471-2476): whoever knows a mailbox's number hears its "
    "messages, until the owner changes the PIN by phone.",
    "Set gvm_password for new owners, and ask the others to change their PIN: 0, then 5, in the mailbox's menu.",
)  # fmt: skip
RULES = (GUESSED,)


def check_pins(evidence: Evidence) -> Iterator[Finding]:
    """The PINs in the managed block of voicemail.conf, where Asterisk keeps them there."""
    voicemail = evidence.files.voicemail
    if voicemail is None or pins_in_spool(voicemail):
        return  # a PIN that was changed by phone is in the mailbox's secret.conf then
    lines = [one for one in voicemail.settings if one.ours]
    guessed = sum(one.value.partition(",")[0].strip() == one.key for one in lines)
    if guessed:
        yield GUESSED.at(voicemail.name, f"{guessed} of {len(lines)} mailboxes have their own number as PIN")


CHECKS = (check_pins,)
