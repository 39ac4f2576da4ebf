"""What is legal in a mailbox, and yet hardly meant: it is written, and a person hears of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.entries import GvmaWarning, Mailbox
from gvma.mailboxes.claims import Claim
from gvma.mailboxes.values import can_be_dialled
from gvma.printable import first_names


class Remarks:
    """Looks at every mailbox that is served, in their order. main_extension: ``vm_voicemail_main_ext``."""

    def __init__(self, main_extension: str) -> None:
        self._main_extension = main_extension
        self._warnings: list[GvmaWarning] = []
        self._numbers: list[str] = []

    def look_at(self, claim: Claim, mailbox: Mailbox) -> None:
        """Runs 100,000 times in a sync: nearly every PIN is digits."""
        if not (mailbox.pin.isdecimal() and mailbox.pin.isascii()) and not can_be_dialled(mailbox.pin):
            self._pin(claim)
        if mailbox.box == self._main_extension:
            self._warn(
                "mailbox-unreachable",
                f"{claim.owner}: nobody can leave a message in {mailbox.key}: behind a prefix {mailbox.box} is "
                "vm_voicemail_main_ext, which asks for mailbox and PIN",
                f"{claim.owner}, gvm_mailbox",
            )
        if "|" in mailbox.pager:
            self._warn(
                "several-pagers",
                f"{claim.owner}: Asterisk mails a pager at one address: '|' separates recipients in gvm_email only",
                f"{claim.owner}, gvm_pager_email",
            )

    def warnings(self) -> Iterator[GvmaWarning]:
        """All that was seen. First PINs that are numbers by default are named together: a site may have 100,000."""
        yield from self._warnings
        if self._numbers:
            names = first_names(self._numbers)
            yield GvmaWarning(
                "pin-not-dialled",
                f"no phone can dial the first PIN of {names}: without gvm_password it is the number",
                f"{self._numbers[0]}, gvm_password",
            )

    def _pin(self, claim: Claim) -> None:
        if not claim.claimant.options.get("gvm_password", "").strip(" "):
            self._numbers.append(claim.owner)
            return
        self._warn(
            "pin-not-dialled",
            f"{claim.owner}: no phone can dial gvm_password: a PIN is digits, and * behind the first of them",
            f"{claim.owner}, gvm_password",
        )

    def _warn(self, code: str, message: str, where: str) -> None:
        self._warnings.append(GvmaWarning(code, message, where))
