"""Real Asterisks for the tests: 16 with chan_sip, 22 with PJSIP, each private and stopped after its test.

Where one cannot be had, its tests are skipped with what is missing, which fails the run in CI.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.debian import NotObtainableError
from gvma.demo.rootfs import Root, obtain
from tests.useragent import UserAgent

# version, then what PrivateAsterisk takes after the folder: files and options.
StartAsterisk = Callable[..., PrivateAsterisk]
StartTelephone = Callable[..., UserAgent]
VERSIONS = [pytest.param(16, marks=pytest.mark.asterisk), pytest.param(22, marks=pytest.mark.asterisk)]


@pytest.fixture(scope="session")
def asterisk_root() -> Callable[[int], Root]:
    """The Root of a version, obtained once."""
    roots: dict[int, Root | NotObtainableError] = {}

    def root(version: int) -> Root:
        if version not in roots:
            try:
                roots[version] = obtain(version)
            except NotObtainableError as error:
                roots[version] = error
        found = roots[version]
        if isinstance(found, NotObtainableError):
            pytest.skip(str(found))
        return found

    return root


def _starter(stack: ExitStack, folder: Callable[[str], Path], asterisk_root: Callable[[int], Root]) -> StartAsterisk:
    def start(version: int, files: object = None, **options: object) -> PrivateAsterisk:
        place = folder(f"asterisk{version}")
        asterisk = PrivateAsterisk(asterisk_root(version), place, files, **options)  # type: ignore[arg-type]
        return stack.enter_context(asterisk)

    return start


@pytest.fixture
def start_asterisk(
    tmp_path_factory: pytest.TempPathFactory, asterisk_root: Callable[[int], Root]
) -> Iterator[StartAsterisk]:
    """``start_asterisk(22, {"voicemail.conf": text}, ami_classes="command")``; gone after the test."""
    with ExitStack() as stack:
        yield _starter(stack, tmp_path_factory.mktemp, asterisk_root)


@pytest.fixture(scope="module")
def start_module_asterisk(
    tmp_path_factory: pytest.TempPathFactory, asterisk_root: Callable[[int], Root]
) -> Iterator[StartAsterisk]:
    """As ``start_asterisk``, gone after the last test of the file."""
    with ExitStack() as stack:
        yield _starter(stack, tmp_path_factory.mktemp, asterisk_root)


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    """16, then 22."""
    return int(request.param)


@pytest.fixture(scope="module", params=VERSIONS)
def module_version(request: pytest.FixtureRequest) -> int:
    """As ``version``, for an Asterisk that serves all tests of a file."""
    return int(request.param)


@pytest.fixture
def start_telephone() -> Iterator[StartTelephone]:
    """``start_telephone(asterisk, "gsip", host="127.0.0.2")``; closed after the test."""
    with ExitStack() as stack:

        def start(
            asterisk: PrivateAsterisk, user: str = "gsip", *, host: str = "127.0.0.1", port: int = 0
        ) -> UserAgent:
            return stack.enter_context(UserAgent(("127.0.0.1", asterisk.sip_port), user, host=host, port=port))

        yield start
