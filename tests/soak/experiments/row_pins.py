"""A PIN that its owner chooses at a node's telephone, against syncs that write the same row."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor

from tests.harness.layer import Layer
from tests.harness.servers.many_hosts import ManyHosts
from tests.integration.realtime.prepared import boxes
from tests.soak.phone import Phone
from tests.useragent import Call, UserAgent

_CODES_A_SECOND = 8_000
BOX, KEY = "10000", "10000@GVMA_DN"


def race(hosts: ManyHosts, telephone: UserAgent, *, rounds: int, mailboxes: int) -> int:
    """In each round a sync gives every mailbox another name, about when the last key of a PIN change is pressed.

    telephone: at the first node. Returns in how many rounds Asterisk wrote the PIN while the sync ran.
    """
    chance = random.Random(20261128)
    phone, node = Phone(hosts.nodes[0], telephone), hosts.nodes[0]
    pin, raced = BOX, 0
    for name in ("first", "before"):
        _rename(hosts, mailboxes, name)
        began = time.monotonic()
        hosts.site.sync(reload=True)
    longest = round((time.monotonic() - began) * _CODES_A_SECOND)
    with ThreadPoolExecutor(1) as owner:
        for number in range(rounds):
            chosen = str(chance.choice([number for number in range(10, 100) if str(number) != pin]))
            call = phone.open_options(BOX, pin)
            phone.type_new_pin(call, chosen)
            call.audio.send_codes(b"\xff" * chance.randrange(longest))  # somewhere in the sync
            _rename(hosts, mailboxes, f"Round {number}")
            changed = owner.submit(_changed, phone, call)
            began = time.monotonic()
            hosts.site.sync(reload=True)
            ended = time.monotonic()
            raced += began < changed.result() < ended
            call.hang_up()
            hosts.site.sync(reload=True)
            rows = boxes(hosts.database)
            assert rows[KEY][:2] == (chosen, f"Round {number}"), f"round {number}"
            assert len(rows) == mailboxes
            assert phone.accepts(BOX, chosen), f"round {number}: {node.log_text()[-2000:]}"
            assert not phone.accepts(BOX, pin)
            pin = chosen
    return raced


def _changed(phone: Phone, call: Call) -> float:
    """The last key, and when Asterisk has written the PIN."""
    phone.confirm(call)
    return time.monotonic()


def _rename(hosts: ManyHosts, mailboxes: int, name: str) -> None:
    hosts.site.put(Layer({str(10_000 + number): {"gvm_name": name} for number in range(mailboxes)}))
