"""What the stories of ``gvma demo`` share: the simulated Configuration Server's settings, and files of a clone or an
installation."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from gvma.demo.narration import command
from gvma.sip.message import SipMessage

USER, PASSWORD, AMI_SECRET = "gvma", "demo-only-password", "demo-only-secret"
CFGSERVER = """\
[cfgserver]
url = {url}
username = gvma
password_file = cfgserver.password
dnquery = CfgTenant[@name='Environment']/switches/CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='1']
agentquery = CfgSwitch[@name='SIP_Switch']/agentLogins/CfgAgentLogin
agentgroupquery = CfgTenant[@name='Environment']/agentGroups/CfgAgentGroup
routingpointquery = CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='4']
trunkquery = CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='14']
servicequery = CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='29']
applicationquery = CfgApplication

"""
"""The section of the settings file, with ``{url}``."""
MEDIA = """\

[media]
sounds_path = {asterisk}/data/sounds
recordings_path = {asterisk}/data/sounds
default_file = tone
"""
"""The section of the settings file, with ``{asterisk}``, the folder of a private one."""
CONTEXTS = """\
[default]
include => GVMA
include => moh_conf_treatment
[demo]
exten => speak,1,Answer()
 same => n,Playback(tone)
 same => n,Hangup()
"""
"""Of the site's extensions.conf: what its callers reach, and who speaks when a message is left."""
# Where dialplan/ and contrib/ are: in a clone beside the package, else below share/ of the environment.
_SHARED = (Path(__file__).resolve().parents[2], Path(sys.prefix) / "share" / "gvma")


def shared(name: str) -> Path:
    """A file that an administrator includes or copies, such as ``dialplan/gvma-media-pjsip.conf``."""
    return next(found for place in _SHARED if (found := place / name).exists())


def write_secrets(folder: Path, **secrets: str) -> None:
    """Files that only their owner may read, by the name of the file without its dots."""
    for name, secret in {"cfgserver_password": PASSWORD, "ami_secret": AMI_SECRET, **secrets}.items():
        path = folder / name.replace("_", ".")
        path.touch(mode=0o600)
        path.write_text(f"{secret}\n")


@contextmanager
def media_server(folder: Path, log: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """``gvma agi serve`` in the background, until the with block ends. log: the file in ``folder`` for its output."""
    with (folder / log).open("wb") as opened:
        server = subprocess.Popen(command("-q", "agi", "serve", *options), cwd=folder, stdout=opened, stderr=opened)
    try:
        yield server
    finally:
        server.terminate()
        server.wait()


def summary(notify: SipMessage | None) -> str:
    """The body of a NOTIFY in one line."""
    return ", ".join(notify.body.decode("utf-8", "replace").split("\r\n")).strip(", ") if notify else "none"


def add_email(tree: Path) -> None:
    """Set gvm_email of DN 1000 in the simulator's file, as an administrator does in Configuration Manager."""
    document = etree.parse(tree)
    (dn,) = (found for found in document.iter("CfgDN") if "1000" in (found.get("number"), found.get("name")))
    annex = dn.find("userProperties")
    annex = etree.SubElement(dn, "userProperties") if annex is None else annex
    section = annex.find("list_pair[@key='TServer']")
    section = etree.SubElement(annex, "list_pair", key="TServer") if section is None else section
    etree.SubElement(section, "str_pair", key="gvm_email", value="anne@example.com")
    document.write(tree, encoding="utf-8", xml_declaration=True)
