"""How the cache of unpacked programs is filled: whole or not at all, by one builder at a time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from gvma.demo import debian, packages
from gvma.demo.debian import NotObtainableError
from gvma.demo.packages import unpacked


class Unpacker:
    """Stands for apt and dpkg-deb: writes one file, or fails, as it is told for a suite."""

    def __init__(self, *good_suites: str) -> None:
        self.good_suites = good_suites
        self.asked: list[str] = []

    def __call__(self, suite: str, packages: Sequence[str], into: Path, work: Path) -> None:
        self.asked.append(suite)
        into.mkdir()
        (into / "half").touch()
        if suite not in self.good_suites:
            raise NotObtainableError(f"no {packages[0]} in {suite}")
        (into / "program").write_text(suite)


def works(place: Path) -> None:
    if not (place / "program").exists():
        raise NotObtainableError("no program")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(packages, "architecture", lambda: "amd64")
    return tmp_path / "gvma"


def folders(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir() if path.is_dir())


def test_what_was_built_once_is_not_built_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacker = Unpacker("forky")
    monkeypatch.setattr(packages, "unpack", unpacker)
    first = unpacked("asterisk-22", ["forky"], ["asterisk"], works)
    second = unpacked("asterisk-22", ["forky"], ["asterisk"], works)
    assert first == second
    assert (first / "program").read_text() == "forky"
    assert unpacker.asked == ["forky"]
    assert folders(cache) == [first.name]


def test_the_next_suite_serves_where_the_first_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "unpack", Unpacker("sid"))
    place = unpacked("asterisk-22", ["forky", "sid"], ["asterisk"], works)
    assert (place / "program").read_text() == "sid"


def test_a_failure_names_every_suite_and_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "unpack", Unpacker())
    with pytest.raises(NotObtainableError, match="no asterisk in forky; sid: no asterisk in sid"):
        unpacked("asterisk-22", ["forky", "sid"], ["asterisk"], works)
    assert folders(cache) == []


def test_what_a_killed_builder_left_is_removed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "unpack", Unpacker("forky"))
    place = unpacked("asterisk-22", ["forky"], ["asterisk"], works)
    (place / "program").unlink()
    (cache / f".{place.name}.k1ll3d.tmp" / "root").mkdir(parents=True)
    unpacked("asterisk-22", ["forky"], ["asterisk"], works)
    assert folders(cache) == [place.name]
    works(place)


def test_two_builders_at_once_build_once(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(2)
    unpacker = Unpacker("forky")
    monkeypatch.setattr(packages, "unpack", unpacker)
    places: list[Path] = []

    def build() -> None:
        together.wait()
        places.append(unpacked("asterisk-22", ["forky"], ["asterisk"], works))

    threads = [threading.Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(places)) == 1
    assert unpacker.asked == ["forky"]


def test_a_cache_that_cannot_be_used_is_named(cache: Path) -> None:
    cache.write_text("a file stands here")
    with pytest.raises(NotObtainableError, match="cache folder cannot be used"):
        unpacked("asterisk-22", ["forky"], ["asterisk"], works)


def test_on_a_host_without_debians_tools_they_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotObtainableError, match="no apt-get, apt-config, dpkg, dpkg-deb, tar on PATH"):
        debian.unpack("forky", ["asterisk"], tmp_path / "root", tmp_path)
