"""An Asterisk with our media dialplan, and sounds that can be told apart."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.sounds import write_burst

DIALPLAN = Path(__file__).parents[2] / "dialplan"

EXTENSIONS = """\
[general]
#include "{dialplan}"
[globals]
GVMA_AGI=agi://127.0.0.1:{port}
[default]
include => moh_conf_treatment
exten => ivr,1,AGI(${{GVMA_AGI}}/service)
 same => n,Hangup(38)
"""

PJSIP = """\
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{sip_port}
[sipserver]
type=endpoint
context=default
disallow=all
allow=ulaw
[sipserver]
type=identify
endpoint=sipserver
match=127.0.0.1
"""


def start_with_dialplan(
    start: StartAsterisk,
    version: int,
    port: int,
    dialplan: Path | None = None,
    extensions: str = "",
    files: Mapping[str, str] | None = None,
) -> PrivateAsterisk:
    """The Asterisk. extensions: more of extensions.conf. files: beside the usual ones."""
    driver = "sip" if version == 16 else "pjsip"
    included = dialplan or DIALPLAN / f"gvma-media-{driver}.conf"
    usual = {"extensions.conf": EXTENSIONS.format(dialplan=included, port=port) + extensions, "pjsip.conf": PJSIP}
    modules = ("res_curl", "func_curl", "res_http_media_cache")
    asterisk = start(version, {**usual, **(files or {})}, extra_modules=modules)
    write_burst(asterisk.sounds / "music/burst.wav")
    write_burst(asterisk.sounds / "fr_FR/music/burst.wav", 1000)
    write_burst(asterisk.sounds / "prompt.wav", 700, loud=3.0)
    os.makedirs(asterisk.folder / "recordings", exist_ok=True)
    return asterisk
