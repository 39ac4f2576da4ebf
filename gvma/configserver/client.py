"""Configuration Server over SOAP; nothing here decides what an object means, and nothing is retried."""

from __future__ import annotations

from typing import Self

from gvma.configserver.objects import ConfigObject
from gvma.settings.model import ConfigServerSettings


class ConfigurationServer:
    """One Configuration Server, asked query after query with one zeep client. A context manager."""

    def __init__(self, settings: ConfigServerSettings) -> None:
        self._settings = settings

    def query(self, xpath: str) -> list[ConfigObject]:
        """The objects that ``xpath`` selects, sent byte for byte; empty where none matches.

        Raises ConfigServerError (each cause its own class) or CredentialsError.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Give back the connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
