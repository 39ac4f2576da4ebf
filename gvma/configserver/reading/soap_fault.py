"""The text of a SOAP fault, as an error; nothing here opens anything."""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from gvma.errors import ConfigServerFault, CredentialsError

Masked = Callable[[str], str]

_SHOWN_CHARACTERS = 500
_READ_CHARACTERS = 16 * 1024


class SoapFault:
    """A SOAP fault, 1.1 or 1.2, with the detail of our own contract. It takes over the handlers of ``parser``."""

    _KEPT = frozenset({"faultcode", "faultstring", "errorType", "description", "Value", "Text"})

    def __init__(self, parser: expat.XMLParserType, masked: Masked) -> None:
        self._masked = masked
        self._texts: dict[str, str] = {}
        self._name = ""
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def error(self) -> ConfigServerFault | CredentialsError:
        """The fault as our error.

        Refused credentials: ``FailedAuthentication`` in WS-Security, ``Client.Authentication`` in SOAP 1.1 (4.4.1).
        """
        said = [self._said(name) for name in ("faultstring", "Text", "errorType", "description")]
        text = ": ".join(dict.fromkeys(filter(None, said))) or "no text"
        code = self._texts.get("faultcode") or self._texts.get("Value", "")
        if "Authentication" in code:
            return CredentialsError(f"the credentials were refused: {text}")
        return ConfigServerFault(
            f"the server answered with a fault: {text}",
            hint="Nothing was written. Check the query, and what this account may read; the text is the server's.",
        )

    def _said(self, name: str) -> str:
        """Masked before it is cut, so that no part of a password is left at the end."""
        return on_one_line(self._masked(self._texts.get(name, "").strip()))[:_SHOWN_CHARACTERS]

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._name = name.rpartition(":")[2]

    def _end(self, _name: str) -> None:
        self._name = ""

    def _text(self, text: str) -> None:
        if self._name in self._KEPT and len(known := self._texts.get(self._name, "")) < _READ_CHARACTERS:
            self._texts[self._name] = (known + text)[:_READ_CHARACTERS]


def on_one_line(text: str) -> str:
    """A text of somebody else's on one line, without control characters."""
    return "".join(c if c.isprintable() else " " for c in text)
