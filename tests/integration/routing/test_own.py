"""Business call routing where the site has hints, extensions and peers of its own: they win, and are named."""

from __future__ import annotations

import json
from contextlib import ExitStack

from gvma.ami.manager import connect
from gvma.demo.defaults import PJSIP_TRANSPORT
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site
from tests.integration.routing import GATEWAY, LAYER, SIP_GENERAL, SIP_SERVER

OWN_DIALPLAN = """\
[general]
[default]
include => GVMA
include => GVMA_ROUTING
#include site_phones.conf
exten => 2400,1,Queue(own)
 same => n,Hangup()
exten => _0.,1,Dial(Local/${EXTEN:1}@elsewhere)
"""
OWN_PHONES = """\
exten => 2001,hint,Custom:desk2001
exten => 2002,1,NoOp(the site's own)
"""


def test_what_the_site_wrote_itself_is_left_alone_and_named(start_asterisk: StartAsterisk, version: int) -> None:
    name, general = ("sip.conf", SIP_GENERAL) if version == 16 else ("pjsip.conf", PJSIP_TRANSPORT)
    peer = "type=peer\nhost=127.0.0.9\n" if version == 16 else "type=endpoint\ncontext=default\nallow=ulaw\n"
    files = {
        "extensions.conf": OWN_DIALPLAN,
        "site_phones.conf": OWN_PHONES,
        name: f"{general}#include site_peers.conf\n[2002]\n{peer}",
        "site_peers.conf": f"[gwsim]\n{peer}",
    }
    asterisk = start_asterisk(version, files)
    with ExitStack() as stack:
        installation = Site(asterisk.folder, LAYER, asterisk=asterisk)
        stack.enter_context(installation.served())
        installation.settings |= {
            "siptserver_host": SIP_SERVER,
            "routing": "yes",
            "routing_endpoints": "yes",
            "routing_gateway_host": GATEWAY,
        }
        shown = installation.gvma("sync", "--dry-run", "--no-diff").stdout.splitlines()
        planned = json.loads(installation.gvma("--output", "json", "sync", "--dry-run", "--no-diff").stdout)
        installation.sync()
    left_out = {"hint 2001", "extension 2002", "extension 2400", "extension _0.", "endpoint gwsim", "endpoint 2002"}
    assert {line.removeprefix("Left out: ") for line in shown if line.startswith("Left out: ")} == left_out
    assert set(planned["left_out"]) == left_out
    with connect(asterisk.settings()) as ami:
        ours = ami.dialplan("GVMA_ROUTING")
        assert {"gsip", "2001"} <= (ami.sip_peers() if version == 16 else ami.endpoints())
    assert [word for word in ("'2001' =>", "'2002' =>", "'2400' =>", "'_0.' =>") if word in ours] == [
        "'2001' =>",
        "'2002' =>",
    ]
    assert ours.count("hint:") == 1
    assert "NoOp" not in ours
    block = (asterisk.etc / name).read_text("utf-8").partition(";$---GVMA-BEGIN-GVMA---$")[2]
    assert "[gwsim]" not in block
    assert "[2002]" not in block
