"""Asterisk's part in a call, as measured on 16 and 22, for call flows without an Asterisk.

It keeps what a real one keeps (answered or not, sounds, files, groups) and answers each command from that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallerGone, CallFlow, Command, Note, Reply

OK = Reply(200, "0")
SAMPLES_A_SECOND = 8000
RECORDED = Reply(200, "0", "timeout", 8000)
HANG_UP = "hang up"


@dataclass
class Asterisk:
    """One channel.

    sounds: seconds by name. files and folders: paths on Asterisk's host. keys: what the caller does while
    Asterisk waits: a key, or HANG_UP. functions: what an expression gives, by its text between ``${`` and
    ``}``; what is not named gives nothing, as on the other channel driver. others_in_groups: of other channels,
    which leave while this one waits unanswered.
    """

    request_uri: str = ""
    to: str = ""
    allow: str = ""
    channel: str = "PJSIP"
    sounds: dict[str, float] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=lambda: {"/var/lib/asterisk/sounds"})
    keys: Iterable[str] = ()
    others_in_groups: list[str] = field(default_factory=list)
    conferences: dict[str, int] = field(default_factory=dict)
    opened_meanwhile: dict[str, int] = field(default_factory=dict)
    recorded: set[str] = field(default_factory=set)
    confbridge_loaded: bool = True
    plays_before_hangup: int = 10_000
    recording: Reply = RECORDED
    arguments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.commands: list[Command] = []
        self.notes: list[Note] = []
        self.variables: dict[str, str] = {}
        self.heard: list[str] = []
        self.texts: list[str] = []
        self.answered = self.gone = False
        self._keys = iter(self.keys)
        self._group = ""

    def runs(self, flow: Callable[[Call, MediaSettings], CallFlow], media: MediaSettings | None = None) -> str:
        """Drives the flow to its end and returns its word."""
        names = {"type": self.channel, "uniqueid": "1795306622.7", "language": "en", "extension": "annc"}
        running = flow(Call(names, self.arguments), media or MediaSettings())
        reply: Reply | None = None
        try:
            while True:
                step = running.throw(CallerGone()) if self.gone and reply is None else running.send(reply)
                while isinstance(step, Note):
                    self.notes.append(step)
                    step = running.send(None)
                self.commands.append(step)
                reply = None if self.gone else self._reply(step)
                assert len(self.commands) < 100_000
        except StopIteration as end:
            return str(end.value)
        except CallerGone:
            return "caller-gone"

    @property
    def lines(self) -> list[str]:
        """The commands as text, in order."""
        return [" ".join((command.verb, *command.arguments)) for command in self.commands]

    def _reply(self, command: Command) -> Reply | None:
        answers: dict[str, Callable[..., Reply | None]] = {
            "ANSWER": self._answer,
            "HANGUP": self._hang_up,
            "SET VARIABLE": self._set,
            "GET FULL VARIABLE": self._get,
            "STREAM FILE": self._stream,
            "WAIT FOR DIGIT": self._wait,
            "SEND TEXT": self._send,
            "RECORD FILE": self._record,
            "EXEC": self._exec,
        }
        return answers[command.verb](*command.arguments)

    def _answer(self) -> Reply:
        self.answered = True
        return OK

    def _hang_up(self) -> Reply:
        self.gone = True
        return Reply(200, "1")

    def _set(self, name: str, value: str) -> Reply:
        self.variables[name] = value
        if name.startswith("GROUP("):
            self._group = value
        return Reply(200, "1")

    def _get(self, expression: str) -> Reply:
        inner = re.sub(r"\$\{LEN\(\$\{([^{}]*)\}\)\}", lambda match: str(len(self._value(match[1]))), expression)
        value = re.sub(r"\$\{([^{}]*)\}", lambda match: self._value(match[1]), inner)
        return Reply(200, "1", value)

    def _value(self, name: str) -> str:
        own = {
            "PJSIP": {
                "CHANNEL(pjsip,request_uri)": self.request_uri,
                "PJSIP_HEADER(read,To)": self.to,
                "CHANNEL(pjsip,call-id)": "pjsip-call-id",
            },
            "SIP": {
                "CHANNEL(ruri)": self.request_uri,
                "SIP_HEADER(To)": self.to,
                "SIP_HEADER(Allow)": self.allow,
                "SIPCALLID": "sip-call-id",
            },
        }.get(self.channel, {})
        own |= {"ASTDATADIR": "/usr/share/asterisk", "UNIQUEID": "1795306622.7"}
        if name in own:
            return own[name]
        function, _, argument = name.rstrip(")").partition("(")
        if function == "STAT":
            flag, _, path = argument.partition(",")
            return str(int(path in (self.folders if flag == "d" else self.files | self.folders)))
        if function == "GROUP_COUNT":
            return str([self._group, *self.others_in_groups].count(argument.partition("@")[0]))
        if function == "GROUP_MATCH_COUNT":
            groups = [self._group, *self.others_in_groups]
            return str(sum(re.search(argument.partition("@")[0], group) is not None for group in groups))
        if function == "CONFBRIDGE_INFO" and self.confbridge_loaded:
            return str(self.conferences.get(argument.partition(",")[2], 0))
        if function == "CHANNELS":
            return " ".join(name for name in self.recorded if re.search(argument, name))
        return ""

    def _stream(self, name: str, keys: str, offset: str = "0") -> Reply | None:
        if name not in self.sounds:
            return Reply(200, "-1", endpos=int(offset))
        samples = round(self.sounds[name] * SAMPLES_A_SECOND)
        if int(offset) >= samples:
            return Reply(200, "0", endpos=samples)
        self.heard.append(name if self.answered else f"{name} before the answer")
        if len(self.heard) > self.plays_before_hangup:
            return self._caller_hangs_up()
        key = next(self._keys, "") if keys else ""
        if key == HANG_UP:
            return self._caller_hangs_up()
        if key and key in keys:
            return Reply(200, str(ord(key)), endpos=samples // 2)
        return Reply(200, "0", endpos=samples)

    def _wait(self, milliseconds: str) -> Reply | None:
        assert milliseconds == "-1"
        key = next(self._keys, HANG_UP)
        if key == HANG_UP:
            return self._caller_hangs_up()
        return Reply(200, str(ord(key)) if key else "0")

    def _send(self, text: str) -> Reply:
        self.texts.append(text)
        return OK

    def _record(self, path: str, form: str, keys: str, milliseconds: str, *more: str) -> Reply:
        assert (form, keys) == ("wav", "")
        self.files.add(f"{path}.wav")
        return self.recording

    def _exec(self, application: str, arguments: str) -> Reply | None:
        if application == "Hangup":
            self.gone = True
            return Reply(200, "-1")
        if application == "Wait" and self.others_in_groups:
            self.others_in_groups.clear()
            self.conferences |= self.opened_meanwhile
            return OK
        if application == "Wait":
            self.heard.append(f"silence for {float(arguments):g} s")
            return self._caller_hangs_up() if len(self.heard) > self.plays_before_hangup else OK
        if application == "ConfBridge":
            self.conferences[arguments] = self.conferences.get(arguments, 0) + 1
            return self._caller_hangs_up()
        return OK if application == "MixMonitor" else Reply(200, "-2")

    def _caller_hangs_up(self) -> Reply | None:
        self.gone = True
        return None
