"""A telephone at a mailbox: it logs in, and changes the PIN by keys, as its owner would.

Every step waits for the prompt that Asterisk says it plays; nothing here waits for time to pass.
"""

from __future__ import annotations

import re

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.waiting import wait_until
from tests.useragent import UserAgent
from tests.useragent.call import Call

EXTENSIONS = """\
[general]
[default]
exten => _8.,1,VoicemailMain(${EXTEN:1}@GVMA_DN)
 same => n,Hangup()
"""


class Phone:
    """One telephone. ``EXTENSIONS`` is what the dialplan needs: 8 and the box number leads to the box."""

    def __init__(self, asterisk: PrivateAsterisk, agent: UserAgent) -> None:
        self._asterisk, self._agent = asterisk, agent
        self._heard = 0

    def accepts(self, box: str, pin: str) -> bool:
        """Whether the box opens to the PIN."""
        call = self._enter(box, pin)
        opened = self.hears("vm-incorrect", "vm-incorrect-mailbox", "vm-youhave", "vm-opts") in {
            "vm-youhave",
            "vm-opts",
        }
        call.hang_up()
        return opened

    def open_options(self, box: str, pin: str) -> Call:
        """A call that is in the mailbox options of the box."""
        call = self._enter(box, pin)
        assert self.hears("vm-incorrect", "vm-opts") == "vm-opts"
        call.audio.send_digits("0")
        self.hears("vm-options")
        return call

    def type_new_pin(self, call: Call, pin: str) -> None:
        """Everything of a change but the last key, ``#``."""
        call.audio.send_digits("5")
        self.hears("vm-newpassword")
        call.audio.send_digits(f"{pin}#")
        self.hears("vm-reenterpassword")
        call.audio.send_digits(pin)

    def confirm(self, call: Call) -> None:
        """The last key; the PIN is changed when it returns."""
        call.audio.send_digits("#")
        self.hears("vm-passchanged")

    def change_pin(self, box: str, old: str, new: str) -> None:
        """One call that changes the PIN."""
        call = self.open_options(box, old)
        self.type_new_pin(call, new)
        self.confirm(call)
        call.hang_up()

    def dial(self, number: str, caller: str = "alice") -> Call:
        """A call that Asterisk has answered. caller: the number that it sees."""
        self._heard = len(self._asterisk.log_text())
        call = self._agent.call(number, from_user=caller)
        assert call.wait_final().status == 200, call
        return call

    def hears(self, *names: str) -> str:
        """Waits for the next prompt of these, and says which it was."""
        wanted = re.compile(rf"Playing '({'|'.join(re.escape(name) for name in names)})\.")
        found = None

        def played() -> bool:
            nonlocal found
            found = wanted.search(self._asterisk.log_text(), self._heard)
            return found is not None

        wait_until(played, f"none of {names} was played", lambda: self._asterisk.log_text()[self._heard :])
        assert found is not None
        self._heard = found.end()
        return found[1]

    def _enter(self, box: str, pin: str) -> Call:
        call = self.dial(f"8{box}")
        self.hears("vm-password")
        call.audio.send_digits(f"{pin}#")
        return call
