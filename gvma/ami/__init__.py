"""One short AMI conversation with deadlines: reload, and read back what Asterisk now holds."""

from gvma.ami.answers import MailboxCount, VoicemailUser
from gvma.ami.manager import AsteriskManager, connect

__all__ = ["AsteriskManager", "MailboxCount", "VoicemailUser", "connect"]
