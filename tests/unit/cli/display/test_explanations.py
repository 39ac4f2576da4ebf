"""What a person reads of one name: the answer first, at 80 columns, and no value that controls the terminal."""

from __future__ import annotations

from gvma.cli.display.explanations import explanation_lines, not_asked_lines
from gvma.errors import DatabaseError
from gvma.evidence.model import ConfigServerEvidence, Evidence
from gvma.evidence.model.sink import SinkEvidence
from tests.hostile import CORPUS
from tests.unit.check.objects import application, dn
from tests.unit.explain.site import MWI, only, site, unwatched


def shown(seen: Evidence, *, width: int = 80, colour: bool = False) -> list[str]:
    return list(explanation_lines(seen, only(seen), width=width, colour=colour))


def test_the_first_lines_say_why_and_what_to_do_and_the_chain_stands_below() -> None:
    seen = unwatched(site("2222", applicationquery=[application(**{**MWI, "mwi_agent_enable": "false"})]))
    assert shown(seen) == [
        "2222: Agent Login 7001, mailbox 2222@GVMA_AGENT.",
        "Message waiting does not work: mwi-agent-enable is false, yet there are such",
        "  mailboxes (Application SIP_Server).",
        "> Set the option to true in the SIP Server Application, or remove the mailboxes.",
        "",
        "Object        Agent Login 7001, CfgAgentLogin with DBID 201, selected by",
        "              agentquery",
        "Options       gvm_mailbox = 2222",
        "Rule          gvm_mailbox names the mailbox (manual 2471).",
        "Mailbox       2222@GVMA_AGENT, of Agent Login 7001",
        "              /etc/asterisk/voicemail.conf, line 10; Asterisk has it",
        "              1 new and 2 old messages; the PIN is still the first one",
        "Subscription  gvm-a-2222; nobody subscribes now",
        "              /etc/asterisk/pjsip.conf, line 20; Asterisk has it",
        "Dial          382222 to leave a message, or from its own telephone to hear them",
        "              389500 to be asked for mailbox and PIN",
        "Next sync     changes nothing of this",
    ]


def test_on_a_terminal_the_heading_is_bold_and_a_fault_is_red() -> None:
    seen = unwatched(site("2222", applicationquery=[application(**{**MWI, "mwi_host": "192.0.2.9"})]))
    first, second, *_ = shown(seen, colour=True)
    assert first.startswith("\x1b[1m2222: ")
    assert second.startswith("\x1b[31mMessage waiting does not work")
    assert not any("\x1b" in line for line in shown(seen))


def test_every_value_is_one_printable_text_within_the_width() -> None:
    for value in CORPUS:
        lines = shown(site("1000", dnquery=[dn("1000", gvm_name=value)]))
        assert [line for line in lines if not line.isprintable()] == [], ascii(value)
        assert [line for line in lines if len(line) > 80 and " " in line[14:].strip()] == [], ascii(value)


def test_who_was_not_asked_stands_in_rows_of_the_same_width() -> None:
    said = "Configuration Server did not answer dnquery, agentquery: no complete answer within 10 seconds."
    assert list(not_asked_lines([said], width=80)) == [
        "Not asked     Configuration Server did not answer dnquery, agentquery: no",
        "              complete answer within 10 seconds.",
    ]


def test_a_blank_line_stands_above_the_chain_also_without_configuration_server() -> None:
    seen = site("7001")._replace(configserver=ConfigServerEvidence(not_asked="cfgserver is missing"), next_sync=None)
    lines = shown(seen)
    assert lines[lines.index("Object        Agent Login 7001, as the last sync had it") - 1] == ""


def test_where_a_mailbox_is_written_is_not_known_while_the_database_is_away() -> None:
    away = SinkEvidence("realtime", problem=DatabaseError("the database cannot be reached"))
    seen = site("2222")
    boxes = {key: one._replace(place=None) for key, one in seen.named.mailboxes.items()}
    lines = shown(seen._replace(sink=away, named=seen.named._replace(mailboxes=boxes)))
    assert any("where it is written is not known" in line for line in lines)
    assert not any("written nowhere" in line for line in lines)
