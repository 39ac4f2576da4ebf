"""Subscribers as the consoles of Asterisk 16 and 22 list them."""

from __future__ import annotations

from typing import cast

import pytest

from gvma.ami.console.subscribers import PLAIN, aor_mailboxes, subscribers
from gvma.ami.manager import AsteriskManager
from gvma.asterisk.drivers import CHAN_SIP, PJSIP

# pjsip show subscriptions inbound like gvm.1000, of Asterisk 22.
OF_PJSIP = """\
Endpoint: <Endpoint/Caller-ID.............................................>
Resource: <Resource/Event.................................................>
  Expiry: <Expiry>  <Call-id..............................................>
===========================================================================

Endpoint: gvma-sipserver/<none>
Resource: gvm-1000/message-summary
  Expiry:      597  17518a5cbf452feae96a4fac@127.0.0.1:31721

Endpoint: desk/"Ann" <1000>
Resource: gvm-10001/message-summary
  Expiry:      597  2c9

Endpoint: desk/<none>
Resource: gvm-1000/presence
  Expiry:      597  2c9

3 active subscriptions matched "gvm.1000"
"""
# sip show subscriptions, of Asterisk 16.
OF_CHAN_SIP = """\
Peer             User             Call ID          Extension        Last state     Type            Mailbox    Expiry
127.0.0.1        gvm-1000         5b49a5dda582f2f  --               <none>         mwi             1000@GVMA_ 000600
192.0.2.7        gvm-1000         6b49a5dda582f2f  1000             Idle           xpidf+xml       <none>     000600
127.0.0.1        gvm-a-123456789  7b49a5dda582f2f  --               <none>         mwi             1234@GVMA_ 000600
3 active SIP subscriptions
"""
# pjsip show aor gvm-1000.
OF_AOR = """\
      Aor:  gvm-1000                                             0

 ParameterName        : ParameterValue
 =====================================
 contact              :
 mailboxes            : 1000@GVMA_DN
"""


class Console:
    """Prints one text, and keeps what was asked."""

    def __init__(self, text: str) -> None:
        self.text, self.asked = text, ""

    def command(self, line: str) -> list[str]:
        self.asked = line
        return self.text.splitlines()


def manager(console: Console) -> AsteriskManager:
    return cast("AsteriskManager", console)


def test_pjsip_names_the_endpoint_that_subscribes_for_messages() -> None:
    console = Console(OF_PJSIP)
    assert subscribers(manager(console), PJSIP, "gvm-1000") == ("gvma-sipserver",)
    assert console.asked == "pjsip show subscriptions inbound like gvm.1000"
    assert subscribers(manager(console), PJSIP, "gvm-100") == ()


@pytest.mark.parametrize(
    ("name", "found"), [("gvm-1000", ("127.0.0.1",)), ("gvm-a-1234567890", ("127.0.0.1",)), ("gvm-2", ())]
)
def test_chan_sip_names_the_address_that_subscribes_for_messages(name: str, found: tuple[str, ...]) -> None:
    assert subscribers(manager(Console(OF_CHAN_SIP)), CHAN_SIP, name) == found


def test_an_aor_has_its_mailboxes_and_one_that_is_not_there_has_none() -> None:
    assert aor_mailboxes(manager(Console(OF_AOR)), "gvm-1000") == "1000@GVMA_DN"
    assert aor_mailboxes(manager(Console("Unable to find object gvm-9.\n\n")), "gvm-9") is None


@pytest.mark.parametrize("name", ["gvm-1 like x", "gvm-1\r\nAction: Logoff", "", "gvm-[0-9]*", "x" * 80])
def test_a_name_that_is_no_single_word_is_not_asked_for(name: str) -> None:
    assert not PLAIN.fullmatch(name)
