"""One short AMI conversation with deadlines: reload, and verify what Asterisk has loaded."""

from gvma.ami.answers import MailboxCount, VoicemailUser
from gvma.ami.manager import AsteriskManager, connect

__all__ = ["AsteriskManager", "MailboxCount", "VoicemailUser", "connect"]
