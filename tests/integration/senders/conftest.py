"""An Asterisk with a site of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from gvma.demo.defaults import PJSIP_TRANSPORT, SIP_GENERAL
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site
from tests.integration.senders import EXTENSIONS, OBJECTS, PORT, SIPSERVER, Senders

Lay = Callable[..., Senders]
_MODULES = (
    *("res_pjsip_config_wizard", "res_pjsip_endpoint_identifier_anonymous", "res_sorcery_realtime"),
    "res_config_sqlite3",
)


@pytest.fixture
def lay(start_asterisk: StartAsterisk) -> Iterator[Lay]:
    """``lay(22, {"pjsip.conf": text})``: a site with these files, and its driver's general part above them."""
    with ExitStack() as stack:

        def lay_out(version: int, files: dict[str, str], *, driver: str = "") -> Senders:
            general = {"pjsip.conf": PJSIP_TRANSPORT, "sip.conf": SIP_GENERAL}
            whole = {name: general.get(name, "") + text for name, text in files.items()}
            pjsip = version == 22 or driver == "pjsip"
            asterisk = start_asterisk(
                version,
                {"extensions.conf": EXTENSIONS, "pjsip_wizard.conf": "", **whole},
                driver=driver,
                extra_modules=_MODULES if pjsip else (),
            )
            site = Site(asterisk.folder, OBJECTS, asterisk=asterisk)
            site.settings |= {"siptserver_host": SIPSERVER, "siptserver_port": PORT}
            stack.enter_context(site.served())
            return Senders(asterisk, site, stack)

        yield lay_out
