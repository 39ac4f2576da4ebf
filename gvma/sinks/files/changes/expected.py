"""What Asterisk should have once the files are in place, or are back in place. Pure."""

from __future__ import annotations

from gvma.ami.verify import Expected
from gvma.asterisk import dialplan, voicemail
from gvma.asterisk.identification.expectation import Expectation, expectation
from gvma.asterisk.roles import OWN_CONTEXTS
from gvma.plan.model import Plan
from gvma.sinks.files.present.reading import FilesReading


def expected_of_plan(plan: Plan, dialplan_body: bytes, reading: FilesReading) -> Expected:
    """dialplan_body: the new body of extensions.conf's block. reading: what was there before."""
    return Expected(
        channel=reading.driver.module,
        mailboxes={one.key: one for one in plan.mailboxes},
        site=plan.present.site,
        subscriptions={one.name: one.key for one in plan.subscriptions},
        moved=frozenset(plan.differences.moved_subscriptions),
        on_endpoint=reading.settings.mwi_mode == "REGISTER",
        removed=frozenset(plan.differences.removed_subscriptions),
        removed_from_other=reading.left_in_other,
        extensions=dialplan.patterns(dialplan_body),
        senders=senders_of_plan(plan, reading),
    )


def senders_of_plan(plan: Plan, reading: FilesReading) -> Expectation | None:
    """Who has to get SIP Server's requests; None where Asterisk was not asked before."""
    seen = reading.sipserver
    if seen.known is None:
        return None
    own = reading.driver.read_endpoints(reading.files.channel.body)
    return expectation(seen.known, seen.server, own, plan.endpoints, reading.identification.peer_context)


def expected_of_files(reading: FilesReading, *, removed: frozenset[str] = frozenset()) -> Expected:
    """What the files say as they are. removed: subscriptions that must be gone, where the files do not have them."""
    boxes = voicemail.read_boxes(reading.files.voicemail.body)
    channel = reading.files.channel.body
    subscriptions = {name: one.mailbox for name, one in reading.driver.read_subscriptions(channel).items()}
    return Expected(
        channel=reading.driver.module,
        mailboxes={key: one for key, one in boxes.items() if key.rpartition("@")[2] in OWN_CONTEXTS},
        site=reading.site,
        subscriptions=subscriptions,
        on_endpoint=reading.driver.registers(channel),
        removed=removed - subscriptions.keys(),
        extensions=dialplan.patterns(reading.files.dialplan.body),
    )
