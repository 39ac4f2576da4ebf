"""What gvma makes of every way in which a manager interface answers, or does not."""

from __future__ import annotations

import threading

import pytest

from gvma.ami import manager
from gvma.ami.answers import MailboxCount, VoicemailUser
from gvma.ami.connection import wire
from gvma.ami.manager import connect
from gvma.errors import AsteriskRefusedError, AsteriskUnreachableError, CredentialsError, GvmaError
from tests.fakes.ami import HANG_UP, SILENCE, Reply, ScriptedManager, error, events, packets, success
from tests.unit.ami.stopping_host import StoppingHost

BOX = "VoicemailUserEntry\nVMContext: GVMA_DN\nVoiceMailbox: {0}\nFullname: {1}\nEmail: (null)\nPager: "


@pytest.mark.parametrize("value", ["a\r\nAction: Logoff", "a\nb", "a\rb", "a\0b"])
def test_a_line_end_in_a_value_is_refused_before_it_is_sent(value: str) -> None:
    with ScriptedManager() as server, connect(server.settings()) as ami:
        before = len(server.received)
        with pytest.raises(GvmaError, match="line end"):
            ami.mailbox_count(value)
        assert len(server.received) == before


def test_boxes_come_by_mailbox_and_context() -> None:
    box = (
        "VoicemailUserEntry\nVMContext: GVMA_DN\nVoiceMailbox: 1000\nFullname: Name One\nEmail: a@b.example\n"
        "Pager: p@b.example"
    )
    listed = events(box, BOX.format("1000", "").replace("GVMA_DN", "other"), complete="VoicemailUserEntryComplete")
    with ScriptedManager({"VoicemailUsersList": Reply(listed)}) as server, connect(server.settings()) as ami:
        assert ami.voicemail_users() == {
            "1000@GVMA_DN": VoicemailUser("Name One", "a@b.example", "p@b.example"),
            "1000@other": VoicemailUser("", "", ""),
        }


def test_no_boxes_at_all_is_a_success_without_a_list() -> None:
    none = success("Message: There are no voicemail users currently defined.")
    with ScriptedManager({"VoicemailUsersList": none}) as server, connect(server.settings()) as ami:
        assert ami.voicemail_users() == {}


def test_a_list_that_is_cut_off_is_an_error_and_never_shorter() -> None:
    cut = Reply(events(BOX.format("1000", "One"), BOX.format("1001", "Two")), close=True)
    with ScriptedManager({"VoicemailUsersList": cut}) as server, connect(server.settings()) as ami:
        with pytest.raises(AsteriskUnreachableError, match="before the answer to VoicemailUsersList was complete"):
            ami.voicemail_users()


def test_a_list_that_stops_without_its_end_is_an_error_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = Reply(events(BOX.format("1000", "One")))
    with ScriptedManager({"VoicemailUsersList": stopped}) as server:
        with connect(server.settings()) as ami:
            monkeypatch.setattr(ami._conversation, "_settings", server.settings(asterisk_cm_timeout=0.2))
            with pytest.raises(AsteriskUnreachableError, match=r"VoicemailUsersList within 0(\.\d+)? s"):
                ami.voicemail_users()


def test_a_list_cut_in_the_middle_of_a_name_is_an_error() -> None:
    whole = packets(events(BOX.format("1000", "One"), BOX.format("1001", "Two"), complete="VoicemailUserEntryComplete"))
    cut = Reply(raw=whole[: whole.index(b"Two") + 1], close=True)
    with ScriptedManager({"VoicemailUsersList": cut}) as server, connect(server.settings()) as ami:
        with pytest.raises(AsteriskUnreachableError):
            ami.voicemail_users()


def test_after_a_loss_every_question_fails_at_once() -> None:
    with ScriptedManager({"Ping": HANG_UP}) as server, connect(server.settings()) as ami:
        with pytest.raises(AsteriskUnreachableError):
            ami.action("Ping")
        with pytest.raises(AsteriskUnreachableError):
            ami.voicemail_users()
        assert "VoicemailUsersList" not in server.actions()


@pytest.mark.parametrize("segment", [1, 2, 3, 7])
def test_names_survive_any_segments(segment: int) -> None:
    name = "Jürgen Größe 漢字 \N{TELEPHONE RECEIVER}"
    listed = Reply(events(BOX.format("1000", name), complete="VoicemailUserEntryComplete"))
    with ScriptedManager({"VoicemailUsersList": listed}, segment=segment) as server:
        with connect(server.settings()) as ami:
            assert ami.voicemail_users()["1000@GVMA_DN"].name == name


