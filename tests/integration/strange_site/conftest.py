"""One Asterisk for each version and driver serves a whole file; each test begins with the site's own files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.defaults import PJSIP_TRANSPORT, SIP_GENERAL
from tests.harness.servers.asterisk_fixtures import StartAsterisk, StartTelephone
from tests.harness.site import Site
from tests.integration.strange_site import EXTENSIONS, OBJECTS, PORT, SETTINGS, SIPSERVER, VOICEMAIL, put_site_files
from tests.useragent import UserAgent


@pytest.fixture(scope="module")
def serving(request: pytest.FixtureRequest, start_module_asterisk: StartAsterisk) -> PrivateAsterisk:
    """One Asterisk for all tests of the file."""
    version, driver = request.param
    asterisk = start_module_asterisk(version, driver=driver)
    asterisk.shorten_prompts()
    return asterisk


@pytest.fixture
def asterisk(serving: PrivateAsterisk) -> PrivateAsterisk:
    """The Asterisk with the site's own files and an empty spool."""
    files = {"voicemail.conf": VOICEMAIL, "extensions.conf": EXTENSIONS, "pjsip.conf": PJSIP_TRANSPORT}
    put_site_files(serving, {**files, "sip.conf": SIP_GENERAL})
    return serving


@pytest.fixture
def installation(asterisk: PrivateAsterisk, tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        made = Site(asterisk.folder, OBJECTS, asterisk=asterisk)
        stack.enter_context(made.served())
        made.settings |= {**SETTINGS, "backup_path": tmp_path / "kept"}
        yield made


@pytest.fixture
def sipserver(asterisk: PrivateAsterisk, start_telephone: StartTelephone) -> UserAgent:
    return start_telephone(asterisk, "gsip", host=SIPSERVER, port=PORT)
