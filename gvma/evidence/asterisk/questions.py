"""Questions to one Asterisk over one AMI connection: one that is refused there does not stop the next."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from gvma.ami.manager import AsteriskManager
from gvma.errors import AmiPermissionError, AsteriskRefusedError, AsteriskUnreachableError

_T = TypeVar("_T")


class AmiQuestions:
    """One question after another; after a silence nothing more is asked.

    lost: why nothing more is asked. refused: what the account may not do, in the order of the questions.
    """

    def __init__(self, ami: AsteriskManager) -> None:
        self.ami = ami
        self.lost: AsteriskUnreachableError | None = None
        self.refused: list[str] = []

    def refusals(self) -> tuple[str, ...]:
        """What was refused, each once."""
        return tuple(dict.fromkeys(self.refused))

    def tried(self, question: Callable[[], _T], otherwise: _T) -> _T:
        """The answer; ``otherwise`` where there is none."""
        if self.lost is not None:
            return otherwise
        with suppress(AsteriskRefusedError):  # the module or the file that answers this is not there
            try:
                return question()
            except AmiPermissionError as refusal:
                self.refused.append(refusal.message)
            except AsteriskUnreachableError as lost:
                self.lost = lost
        return otherwise

    def lines(self, command: str) -> list[str]:
        """Of a command of Asterisk's console; none where it was not answered."""
        return self.tried(lambda: self.ami.command(command), [])
