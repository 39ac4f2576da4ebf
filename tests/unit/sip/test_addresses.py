"""Looking up host names: what is found, and what is not waited for."""

from __future__ import annotations

import socket
from threading import Event

import pytest

from gvma.sip.addresses import addresses_of


def test_an_address_is_its_own_and_a_name_that_nobody_knows_has_none() -> None:
    assert addresses_of(["127.0.0.1", "[::1]", "no such name"], 5.0) == {
        "127.0.0.1": {"127.0.0.1"},
        "[::1]": {"::1"},
        "no such name": set(),
    }


def test_every_address_of_a_name_is_found() -> None:
    assert "127.0.0.1" in addresses_of(["localhost"], 5.0)["localhost"]


def test_a_resolver_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    never = Event()

    def silent(host: str, port: None) -> list[object]:
        never.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    found = addresses_of(["silent.example"], 0.1)
    never.set()
    assert found == {"silent.example": set()}
