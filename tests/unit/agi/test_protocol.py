"""What Asterisk writes, in any pieces, and what it means; the cases that other AGI libraries get wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvma.agi.protocol import (
    PREAMBLE_BYTES,
    REPLY_BYTES,
    AgiConversation,
    AgiProtocolError,
    Closed,
    Event,
    Hangup,
)
from gvma.treatments.commands import Call, Reply

PREAMBLE = b"agi_network: yes\nagi_network_script: annc\nagi_channel: PJSIP/1-1\n\n"

Feed = Callable[[AgiConversation, bytes], list[Event]]


def events(conversation: AgiConversation) -> list[Event]:
    found = []
    while (event := conversation.next_event()) is not None:
        found.append(event)
        if isinstance(event, Closed):
            break
    return found


def whole(conversation: AgiConversation, received: bytes) -> list[Event]:
    conversation.receive(received)
    return events(conversation)


def byte_by_byte(conversation: AgiConversation, received: bytes) -> list[Event]:
    found = []
    for byte in received:
        found += whole(conversation, bytes([byte]))
    return found


@pytest.fixture(params=[whole, byte_by_byte])
def feed(request: pytest.FixtureRequest) -> Feed:
    fed: Feed = request.param
    return fed


@pytest.fixture
def conversation() -> AgiConversation:
    """One whose preamble is through and whose first command waits for its reply."""
    begun = AgiConversation()
    begun.receive(PREAMBLE)
    begun.next_event()
    begun.sent()
    return begun


def call_of(found: list[Event]) -> Call:
    (call,) = found
    assert isinstance(call, Call)
    return call


class TestPreamble:
    def test_names_lose_their_prefix_and_arguments_stand_in_order(self, feed: Feed) -> None:
        call = call_of(feed(AgiConversation(), b"agi_network: yes\nagi_arg_1: a\nagi_arg_2: \nagi_arg_3: c\n\n"))
        assert dict(call.variables) == {"network": "yes", "arg_1": "a", "arg_2": "", "arg_3": "c"}
        assert call.arguments == ("a", "", "c")

    @pytest.mark.parametrize(
        ("line", "value"),
        [
            (b"agi_x: a:b: c", "a:b: c"),
            (b"agi_x: ", ""),
            (b"agi_x:", ""),
            (b"agi_x:no blank", "no blank"),
            (b"agi_x:a: b", "a: b"),
            ("agi_x: Žluťoučký".encode(), "Žluťoučký"),
            (b"agi_x: M\xfcller", "M\udcfcller"),
            (b"agi_x: one\nagi_x: two", "one"),
            (b"agi_x: line\nanother", "line\nanother"),
        ],
        ids=["colons", "empty", "bare", "no blank", "colon without blank", "UTF-8", "Latin-1", "repeated", "newline"],
    )
    def test_values_are_kept(self, feed: Feed, line: bytes, value: str) -> None:
        call = call_of(feed(AgiConversation(), b"agi_network: yes\n" + line + b"\nagi_y: 1\n\n"))
        assert call.variables["x"] == value
        assert call.variables["y"] == "1"

    def test_a_callers_name_cannot_replace_what_asterisk_wrote_above_it(self) -> None:
        call = call_of(whole(AgiConversation(), PREAMBLE[:-1] + b"agi_calleridname: x\nagi_network_script: evil\n\n"))
        assert call.variables["network_script"] == "annc"

    def test_a_probe_may_end_its_lines_as_http_does(self, feed: Feed) -> None:
        call = call_of(feed(AgiConversation(), b"agi_network: yes\r\nagi_network_script: health\r\n\r\n"))
        assert call.variables["network_script"] == "health"

    @pytest.mark.parametrize("junk", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00", b"\n\n", b"x" * 65536])
    def test_what_does_not_begin_as_agi_is_refused_at_its_first_bytes(self, feed: Feed, junk: bytes) -> None:
        with pytest.raises(AgiProtocolError):
            feed(AgiConversation(), junk)

    def test_a_long_line_is_read_and_an_endless_one_is_refused(self) -> None:
        begin = b"agi_network: yes\nagi_arg_1: "
        value = b"v" * (PREAMBLE_BYTES - len(begin) - 2)
        assert call_of(whole(AgiConversation(), begin + value + b"\n\n")).arguments == (value.decode(),)
        with pytest.raises(AgiProtocolError):
            whole(AgiConversation(), begin + value + b"vvv")
        with pytest.raises(AgiProtocolError):
            whole(AgiConversation(), begin + value + b"v\n\n")

    @pytest.mark.parametrize("cut", range(len(PREAMBLE)))
    def test_a_preamble_cut_short_is_no_call(self, cut: int) -> None:
        conversation = AgiConversation()
        conversation.receive(PREAMBLE[:cut])
        conversation.receive(b"")
        assert events(conversation) == [Closed()]


ONE_REPLY = [
    (b"200 result=0\n", Reply(200, "0")),
    (b"200 result=-1\n", Reply(200, "-1")),
    (b"200 result=1234\n", Reply(200, "1234")),
    (b"200 result=12#\n", Reply(200, "12#")),
    (b"200 result=\n", Reply(200, "")),
    (b"200 result=0 endpos=8000\n", Reply(200, "0", endpos=8000)),
    (b"200 result=-1 endpos=0\n", Reply(200, "-1", endpos=0)),
    (b"200 result=0 Gosub complete\n", Reply(200, "0")),
    (b"200 result=1 (a)\n", Reply(200, "1", "a")),
    (b"200 result=1 ()\n", Reply(200, "1", "")),
    (b'200 result=1 (a (b) "c")\n', Reply(200, "1", 'a (b) "c"')),
    (b"200 result=1 (a) b)\n", Reply(200, "1", "a) b")),
    (b"200 result=1 (()\n", Reply(200, "1", "(")),
    (b"200 result=1 (a=b endpos=7)\n", Reply(200, "1", "a=b endpos=7")),
    (b"200 result=1 (x) endpos=5)\n", Reply(200, "1", "x) endpos=5")),
    (b"200 result=1 (c:\\dir\\)\n", Reply(200, "1", "c:\\dir\\")),
    (b"200 result=1 (hangup)\n", Reply(200, "1", "hangup")),
    (b"200 result=1 (HANGUP)\n", Reply(200, "1", "HANGUP")),
    ("200 result=1 (Žluť)\n".encode(), Reply(200, "1", "Žluť")),
    (b"200 result=1 (M\xfcller)\n", Reply(200, "1", "M\udcfcller")),
    (b"200 result=1 (one\ntwo)\n", Reply(200, "1", "one\ntwo")),
    (b"200 result=1 (\n\n)\n", Reply(200, "1", "\n\n")),
    (b"200 result=1 (one\nHANGUP\ntwo)\n", Reply(200, "1", "one\nHANGUP\ntwo")),
    (b"200 result=1 (one\n200 result=0\ntwo)\n", Reply(200, "1", "one\n200 result=0\ntwo")),
    (b"200 result=1 (" + b"v" * 102400 + b")\n", Reply(200, "1", "v" * 102400)),
    (b"200 result= (timeout)\n", Reply(200, "", "timeout")),
    (b"200 result=12 (timeout)\n", Reply(200, "12", "timeout")),
    (b"200 result=0 (timeout) endpos=8000\n", Reply(200, "0", "timeout", 8000)),
    (b"200 result=35 (dtmf) endpos=8000\n", Reply(200, "35", "dtmf", 8000)),
    (b"200 result=0 endpos=" + b"9" * 5000 + b"\n", Reply(200, "0")),
    (b"510 Invalid or unknown command\n", Reply(510, "", "Invalid or unknown command")),
    (
        b"511 Command Not Permitted on a dead channel or intercept routine\n",
        Reply(511, "", "Command Not Permitted on a dead channel or intercept routine"),
    ),
    (
        b"520 Invalid command syntax.  Proper usage not available.\n",
        Reply(520, "", "Invalid command syntax.  Proper usage not available."),
    ),
    (
        b"520-Invalid command syntax.  Proper usage follows:\n Usage: ANSWER\n\tAnswers.\n520 End of proper usage.\n",
        Reply(520, "", "Invalid command syntax.  Proper usage follows:\n Usage: ANSWER\n\tAnswers."),
    ),
    (b"100 result=0 Trying...\n200 result=0\n", Reply(200, "0")),
    (b"\n200 result=0\n", Reply(200, "0")),
    (b"garbage\n200 result=0\n", Reply(200, "0")),
    (b"200\n200 result=0\n", Reply(200, "0")),
    (b"\xff\xfe\n200 result=0\n", Reply(200, "0")),
]


class TestReplies:
    @pytest.mark.parametrize(("wire", "reply"), ONE_REPLY, ids=[wire[:40].hex(" ", -4) for wire, _ in ONE_REPLY])
    def test_each_reply_is_read_whole_and_the_next_one_is_the_next_commands(
        self, conversation: AgiConversation, feed: Feed, wire: bytes, reply: Reply
    ) -> None:
        assert feed(conversation, wire) == [reply]
        conversation.sent()
        assert feed(conversation, b"200 result=77\n") == [Reply(200, "77")]

    def test_hangup_before_a_reply_shifts_nothing(self, conversation: AgiConversation, feed: Feed) -> None:
        assert feed(conversation, b"HANGUP\n200 result=-1 endpos=8000\n") == [
            Hangup(),
            Reply(200, "-1", endpos=8000),
        ]

    def test_hangup_behind_a_reply_shifts_nothing(self, conversation: AgiConversation, feed: Feed) -> None:
        assert feed(conversation, b"200 result=1 (a)\nHANGUP\n") == [Reply(200, "1", "a"), Hangup()]
        conversation.sent()
        assert feed(conversation, b"511 Command Not Permitted\n") == [Reply(511, "", "Command Not Permitted")]

    def test_hangup_torn_in_two_by_the_next_command_is_a_hangup(self, conversation: AgiConversation) -> None:
        assert whole(conversation, b"200 result=0\nHANG") == [Reply(200, "0")]
        conversation.sent()
        assert whole(conversation, b"UP\n200 result=5\n") == [Hangup(), Reply(200, "5")]

    def test_a_line_end_after_a_parenthesis_is_part_of_the_value(self, conversation: AgiConversation) -> None:
        assert whole(conversation, b"200 result=1 (a)\nb)\n") == [Reply(200, "1", "a)\nb")]

    def test_a_value_that_looks_like_a_second_reply_is_still_one_value(self, conversation: AgiConversation) -> None:
        assert whole(conversation, b"200 result=1 (a)\n200 result=1 (b)\n") == [Reply(200, "1", "a)\n200 result=1 (b")]

    def test_the_rest_of_a_value_that_the_network_tore_shifts_nothing(self, conversation: AgiConversation) -> None:
        assert byte_by_byte(conversation, b"200 result=1 (a)\n") == [Reply(200, "1", "a")]
        assert byte_by_byte(conversation, b"b)\n") == []
        conversation.sent()
        assert byte_by_byte(conversation, b"200 result=9\n") == [Reply(200, "9")]

    def test_what_came_before_a_command_is_not_its_reply(self, conversation: AgiConversation) -> None:
        assert whole(conversation, b"200 result=0\n200 result=1\n200 res") == [Reply(200, "0")]
        conversation.sent()
        assert whole(conversation, b"ult=2\n200 result=3\n") == [Reply(200, "3")]

    def test_nothing_is_a_reply_where_nothing_was_asked(self, feed: Feed) -> None:
        conversation = AgiConversation()
        assert len(feed(conversation, PREAMBLE)) == 1
        assert feed(conversation, b"200 result=0\nHANGUP\n") == [Hangup()]

    @pytest.mark.parametrize(
        "wire", [b"2", b"200 resu", b"200 result=1 (a", b"200 result=1 (a\nb", b"520-Invalid\n Usage", b"HANG"]
    )
    def test_an_end_in_place_of_a_reply_is_an_end(self, conversation: AgiConversation, feed: Feed, wire: bytes) -> None:
        assert feed(conversation, wire) == []
        conversation.receive(b"")
        assert events(conversation) == [Closed()]
        assert conversation.next_event() == Closed()

    def test_a_reply_and_the_end_in_one_piece_are_both_read(self, conversation: AgiConversation) -> None:
        conversation.receive(b"200 result=1 (a)\n")
        conversation.receive(b"")
        assert events(conversation) == [Reply(200, "1", "a"), Closed()]

    @pytest.mark.parametrize("begin", [b"", b"200 result=1 (", b"200 result=1 (\n", b"520-Usage\n"])
    def test_an_endless_reply_is_refused(self, conversation: AgiConversation, begin: bytes) -> None:
        conversation.receive(begin + b"v" * (REPLY_BYTES - len(begin)))
        assert conversation.next_event() is None
        conversation.receive(b"v")
        with pytest.raises(AgiProtocolError):
            conversation.next_event()


SCRAPS = [PREAMBLE, b"HANGUP\n", b")\n", b"(", b"\n", b"520-", *(wire for wire, _ in ONE_REPLY[:24])]


@given(st.lists(st.sampled_from(SCRAPS)))
def test_nothing_but_events_and_the_documented_error_comes_out(pieces: list[bytes]) -> None:
    conversation = AgiConversation()
    try:
        for piece in [PREAMBLE, *pieces, b""]:
            conversation.receive(piece)
            for event in events(conversation):
                assert isinstance(event, Call | Reply | Hangup | Closed)
                if not isinstance(event, Closed):
                    conversation.sent()
    except AgiProtocolError:
        pass


@given(st.binary())
def test_any_bytes_at_all_are_a_preamble_or_refused(received: bytes) -> None:
    conversation = AgiConversation()
    try:
        conversation.receive(received)
        conversation.receive(b"")
        assert isinstance(events(conversation)[-1], Closed)
    except AgiProtocolError:
        pass


# A value's own ")" before a line end can be told from its last one only while the rest is there: see the module.
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).filter(
    lambda value: re.search(r"\)( endpos=-?\d+)?\r?\n|\nHANGUP", value) is None
)


@given(st.lists(VALUES, min_size=1, max_size=4), st.data())
def test_values_arrive_whole_however_they_are_cut(values: list[str], cuts: st.DataObject) -> None:
    conversation = AgiConversation()
    whole(conversation, PREAMBLE)
    for value in values:
        conversation.sent()
        wire = f"200 result=1 ({value})\n".encode()
        at = cuts.draw(st.lists(st.integers(0, len(wire)), max_size=4).map(sorted))
        found: list[Event] = []
        for begin, end in zip([0, *at], [*at, len(wire)], strict=True):
            if begin < end:
                found += whole(conversation, wire[begin:end])
        assert found == [Reply(200, "1", value)]
