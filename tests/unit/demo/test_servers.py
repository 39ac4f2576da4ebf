"""What is said where PostgreSQL, its ODBC driver or HAProxy cannot be had, and what is made of HAProxy's sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gvma.demo import hosts_story, packages
from gvma.demo.debian import NotObtainableError
from gvma.demo.servers.haproxy import configured, obtain_haproxy
from gvma.demo.servers.odbc import obtain_odbc_driver
from gvma.demo.servers.postgresql import obtain_postgresql

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def no_mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache, and no Debian packages."""

    def refuse(suite: str, *_: object) -> None:
        raise NotObtainableError(f"no mirror has {suite}")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(packages, "architecture", lambda: "amd64")
    monkeypatch.setattr(packages, "unpack", refuse)


@pytest.mark.parametrize(
    ("obtain", "name"),
    [
        (obtain_postgresql, "PostgreSQL 18"),
        (obtain_odbc_driver, "ODBC driver for PostgreSQL"),
        (obtain_haproxy, "HAProxy"),
    ],
)
def test_without_packages_the_reason_of_each_suite_is_named(obtain: Callable[[], object], name: str) -> None:
    with pytest.raises(NotObtainableError, match=f"no {name} from Debian packages: forky: .*; sid: ") as raised:
        obtain()
    assert "Debian mirror" in raised.value.hint


def test_the_demo_of_two_hosts_says_what_it_lacks_and_starts_nothing() -> None:
    shown: list[str] = []
    assert hosts_story.play(shown.append) == 16
    assert len(shown) == 1
    assert "needs PostgreSQL 18" in shown[0]


def test_haproxys_sample_gets_other_addresses_and_keeps_every_other_line() -> None:
    sample = (ROOT / "contrib/haproxy.cfg").read_text()
    made = configured(sample, 5000, [5001, 5002])
    assert made.count("bind 127.0.0.1:5000\n") == 1
    assert [line.strip() for line in made.splitlines() if line.strip().startswith("server ")] == [
        "server media1 127.0.0.1:5001",
        "server media2 127.0.0.1:5002",
    ]
    kept = [line for line in sample.splitlines() if not line.strip().startswith(("server ", "bind "))]
    assert [line for line in made.splitlines() if not line.strip().startswith(("server ", "bind "))] == kept
