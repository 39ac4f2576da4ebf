"""Sites that know SIP Server in one way or another, and what becomes of its requests. Nothing here asserts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from socket import SOCK_DGRAM

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.ports import free_port
from gvma.sip.message import Header
from tests.harness.layer import Layer
from tests.harness.site import Site
from tests.useragent import UserAgent

SIPSERVER, PORT = "127.0.0.1", free_port(SOCK_DGRAM)
"""An address that has a name everywhere, localhost."""

OBJECTS = Layer(dns={"1000": {}, "1001": {}})
EXTENSIONS = (
    "[general]\n[default]\ninclude => GVMA\n"
    "[from-tserver]\nexten => 4711,1,Answer()\n same => n,Wait(5)\n"
    "[from-elsewhere]\nexten => 4711,1,Hangup(17)\n"
)
ANSWERED, BUSY, NOT_FOUND, UNKNOWN_SENDER = 200, 486, 404, 401
"""Where a call to 4711 ends: in [from-tserver], in [from-elsewhere], in another context, and in none."""


def endpoint(name: str, context: str = "from-tserver", *lines: str) -> str:
    more = "".join(f"{line}\n" for line in lines)
    return f"[{name}]\ntype=endpoint\ncontext={context}\ndisallow=all\nallow=ulaw\n{more}"


def identify(name: str, *lines: str) -> str:
    more = "".join(f"{line}\n" for line in lines)
    return f"[{name}-identify]\ntype=identify\nendpoint={name}\n{more}"


@dataclass
class Senders:
    """An Asterisk, a site on it, and SIP Server.

    headers: what SIP Server's requests carry. port: where they come from.
    """

    asterisk: PrivateAsterisk
    site: Site
    stack: ExitStack
    headers: Sequence[Header] = ()
    port: int = PORT
    agents: dict[tuple[str, int], UserAgent] = field(default_factory=dict)

    def put(self, name: str, text: str, *, reload: bool = True) -> None:
        """The site writes a file of Asterisk's, and reloads the channel driver, as an administrator would."""
        filled = text.replace("{sip_port}", str(self.asterisk.sip_port))
        (self.asterisk.etc / name).write_text(filled, "utf-8")
        if reload:
            self.reload()

    def add(self, name: str, text: str, *, reload: bool = True) -> None:
        """As ``put``, at the end of what there is."""
        self.put(name, self.site.text(name) + text, reload=reload)

    def reload(self) -> None:
        self.asterisk.cli(f"module reload {'chan_sip' if self.asterisk.driver == 'sip' else 'res_pjsip'}.so")
        if self.asterisk.driver == "pjsip":
            self.asterisk.cli("module reload res_pjsip_config_wizard.so")

    def agent(self, host: str = SIPSERVER, port: int = 0) -> UserAgent:
        place = (host, port or self.port)
        if place not in self.agents:
            made = UserAgent(("127.0.0.1", self.asterisk.sip_port), "gsip", host=host, port=place[1])
            self.agents[place] = self.stack.enter_context(made)
        return self.agents[place]

    def call(self, *, host: str = SIPSERVER, port: int = 0, from_user: str = "5551") -> int:
        """The final status of a call to 4711."""
        call = self.agent(host, port).call("4711", from_user=from_user, headers=self.headers)
        status = call.wait_final().status
        if status == ANSWERED:
            call.hang_up()
        return status

    def hears(self, name: str = "gvm-1000") -> bool:
        """Whether SIP Server may subscribe, and gets a NOTIFY."""
        subscribed = self.agent().subscribe(name, headers=self.headers)
        if subscribed.response.status != 200:
            return False
        self.agent().wait_notify("Voice-Message: 0/0", subscribed)
        return True
