"""One site for the tests of gvma/sync."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.ami import SECRET, Reply, ScriptedManager, success
from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.site import Site
from tests.unit.sync import OWN_FILES
from tests.unit.sync.answers import AORS, BOXES, aors, boxes, dialplan_shown


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Three DNs, an agent and a group; PJSIP, and no Asterisk."""
    layer = Layer(
        dns={"1000": {}, "1001": {"gvm_name": "Bob", "gvm_password": "739182"}, "1002": {}},
        agents={"5000": {"gvm_mailbox": "2222"}},
        groups={"Sales": {"gvm_mailbox": "3333"}},
    )
    site = Site(tmp_path / "site", layer, files=OWN_FILES, run=in_this_process)
    site.settings |= {"siptserver_host": "127.0.0.1", "siptserver_port": 5999}
    return site


@pytest.fixture
def ami(site: Site) -> Iterator[ScriptedManager]:
    """An Asterisk that takes all; the site has PJSIP by its word, and nothing written yet."""
    dialplan = dialplan_shown(site)
    for path in site.backup_path.rglob("*"):
        if path.is_file():
            path.unlink()
    for name, content in OWN_FILES.items():
        (site.etc / name).write_bytes(content)
    replies = {
        "Command": dialplan,
        "Command pjsip show identifies": success(
            "Output:  Identify:  gvma-sipserver/gvma-sipserver", "Output:      Match: 127.0.0.1/32"
        ),
        "ModuleCheck": success("Version: "),
        "ModuleLoad": success("Message: Module reloaded successfully."),
        "MailboxCount": success("NewMessages: 0", "OldMessages: 0", "UrgMessages: 0"),
        "VoicemailUsersList": Reply(boxes(BOXES)),
        "PJSIPShowAors": Reply(aors(AORS)),
    }
    with ScriptedManager(replies) as manager:
        site.settings |= {"channel_driver": "auto", "asterisk_cm_port": manager.port, "asterisk_cm_secret": SECRET}
        site.settings |= {"asterisk_cm_timeout": 60, "asterisk_reload_timeout": 60}
        yield manager
