"""Rules about mailboxes that must exist, and about where their messages and PINs are kept. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gvma.check.conclusions.owners import mailbox_owners, option, own_mailbox
from gvma.check.conclusions.profile import names_no_asterisk
from gvma.check.finding import Finding, Rule
from gvma.configserver.objects import ConfigObject, having
from gvma.evidence.model import Evidence, object_name
from gvma.printable import first_names

CONTEXT = Rule(
    "gvm-context-unknown", "error", "gvm_mailbox_context names a context that voicemail.conf does not have",
    "The mailbox is taken to exist there (manual 2439-2442); without it the subscription counts nothing.",
    "Create the context and the mailbox in voicemail.conf, or remove the option so that gvma makes a mailbox.",
)  # fmt: skip
CONTEXT_MAILBOX = Rule(
    "gvm-context-box-unknown", "error", "a mailbox that should exist in its gvm_mailbox_context does not",
    "The mailbox is taken to exist there (manual 2439-2442); without it the subscription counts nothing.",
    "Create the mailbox in voicemail.conf, or remove gvm_mailbox_context so that gvma makes one.",
)  # fmt: skip
STORAGE = Rule(
    "voicemail-storage", "info", "messages or PINs that are not kept in files",
    "With ODBC, IMAP or an external PIN program gvma sees the mailboxes, and not where their PINs are.",
    "See that a PIN that is changed by phone reaches the place where yours are kept.",
)  # fmt: skip
PASSWORD_LOCATION = Rule(
    "password-location", "warning", "passwordlocation is neither voicemail.conf nor spooldir",
    "Asterisk takes voicemail.conf then, which may not be what was meant.",
    "Correct passwordlocation in [general] of voicemail.conf.",
)  # fmt: skip
ORPHANS = Rule(
    "mailbox-messages-left", "warning", "messages of a mailbox that is no more are still in the spool",
    "The next owner of the number would inherit them: app_voicemail takes what is in the mailbox's folder.",
    "Move the folder away or remove it: voicemail/<context>/<mailbox> in asterisk_spool_path.",
)  # fmt: skip
UNUSED = Rule(
    "voicemail-unused", "info", "switch_profile names other switches alone, and no object is for Asterisk",
    "What the manual's chapter 2 asks of SIP Server for mailboxes (mwi-*, a Trunk for each prefix) was not looked for: "
    "without it SIP Server sends this Asterisk no call and no subscription, and no other switch needs it.",
    "Right where agents use no mailboxes; else add asterisk to switch_profile, as in openscape-voice, asterisk.",
)  # fmt: skip
RULES = (CONTEXT, CONTEXT_MAILBOX, STORAGE, PASSWORD_LOCATION, ORPHANS, UNUSED)


def check_contexts(evidence: Evidence) -> Iterator[Finding]:
    """``gvm_mailbox_context`` against the contexts and mailboxes of the site's own voicemail.conf."""
    return context_findings(evidence, mailbox_owners(evidence))


def context_findings(evidence: Evidence, owners: Collection[ConfigObject]) -> Iterator[Finding]:
    """The same for these objects alone."""
    voicemail = evidence.files.voicemail
    if voicemail is None or voicemail.executes or "voicemail" in evidence.files.realtime:
        return  # a database or a command may know mailboxes that no file shows
    named = having(owners, "gvm_mailbox_context")
    asking = [one for one in named if option(one, "gvm_mailbox_context") and own_mailbox(one)]
    if not asking:
        return
    mailboxes = {(one.key, one.section) for one in voicemail.sites_own}
    of_users = next(iter(voicemail.values("general", "userscontext")), "default")
    mailboxes |= {(user, of_users) for user in evidence.files.users}
    # It may also name a mailbox that gvma makes.
    mailboxes |= {(one.box, one.context) for one in evidence.wanted.mailboxes}
    contexts = {context for _, context in mailboxes} | {one.name for one in voicemail.sections if not one.ours}
    for owner in asking:
        context, mailbox = option(owner, "gvm_mailbox_context"), own_mailbox(owner)
        if context not in contexts:
            yield CONTEXT.at(object_name(owner), f"gvm_mailbox_context = {context}, which voicemail.conf does not have")
        elif (mailbox, context) not in mailboxes:
            yield CONTEXT_MAILBOX.at(object_name(owner), f"{mailbox}@{context} is not in voicemail.conf")


def check_storage(evidence: Evidence) -> Iterator[Finding]:
    """Where messages and PINs are kept (voicemail.conf [general])."""
    voicemail = evidence.files.voicemail
    if voicemail is None:
        return
    for key in ("odbcstorage", "imapserver", "externpass"):
        if any(voicemail.values("general", key)):
            yield STORAGE.at(voicemail.name, f"{key} is set")
    for location in voicemail.values("general", "passwordlocation")[:1]:  # Asterisk takes the first
        if location and location.lower() not in {"spooldir", "voicemail.conf"}:
            yield PASSWORD_LOCATION.at(voicemail.name, f"passwordlocation = {location}")


def check_orphans(evidence: Evidence) -> Iterator[Finding]:
    """Messages in the spool without a mailbox; not where a database or a command may know more mailboxes."""
    voicemail = evidence.files.voicemail
    if voicemail is None or not voicemail.exists or voicemail.executes or "voicemail" in evidence.files.realtime:
        return
    if evidence.files.orphans:
        spool = str(evidence.settings.gvma.asterisk_spool_path)
        yield ORPHANS.at(spool, f"messages without a mailbox: {first_names(evidence.files.orphans)}")


def check_used(evidence: Evidence) -> Iterator[Finding]:
    """Whether SIP Server uses mailboxes at all, where the site's switches are others."""
    if names_no_asterisk(evidence):
        yield UNUSED.at("switch_profile", f"it is {', '.join(evidence.settings.gvma.switch_profile)}")


CHECKS = (check_contexts, check_storage, check_orphans, check_used)
