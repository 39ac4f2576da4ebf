"""A healthy site as evidence: four objects, their mailboxes and subscriptions, all of it in Asterisk and subscribed."""

from __future__ import annotations

from gvma.asterisk.entries import PresentMailbox, PresentSubscription
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import AmiEvidence, Evidence, NextSync, RecordsEvidence
from gvma.evidence.model.asterisk import Messages
from gvma.evidence.model.named import NamedEvidence, NamedMailbox, NamedSubscription
from gvma.evidence.model.sink import SinkEvidence
from gvma.explain.chain import Explanation, explain
from gvma.mailboxes import Mailbox
from gvma.plan.pins import plan_pins
from gvma.plan.present import Place, Present
from tests.unit.check.objects import agent, application, dn, evidence, files, group

KEY = bytes(range(32))
PIN = "86420"
DNS = [dn("1000", gvm_password=PIN, gvm_name="Ann"), dn("1001x", gvm_mailbox="5001", gvm_mailbox_context="MY_COMPANY")]
AGENTS = [agent("7001", gvm_mailbox="2222")]
GROUPS = [group("Sales", gvm_mailbox="3333")]
MWI = {
    "mwi_domain": "pbx.example",
    "mwi_host": "127.0.0.1",
    "mwi_port": "5060",
    "mwi_extension_enable": "true",
    "mwi_agent_enable": "true",
    "mwi_group_enable": "true",
}
BOXES = {
    "1000@GVMA_DN": PresentMailbox(PIN, "Ann"),
    "2222@GVMA_AGENT": PresentMailbox("2222"),
    "3333@GVMA_AGENTGROUP": PresentMailbox("9999"),
}
SUBSCRIPTIONS = {
    "gvm-1000": PresentSubscription("1000@GVMA_DN", ""),
    "gvm-a-2222": PresentSubscription("2222@GVMA_AGENT", ""),
    "gvm-g-3333": PresentSubscription("3333@GVMA_AGENTGROUP", ""),
    "gvm-5001": PresentSubscription("5001@MY_COMPANY", ""),
}
FIRST_PINS = (("1000", "GVMA_DN", PIN), ("2222", "GVMA_AGENT", "2222"), ("3333", "GVMA_AGENTGROUP", "3333"))
RECORD = plan_pins([Mailbox(*one) for one in FIRST_PINS], (), None, KEY).record
OWNERS = b"gvma-owners 2\nagent 201 2222 GVMA_AGENT gvm-a-2222 Agent Login 7001\ndn 104 1000 GVMA_DN gvm-1000 DN 1000\n"
PLACE = Place("/etc/asterisk/pjsip.conf", 20)


def site(*names: str, **answers: list[ConfigObject]) -> Evidence:
    """names: that are asked for. answers: in place of the healthy ones, by the name of their query."""
    given = {
        "dnquery": DNS,
        "agentquery": AGENTS,
        "agentgroupquery": GROUPS,
        "applicationquery": [application(**MWI)],
        **answers,
    }
    boxes = {
        key: NamedMailbox(Place("/etc/asterisk/voicemail.conf", 10), True, Messages(1, 2), one.pin)
        for key, one in BOXES.items()
    }
    watchers = {
        name: NamedSubscription(PLACE, True, one.mailbox, ("gvma-sipserver",)) for name, one in SUBSCRIPTIONS.items()
    }
    return evidence(None, **given)._replace(
        files=files(voicemail="[MY_COMPANY]\n5001 => 1,Reception,,,\n", channel="", dialplan=""),
        sink=SinkEvidence(present=Present(BOXES, SUBSCRIPTIONS)),
        records=RecordsEvidence(pins=RECORD, owners=OWNERS),
        ami=AmiEvidence(version="22.6.0"),
        next_sync=NextSync(),
        named=NamedEvidence(names, boxes, watchers),
    )


def unwatched(seen: Evidence) -> Evidence:
    """The same, and nobody subscribes."""
    watchers = {name: one._replace(subscribers=()) for name, one in seen.named.subscriptions.items()}
    return seen._replace(named=seen.named._replace(subscriptions=watchers))


def only(seen: Evidence) -> Explanation:
    """Of the one name that was asked for."""
    (found,) = explain(seen)
    return found


def codes(seen: Evidence) -> list[str]:
    return [one.code for one in only(seen).reasons]
