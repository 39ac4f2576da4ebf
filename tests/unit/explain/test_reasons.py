"""Why message waiting does not work: each broken link once, and the sentence that is shown first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gvma.asterisk.identification.rights import SipServerRequests, SubscribeRights
from gvma.cli.display.explanations import explanation_lines
from gvma.errors import AsteriskUnreachableError, ConfigServerTimeout
from gvma.evidence.model import AmiEvidence, ConfigServerEvidence, Evidence, NextSync, QueryAnswer
from gvma.evidence.model.named import NamedMailbox, NamedSubscription
from gvma.evidence.model.runs import Removal
from gvma.explain.verdict import not_asked, verdict
from gvma.plan.items import Item
from gvma.storage.history.model import Starter
from tests.unit.check.objects import agent, application, dn
from tests.unit.explain.site import MWI, codes, only, site, unwatched

AWAY = AsteriskUnreachableError("Asterisk's AMI cannot be reached: Connection refused", where="127.0.0.1:5038")


def said(seen: Evidence) -> str:
    return verdict(seen, only(seen))


def lacking(name: str, **changes: object) -> Evidence:
    """A healthy site whose subscription of agent 2222 is otherwise in Asterisk."""
    seen = unwatched(site(name))
    watcher = seen.named.subscriptions["gvm-a-2222"]._replace(**changes)  # type: ignore[arg-type]
    watchers = {**seen.named.subscriptions, "gvm-a-2222": watcher}
    return seen._replace(named=seen.named._replace(subscriptions=watchers))


def test_a_healthy_site_has_no_reason_and_names_who_subscribes() -> None:
    assert codes(site("7001")) == []
    assert said(site("7001")) == "Message waiting works: gvma-sipserver subscribes, 1 new message."


def test_two_who_subscribe_are_named_in_the_plural() -> None:
    both = ("gvma-sipserver", "phone")
    healthy = lacking("7001", subscribers=both)
    assert said(healthy) == "Message waiting works: gvma-sipserver, phone subscribe, 1 new message."
    lines = explanation_lines(healthy, only(healthy), width=80, colour=False)
    assert "Subscription  gvm-a-2222; gvma-sipserver, phone subscribe now" in lines


def test_where_only_the_subscriber_is_missing_that_is_said() -> None:
    assert codes(unwatched(site("7001"))) == ["nobody-subscribes"]
    assert said(unwatched(site("7001"))) == (
        "Message waiting is in place, and nobody subscribes to gvm-a-2222 at this moment."
    )


def test_an_option_of_sip_server_for_another_kind_of_owner_is_no_reason() -> None:
    seen = unwatched(site("2222", applicationquery=[application(**{**MWI, "mwi_agent_enable": "false"})]))
    assert codes(seen) == ["sipserver-mwi-enable"]
    what = "mwi-agent-enable is false, yet there are such mailboxes (Application SIP_Server)."
    assert said(seen) == f"Message waiting does not work: {what}"
    others = unwatched(site("1000", applicationquery=[application(**{**MWI, "mwi_agent_enable": "false"})]))
    assert codes(others) == ["nobody-subscribes"]


def test_while_somebody_subscribes_sip_servers_options_are_taken_for_right() -> None:
    assert codes(site("2222", applicationquery=[application(**{**MWI, "mwi_agent_enable": "false"})])) == []


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        (site("7002", agentquery=[agent("7002")]), ["no-mailbox"]),
        (unwatched(site("1000", dnquery=[dn("1000", gvm_email="a,b@c")])), ["value-refused"]),
        (lacking("7001", loaded=False, watches=None, subscribers=None), ["asterisk-lacks-it"]),
        (lacking("7001", watches="1@GVMA_DN"), ["watches-another-mailbox"]),
        (unwatched(site("1001x", dnquery=[dn("1001x", gvm_mailbox="6", gvm_mailbox_context="NO")])), []),
    ],
    ids=["none", "refused", "not loaded", "another", "not asked for"],
)
def test_each_broken_link_is_named(seen: Evidence, found: list[str]) -> None:
    assert codes(seen)[: len(found) or 1] == (found or ["gvm-context-unknown"])


def test_what_no_sync_has_written_is_the_reason_and_so_is_what_stops_the_sync() -> None:
    items = (Item("add", "mailbox", "1009@GVMA_DN", "DN 1009"), Item("add", "subscription", "gvm-1009", "DN 1009"))
    seen = site("1009", dnquery=[dn("1009")])
    named = {"1009@GVMA_DN": NamedMailbox(loaded=False)}, {"gvm-1009": NamedSubscription(loaded=False)}
    seen = seen._replace(
        next_sync=NextSync(items), named=seen.named._replace(mailboxes=named[0], subscriptions=named[1])
    )
    assert codes(seen) == ["not-written-yet"]
    assert only(seen).next == items
    stopped = seen._replace(records=seen.records._replace(pending_reload=("res_pjsip.so",)))
    assert codes(stopped) == ["not-written-yet", "reload-pending"]


def test_what_the_next_sync_removes_is_said() -> None:
    seen = site("gvm-g-3333")._replace(next_sync=NextSync((Item("remove", "subscription", "gvm-g-3333", ""),)))
    assert codes(seen) == ["goes-with-next-sync"]


def test_what_asterisk_refuses_sip_server_is_a_reason() -> None:
    refusing = SipServerRequests(rights={"trunk": SubscribeRights(may_subscribe=False)})
    seen = unwatched(site("1000"))._replace(ami=AmiEvidence(version="22.6.0", sipserver=refusing))
    assert codes(seen) == ["sipserver-refused"]


def test_what_could_not_be_asked_is_said_and_is_no_reason() -> None:
    failed = QueryAnswer("dnquery", "x", error=ConfigServerTimeout("no complete answer within 10 seconds"))
    seen = site("1000")._replace(
        configserver=ConfigServerEvidence({"dnquery": failed}),
        ami=AmiEvidence(problem=AWAY),
        next_sync=None,
    )
    assert codes(seen) == []
    assert said(seen) == "Whether message waiting works is not known: Asterisk could not be asked."
    assert list(not_asked(seen)) == [
        "Configuration Server did not answer dnquery: no complete answer within 10 seconds.",
        "SIP Server's mwi options are not known: applicationquery is not set.",
        "Asterisk could not be asked: Asterisk's AMI cannot be reached: Connection refused.",
        "The next sync could not be planned.",
    ]


def test_where_everybody_answered_nothing_is_said_of_it() -> None:
    assert list(not_asked(site("1000"))) == []


def test_without_configuration_server_sip_servers_options_are_said_to_be_unknown() -> None:
    silent = ConfigServerTimeout("no complete answer within 10 seconds")
    failed = QueryAnswer("applicationquery", "x", error=silent)
    seen = unwatched(site("2222"))
    layer = seen.configserver._replace(answers={**seen.configserver.answers, "applicationquery": failed})
    unknown = "Configuration Server did not answer: SIP Server's options are not known."
    place = "Message waiting is in place, as far as could be asked, and nobody subscribes to gvm-a-2222 at this moment."
    assert said(seen._replace(configserver=layer)) == f"{place} {unknown}"
    assert said(seen._replace(configserver=ConfigServerEvidence(not_asked="x"), next_sync=None)).endswith(unknown)


def test_an_object_of_another_query_alone_is_advised_to_be_selected() -> None:
    seen = site("6000", routingpointquery=[replace(dn("6000"), dbid=999)])
    assert codes(seen) == ["object-not-selected"]
    assert "dnquery does not select it" in said(seen)


def test_what_the_last_sync_had_written_was_taken_away_by_somebody_else_or_by_remove() -> None:
    items = (Item("add", "subscription", "gvm-a-2222", "Agent Login 7001"),)
    taken = site("7001")._replace(next_sync=NextSync(items))
    assert codes(taken) == ["block-edited"]
    assert "the last sync had written the subscription gvm-a-2222, and somebody else has taken that away" in said(taken)
    removal = Removal("2026-11-21T21:30:00Z", Starter("root", host="pbx"))
    removed = taken._replace(records=taken.records._replace(owners=b"", removed=removal))
    assert codes(removed) == ["part-removed"]
    assert "no sync has written" in said(removed)
    assert "yet" not in said(removed)


def test_an_agent_without_a_mailbox_of_its_own_hears_of_the_one_of_its_group() -> None:
    seen = site("7003", agentquery=[agent("7003", gvm_group_mailbox="3333")])
    assert [one.mailbox for one in only(seen).mailboxes] == ["3333@GVMA_AGENTGROUP"]
    assert codes(seen) == []
    assert said(seen) == "Message waiting works: gvma-sipserver subscribes, 1 new message."
    assert codes(site("7003", agentquery=[agent("7003", gvm_group_mailbox="4")])) == ["no-mailbox"]
