"""Whatever a caller writes into the URI: the flow ends, and every command is one that may be sent."""

from __future__ import annotations

from collections import deque
from inspect import GEN_CLOSED, getgeneratorstate
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvma.agi.quoting import command_line
from gvma.settings.model import MediaSettings
from gvma.treatments import ROUTES
from gvma.treatments.commands import Call, Reply
from tests.unit.treatments.scripted import Asterisk

TEXT = st.text("abcmusiconf/=;:@.%2e&,|\"'\\${}[]()<>*+~!-_ \r\n\0\udcff\u00e9", max_size=60)
PARAM = st.builds(
    lambda name, value: f";{name}={value}",
    st.sampled_from(["play", "repeat", "delay", "duration", "locale", "record", "x"]),
    st.one_of(
        TEXT, st.sampled_from(["music/collect", "silence/3", "forever", "2", "fr_FR", "http://h/%22", "a" * 2000])
    ),
)
URI = st.builds(
    lambda user, params: f"sip:{user}@h" + "".join(params),
    st.one_of(st.sampled_from(["annc", "conf=1", "dialog"]), st.builds(lambda name: f"conf={name}", TEXT)),
    st.lists(PARAM, max_size=4),
)


class EverySound(dict[str, float]):
    """An Asterisk that has whatever it is asked for."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> float:
        return 0.5


@given(
    st.one_of(URI, TEXT),
    st.one_of(URI, TEXT),
    st.sampled_from(["service", "treatment", "conf", "dialog"]),
    st.sampled_from(["genesys", "rfc4240"]),
    st.booleans(),
)
def test_every_call_ends_and_asks_only_what_may_be_asked(
    uri: str, to: str, route: str, dialect: str, everything: bool
) -> None:
    asterisk = Asterisk(uri, to=to, sounds=EverySound() if everything else {}, plays_before_hangup=30)
    outcome = asterisk.runs(ROUTES[route], MediaSettings(dialect=dialect, play_hosts=("h",)))
    assert outcome
    assert asterisk.gone
    for command in asterisk.commands:
        assert command_line(command.verb, command.arguments).count(b"\n") == 1
        if command.verb == "EXEC":
            application, arguments = command.arguments
            assert application in ("Hangup", "Wait", "ConfBridge", "MixMonitor")
            assert not set(arguments) & set(',&|$\\"')


NUMBER = "9" * 5000


@pytest.mark.parametrize(
    ("channel", "uri", "answer"),
    [
        ("PJSIP", "sip:conf=1@h", f"parties={NUMBER} folder=1 recording={NUMBER} plain= recorder="),
        ("PJSIP", "sip:annc@h;record=x", f"users={NUMBER} before=0 file=0 folder=1"),
        ("SIP", f"{NUMBER} sip:annc@h;play=x", ""),
    ],
)
def test_a_number_without_an_end_ends_the_call_and_is_no_defect(channel: str, uri: str, answer: str) -> None:
    flow = ROUTES["service"](Call({"type": channel}), MediaSettings())
    next(flow)
    deque(map(flow.send, chain([Reply(200, "1", uri)], repeat(Reply(200, "1", answer), 100))))
    assert getgeneratorstate(flow) == GEN_CLOSED
