"""The manual's mailbox rules: objects of the Configuration Layer become mailboxes and MWI subscriptions.

Pure: no file, no socket, no clock. The same objects in any order give the same answer.
"""

from gvma.asterisk.entries import GvmaWarning, Mailbox, Subscription
from gvma.mailboxes.claims import ConfiguredObject
from gvma.mailboxes.rules import Desired, RefusedOwner, desired

__all__ = ["ConfiguredObject", "Desired", "GvmaWarning", "Mailbox", "RefusedOwner", "Subscription", "desired"]
