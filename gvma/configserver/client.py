"""Configuration Server for the rest of gvma; nothing of HTTP is imported before the first query."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from gvma.configserver.objects import ConfigObject, Store
from gvma.settings.model import ConfigServerSettings

if TYPE_CHECKING:
    from gvma.configserver.soap.conversation import SoapConversation


class ConfigurationServer:
    """One Configuration Server, asked one query after another over one connection. A context manager.

    An answer may pause for ``timeout`` seconds, and take 20 times that as a whole.
    """

    def __init__(self, settings: ConfigServerSettings) -> None:
        self._settings = settings
        self._conversation: SoapConversation | None = None

    def query(self, xpath: str) -> list[ConfigObject]:
        """The objects that ``xpath`` selects, sent byte for byte; empty where none matches.

        Raises ConfigServerError (a class of its own for each cause), CredentialsError, or SettingsError if ca_file
        or wsdl cannot be used.
        """
        return self._opened().query(xpath)

    def receive(self, xpath: str, store: Store) -> Callable[[], list[ConfigObject]]:
        """Puts the whole answer, decompressed, into ``store``; what comes back reads it. Both raise as ``query``."""
        return self._opened().receive(xpath, store)

    def close(self) -> None:
        """Close the connection."""
        if self._conversation is not None:
            self._conversation.close()
            self._conversation = None

    def _opened(self) -> SoapConversation:
        if self._conversation is None:
            # requests takes its time: a run with --from never needs it.
            from gvma.configserver.soap.conversation import SoapConversation  # noqa: PLC0415

            self._conversation = SoapConversation(self._settings)
        return self._conversation

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
