"""Whole sites as others have built them: a sync adds our part and nothing else, and it comes off without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site
from tests.integration.sites.trees import OTHER_PORT, PORT, SIPSERVER, Sender, Tree, whole
from tests.useragent import UserAgent

OBJECTS = Layer(
    dns={"1000": {"gvm_name": "Ann; Lee"}, "1001": {}},
    agents={"A17": {"gvm_mailbox": "17"}},
    groups={"Sales": {"gvm_mailbox": "500"}},
)


def senders(sipserver: str, **others: Sender) -> dict[str, Sender]:
    both_ports = {"sipserver": Sender(sipserver, port=PORT), "its_other_port": Sender(sipserver, port=OTHER_PORT)}
    return both_ports | others


FREEPBX = Tree(
    "freepbx17",
    22,
    senders(
        "from-trunk",
        telephone=Sender("401", "127.0.0.9", "5001"),
        carrier=Sender("from-pstn", "127.0.0.6"),
        stranger=Sender("401", "127.0.0.7"),
    ),
    settings={
        "asterisk_cfg_file_vm": "voicemail_gvma.conf",
        "asterisk_cfg_file_exten": "extensions_custom.conf",
        "asterisk_cfg_file_pjsip": "pjsip_custom_post.conf",
    },
)
ISSABEL = Tree(
    "issabel",
    16,
    senders(
        "from-trunk-sip-SIPServer",
        telephone=Sender("401", "127.0.0.9", "6001"),
        carrier=Sender("from-pstn", "127.0.0.6"),
        stranger=Sender("from-sip-external", "127.0.0.7"),
    ),
    settings={"asterisk_cfg_file_exten": "extensions_custom.conf"},
)
HANDMADE = Tree(
    "handmade",
    22,
    senders(
        "from-genesys",
        gateway=Sender("from-gateway", "127.0.0.6"),
        stranger=Sender("guests", "127.0.0.7"),
    ),
    modules=("res_ael_share", "pbx_ael", "res_pjsip_endpoint_identifier_anonymous"),
    written={
        "pjsip.conf": ("utf-8-sig", "\r\n"),
        "voicemail.conf": ("latin-1", "\r\n"),
        "extensions.conf": ("latin-1", "\n"),
        "sip.conf": ("utf-8-sig", "\n"),
        "10-boxes.conf": ("latin-1", "\n"),
        "10-templates.conf": ("utf-8", "\r\n"),
        "20-gateway.conf": ("utf-8", "\r\n"),
        "20-peers.conf": ("latin-1", "\r\n"),
    },
)
IN_ITS_OWN_FILES: dict[str, object] = {
    "asterisk_cfg_file_vm": "voicemail.conf",
    "asterisk_cfg_file_exten": "extensions.conf",
    "asterisk_cfg_file_pjsip": "pjsip.conf",
}
TREES = {
    "FreePBX": FREEPBX,
    "FreePBX's own files": replace(FREEPBX, settings=IN_ITS_OWN_FILES),
    "Issabel": ISSABEL,
    "handmade on 22": HANDMADE,
    "handmade on 16": replace(HANDMADE, version=16),
}


@pytest.fixture(params=TREES)
def tree(request: pytest.FixtureRequest) -> Tree:
    return TREES[request.param]


@pytest.fixture
def asterisk(tree: Tree, start_asterisk: StartAsterisk) -> PrivateAsterisk:
    started = start_asterisk(tree.version, extra_modules=tree.modules)
    tree.lay_out(started)
    return started


@pytest.fixture
def site(tree: Tree, asterisk: PrivateAsterisk) -> Iterator[Site]:
    with ExitStack() as stack:
        made = Site(asterisk.folder, OBJECTS, asterisk=asterisk)
        stack.enter_context(made.served())
        made.settings |= {"siptserver_host": SIPSERVER, "siptserver_port": PORT, **tree.settings}
        yield made


def mailboxes(asterisk: PrivateAsterisk) -> set[str]:
    rows = [line.split() for line in asterisk.cli("voicemail show users")[1:-1]]
    return {f"{row[1]}@{row[0]}" for row in rows}


@pytest.mark.asterisk
def test_a_sync_changes_nobodys_way_and_comes_off_without_a_trace(
    tree: Tree, site: Site, asterisk: PrivateAsterisk
) -> None:
    untouched, boxes = whole(asterisk.folder), mailboxes(asterisk)

    def is_as_before() -> bool:
        return tree.contexts(asterisk) == tree.contexts_of_the_site and (
            (whole(asterisk.folder), mailboxes(asterisk)) == (untouched, boxes)
        )

    assert is_as_before()
    site.sync()
    assert tree.contexts(asterisk) == tree.contexts_of_the_site
    assert mailboxes(asterisk) == boxes | {"1000@GVMA_DN", "1001@GVMA_DN", "17@GVMA_AGENT", "500@GVMA_AGENTGROUP"}
    with UserAgent(("127.0.0.1", asterisk.sip_port), "gsip", host=SIPSERVER, port=PORT) as sipserver:
        assert sipserver.subscribe("gvm-1000").response.status == 200
    written = site.asterisk_files()
    silent = site.sync()
    assert (silent.stdout, silent.stderr) == ("", "")
    assert site.asterisk_files() == written
    assert [one for one in site.check() if one["severity"] == "error"] == []
    first = site.answer("backup", "list")["sets"][-1]["id"]
    assert site.answer("backup", "restore", first, "--whole-files")["exit_code"] == 0
    assert is_as_before()
    site.sync("--resume")
    assert site.answer("remove")["exit_code"] == 0
    assert is_as_before()