def test_a_latin_1_name_loses_no_byte() -> None:
    text = events(BOX.format("1000", "J?rgen"), complete="VoicemailUserEntryComplete")
    listed = Reply(raw=packets(text).replace(b"?", b"\xfc"))
    with ScriptedManager({"VoicemailUsersList": listed}) as server, connect(server.settings()) as ami:
        name = ami.voicemail_users()["1000@GVMA_DN"].name
    assert name.encode("utf-8", "surrogateescape") == b"J\xfcrgen"


def test_a_box_named_like_the_end_of_the_list_does_not_end_it() -> None:
    odd = BOX.format("1000", "EventList: Complete")
    listed = Reply(events(odd, BOX.format("1001", "Two"), complete="VoicemailUserEntryComplete"))
    with ScriptedManager({"VoicemailUsersList": listed}) as server, connect(server.settings()) as ami:
        assert sorted(ami.voicemail_users()) == ["1000@GVMA_DN", "1001@GVMA_DN"]


@pytest.mark.parametrize(
    ("ask", "named"),
    [
        (lambda ami: ami.reload("app_voicemail.so"), "'system'"),
        (lambda ami: ami.voicemail_users(), "'call'"),
        (lambda ami: ami.aors(), "'system'"),
        (lambda ami: ami.sip_peers(), "'system'"),
        (lambda ami: ami.loaded("chan_sip.so"), "'system'"),
        (lambda ami: ami.mailbox_count("1000@GVMA_DN"), "'call'"),
    ],
)
def test_a_missing_class_is_a_credentials_error_that_names_it(ask, named: str) -> None:  # type: ignore[no-untyped-def]
    names = ("ModuleLoad", "VoicemailUsersList", "PJSIPShowAors", "SIPpeers", "ModuleCheck", "MailboxCount")
    with ScriptedManager(dict.fromkeys(names, error("Permission denied"))) as server:
        with connect(server.settings()) as ami, pytest.raises(CredentialsError, match=named) as raised:
            ask(ami)
    assert "manager.conf" in raised.value.hint


def test_a_refused_reload_carries_asterisks_words() -> None:
    with ScriptedManager({"ModuleLoad": error("An unknown error occurred")}) as server:
        with connect(server.settings()) as ami:
            with pytest.raises(AsteriskRefusedError, match="pbx_config.so: An unknown error occurred"):
                ami.reload("pbx_config.so")
            assert server.received[-1]["Module"] == "pbx_config.so"
            assert server.received[-1]["LoadType"] == "reload"


def test_a_reload_waits_for_the_one_that_still_runs() -> None:
    busy = error("The previous reload command didn't finish yet")
    with ScriptedManager({"ModuleLoad": [busy, busy, success("Message: Module reloaded.")]}) as server:
        with connect(server.settings()) as ami:
            ami.reload("app_voicemail.so")
        assert server.actions().count("ModuleLoad") == 3


def test_a_reload_that_never_gets_its_turn_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "time", StoppingHost())
    busy = error("The previous reload command didn't finish yet")
    with ScriptedManager({"ModuleLoad": [busy, SILENCE]}) as server:
        with connect(server.settings()) as ami:
            with pytest.raises(AsteriskUnreachableError, match=r"another reload .* within 60 s"):
                ami.reload("app_voicemail.so", timeout=60)


def test_a_reload_has_a_time_limit_of_its_own() -> None:
    with ScriptedManager({"ModuleLoad": SILENCE}) as server:
        with connect(server.settings(asterisk_reload_timeout=0.2)) as ami:
            with pytest.raises(AsteriskUnreachableError, match="ModuleLoad within 0.2 s"):
                ami.reload("app_voicemail.so")


def test_a_connection_lost_in_a_reload_is_unreachable_and_the_reload_is_not_sent_again() -> None:
    with ScriptedManager({"ModuleLoad": HANG_UP}) as server:
        with connect(server.settings()) as ami, pytest.raises(AsteriskUnreachableError, match="ModuleLoad"):
            ami.reload("app_voicemail.so")
        assert server.actions().count("ModuleLoad") == 1


@pytest.mark.parametrize(
    ("output", "lines"),
    [([], []), (["Output: one"], ["one"]), (["Output: one", "Output: ", "Output:  two"], ["one", "", " two"])],
)
def test_a_commands_lines_come_as_they_are(output: list[str], lines: list[str]) -> None:
    command = [success("Output: Asterisk has fully booted."), success("Message: Command output follows", *output)]
    with ScriptedManager({"Command": command}) as server, connect(server.settings()) as ami:
        assert ami.command("core show help") == lines


def test_a_line_without_an_end_is_cut_before_any_pattern_is_tried_on_it() -> None:
    command = [success("Output: Asterisk has fully booted."), success(f"Output:  Identify: {' ' * 2_000_000}a/b")]
    with ScriptedManager({"Command": command}) as server, connect(server.settings()) as ami:
        assert ami.command("pjsip show identifies") == [f" Identify: {' ' * 489}"]


