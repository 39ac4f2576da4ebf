"""Looking up host names: what is found, and what is not waited for."""

from __future__ import annotations

import socket
from threading import Event

import pytest

from gvma.sip.addresses import addresses_of, hosts_of_asterisk, is_local, local_addresses


def test_an_address_is_its_own_and_a_name_that_nobody_knows_has_none() -> None:
    assert addresses_of(["127.0.0.1", "[::1]", "no such name"], 60.0) == {
        "127.0.0.1": {"127.0.0.1"},
        "[::1]": {"::1"},
        "no such name": set(),
    }


def test_every_address_of_a_name_is_found() -> None:
    assert "127.0.0.1" in addresses_of(["localhost"], 60.0)["localhost"]


def test_a_resolver_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    never = Event()

    def silent(host: str, port: None) -> list[object]:
        never.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    found = addresses_of(["silent.example"], 0.1)
    never.set()
    assert found == {"silent.example": set()}


def test_all_of_loopback_is_this_host() -> None:
    assert {"127.0.0.1", "::1"} <= local_addresses()
    assert is_local("127.8.8.8")
    assert is_local("localhost")
    assert not is_local("192.0.2.1")


def test_an_asterisk_on_this_host_is_known_by_all_of_its_addresses_and_by_no_other() -> None:
    known = hosts_of_asterisk("127.0.0.1", ["127.0.0.9", "localhost", "192.0.2.1", "[::1]"], 60.0)
    assert {"127.0.0.1", "127.0.0.9", "localhost", "[::1]"} <= known
    assert "192.0.2.1" not in known


def test_an_asterisk_elsewhere_is_known_by_its_address() -> None:
    known = hosts_of_asterisk("192.0.2.1", ["192.0.2.1", "192.0.2.2", "127.0.0.1"], 60.0)
    assert known == {"192.0.2.1"}