def test_a_reason_without_an_end_is_cut_before_it_is_said() -> None:
    refusals = {"ModuleLoad": error("no " * 1_000_000), "PJSIPShowAors": error("no " * 1_000_000)}
    with ScriptedManager(refusals) as server, connect(server.settings()) as ami:
        for ask in (lambda: ami.reload("res_pjsip.so"), ami.aors):
            with pytest.raises(AsteriskRefusedError) as raised:
                ask()
            assert len(raised.value.message) < 600


def test_a_context_that_asterisk_does_not_hold_is_empty() -> None:
    missing = Reply(
        "Response: Error\nActionID: {id}\nMessage: Command output follows\n"
        "Output: There is no existence of 'GVMA' context\n\n"
    )
    with ScriptedManager({"Command": [success(), missing]}) as server, connect(server.settings()) as ami:
        assert ami.dialplan("GVMA") == ""


def test_aors_come_with_their_mailboxes_and_none_is_no_error() -> None:
    listed = events("AorList\nObjectName: gvm-1000\nMailboxes: 1000@GVMA_DN", "AorList\nObjectName: phone\nMailboxes: ",
                    complete="AorListComplete")  # fmt: skip
    aors = [Reply(listed), error("No AORs found")]
    with ScriptedManager({"PJSIPShowAors": aors}) as server, connect(server.settings()) as ami:
        assert ami.aors() == {"gvm-1000": "1000@GVMA_DN", "phone": ""}
        assert ami.aors() == {}


def test_peers_mailboxes_are_asked_for_one_by_one_and_a_missing_peer_is_left_out() -> None:
    here = success("ObjectName: gvm-1000", "VoiceMailbox: 1000@GVMA_DN")
    with ScriptedManager({"SIPshowpeer": [here, error("Peer gvm-9 not found."), here]}) as server:
        with connect(server.settings()) as ami:
            found = ami.sip_peer_mailboxes(["gvm-1000", "gvm-9", "gvm-1001"])
        assert found == {"gvm-1000": "1000@GVMA_DN", "gvm-1001": "1000@GVMA_DN"}
        assert [action["Peer"] for action in server.received if "Peer" in action] == ["gvm-1000", "gvm-9", "gvm-1001"]


def test_counts_are_numbers() -> None:
    counts = success("Mailbox: 1000@GVMA_DN", "UrgMessages: 1", "NewMessages: 2", "OldMessages: 3")
    with ScriptedManager({"MailboxCount": counts}) as server, connect(server.settings()) as ami:
        assert ami.mailbox_count("1000@GVMA_DN") == MailboxCount(new=2, old=3, urgent=1)


def test_a_conversation_leaves_no_thread_and_no_socket() -> None:
    before = set(threading.enumerate())
    with ScriptedManager({"Ping": HANG_UP}) as server:
        connect(server.settings()).close()
        ami = connect(server.settings())
        with pytest.raises(AsteriskUnreachableError):
            ami.action("Ping")
        ami.close()
        ami.close()
    # The server's threads have ended, since every connection has. What was there before is another test's.
    assert set(threading.enumerate()) <= before


class _Endless:
    """A manager interface whose list of mailboxes never ends; it writes until the reader closes."""

    def __init__(self) -> None:
        self.written = 0

    def reply(self) -> Reply:
        return Reply(events(), endless=packets(_ENTRY) * 1000, written=self._wrote)

    def _wrote(self, size: int) -> None:
        self.written += size


_ENTRY = "Event: VoicemailUserEntry\nActionID: {id}\nVMContext: GVMA_DN\nVoiceMailbox: 1\nFullname: x\n\n"


def test_a_list_without_an_end_is_refused_at_its_greatest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_LARGEST_LISTS", 1_000_000)
    endless = _Endless()
    with ScriptedManager({"VoicemailUsersList": endless.reply()}) as server, connect(server.settings()) as ami:
        with pytest.raises(AsteriskUnreachableError, match="a list of more than 1 MB came") as raised:
            ami.voicemail_users()
        with pytest.raises(AsteriskUnreachableError, match="a list of more than 1 MB came"):
            ami.aors()
    assert raised.value.hint
    assert endless.written < 50_000_000


def test_a_response_without_an_end_is_refused_at_its_greatest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_LARGEST_PACKET", 1_000_000)
    endless = Reply("Response: Success\nActionID: {id}\n", endless=packets("Output: x\n") * 1000)
    with ScriptedManager({"Command": [success(), endless]}) as server, connect(server.settings()) as ami:
        with pytest.raises(AsteriskUnreachableError, match="an answer of more than 1 MB came"):
            ami.command("core show help")
