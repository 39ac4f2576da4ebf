"""The whole story on this host: a simulated Configuration Server, a private Asterisk, and real output.

Every ``gvma`` line is the command itself, run as a user would run it. Everything that is started here is
stopped here, and nothing outside one temporary folder is written.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import SOCK_DGRAM, SOCK_STREAM

from lxml import etree

from gvma.ami import connect
from gvma.configserver.simulator.server import SAMPLE, Simulator
from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.debian import NotObtainableError
from gvma.demo.ports import free_port
from gvma.demo.rootfs import Root, obtain
from gvma.sip.message import SipMessage
from gvma.sip.subscriber import Subscriber

Say = Callable[[str], None]
# In a clone beside the package; installed, below share/ of the environment.
_SHARED = (Path(__file__).resolve().parents[2], Path(sys.prefix) / "share" / "gvma")

_USER, _PASSWORD, _AMI_SECRET = "gvma", "demo-only-password", "demo-only-secret"
_VOICEMAIL = """\
; The site's own voicemail.conf: gvma never touches these lines.
[general]
format=wav
[MY_COMPANY]
5001 => 4711,Reception,,,
5002 => 4712,Warehouse,,,
"""
_DIALPLAN = """\
; The site's own extensions.conf: gvma never touches these lines.
[general]
[globals]
GVMA_AGI = agi://127.0.0.1:{agi_port}
#include "{media}"
[default]
include => GVMA
include => moh_conf_treatment
[demo]
exten => speak,1,Answer()
 same => n,Playback(tone)
 same => n,Hangup()
"""
_SETTINGS = """\
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

[gvma_settings]
asterisk_cfg_path = asterisk/etc
asterisk_spool_path = asterisk/spool
asterisk_cm_port = {ami_port}
asterisk_cm_secret_file = ami.secret
backup_path = backup
siptserver_host = 127.0.0.1
siptserver_port = {sip_server_port}
switch_profile = asterisk

[media]
sounds_path = asterisk/data/sounds
recordings_path = asterisk/data/sounds
default_file = tone
agi_port = {agi_port}
"""


@dataclass(frozen=True, slots=True)
class _Stage:
    """What the scenes play on. ``asterisk`` is None where none can be had; ``tree`` is the simulator's file."""

    folder: Path
    tree: Path
    say: Say
    asterisk: PrivateAsterisk | None
    sip_server_port: int

    def gvma(self, *words: str) -> int:
        """Run ``gvma`` and show it: the line, what it prints, and its exit status where it is not 0."""
        self.say(f"\n$ gvma {' '.join(words)}")
        command = [sys.executable, "-m", "gvma", "--config", "gvma_asterisk76.cfg", *words]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        for text in (done.stdout, done.stderr):
            if text.strip():
                self.say(text.rstrip("\n"))
        if not (done.stdout.strip() or done.stderr.strip()):
            self.say("(prints nothing)")
        if done.returncode:
            self.say(f"(exit {done.returncode})")
        return done.returncode


def tell(say: Say) -> int:
    """Play the story; 0 where every scene came out as it should."""
    begun = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gvma-demo-")))
        say("1. A simulated Configuration Server, with the packaged sample of DNs, agent logins and agent groups.")
        tree = folder / "configuration.xml"
        ports = {"sip_server_port": free_port(SOCK_DGRAM), "agi_port": free_port(SOCK_STREAM)}
        asterisk = _asterisk(stack, folder, ports["agi_port"], say)
        _plant(tree, asterisk)
        url = stack.enter_context(Simulator(tree, username=_USER, password=_PASSWORD).serve())
        _write_settings(folder, url=url, ami_port=asterisk.ami_port if asterisk else 5038, **ports)
        if asterisk:
            stack.enter_context(_media_server(folder))
        failed = _scenes(_Stage(folder, tree, say, asterisk, ports["sip_server_port"]))
    say(f"\nEverything that was started is stopped again, after {time.monotonic() - begun:.0f} seconds.")
    return 1 if failed else 0


def _asterisk(stack: ExitStack, folder: Path, agi_port: int, say: Say) -> PrivateAsterisk | None:
    """A running private Asterisk; None, with the reason said, where there is none to be had."""
    say("2. A private Asterisk: from the PATH, or from Debian packages in ~/.cache/gvma (about 80 MB, once).")
    try:
        root = _newest()
    except NotObtainableError as missing:
        say(f"   None can be had here, so the story goes on without one. {missing}")
        _write_site_files(folder / "asterisk" / "etc", agi_port)
        return None
    driver = "sip" if root.version == 16 else "pjsip"
    media = next(found for place in _SHARED if (found := place / "dialplan" / f"gvma-media-{driver}.conf").exists())
    dialplan = _DIALPLAN.format(agi_port=agi_port, media=media)
    files = {"voicemail.conf": _VOICEMAIL, "extensions.conf": dialplan}
    asterisk = stack.enter_context(PrivateAsterisk(root, folder / "asterisk", files, ami_secret=_AMI_SECRET))
    asterisk.shorten_prompts()
    say(f"   Asterisk {root.version} is running, with {'PJSIP' if driver == 'pjsip' else 'chan_sip'}.")
    return asterisk


def _newest() -> Root:
    try:
        return obtain(22)
    except NotObtainableError:
        return obtain(16)


def _write_site_files(etc: Path, agi_port: int) -> None:
    etc.mkdir(parents=True)
    (etc / "voicemail.conf").write_text(_VOICEMAIL)
    (etc / "extensions.conf").write_text(_DIALPLAN.format(agi_port=agi_port, media="gvma-media-pjsip.conf"))
    (etc / "pjsip.conf").write_text("; The site's own pjsip.conf: gvma never touches these lines.\n")


def _plant(tree: Path, asterisk: PrivateAsterisk | None) -> None:
    """The sample, with this Asterisk's SIP port where the sample names Asterisk's usual one."""
    sample = SAMPLE.read_text("utf-8")
    if asterisk:
        sample = sample.replace("127.0.0.1:5060", f"127.0.0.1:{asterisk.sip_port}")
        sample = sample.replace('key="mwi-port" value="5060"', f'key="mwi-port" value="{asterisk.sip_port}"')
    tree.write_text(sample, "utf-8")


def _write_settings(folder: Path, **places: object) -> None:
    (folder / "gvma_asterisk76.cfg").write_text(_SETTINGS.format(**places))
    for name, secret in (("cfgserver.password", _PASSWORD), ("ami.secret", _AMI_SECRET)):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(f"{secret}\n")


@contextmanager
def _media_server(folder: Path) -> Iterator[None]:
    """``gvma agi serve`` in the background, until the block is left."""
    command = [sys.executable, "-m", "gvma", "--config", "gvma_asterisk76.cfg", "-q", "agi", "serve"]
    with (folder / "agi.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        yield
    finally:
        server.terminate()
        server.wait()


def _scenes(stage: _Stage) -> bool:
    """True where a scene failed."""
    without = () if stage.asterisk else ("--no-reload",)
    stage.say("\n3. What would a sync do?")
    failed = stage.gvma("sync", "--dry-run") != 0
    stage.say("\n4. Do it.")
    failed |= stage.gvma("sync", *without) != 0
    if stage.asterisk:
        _show_what_asterisk_has(stage.asterisk, stage.say)
        failed |= not _message_and_notify(stage, stage.asterisk)
    stage.say("\n7. A second sync: nothing has changed, so nothing is written, reloaded or printed.")
    failed |= stage.gvma("sync", *without) != 0
    stage.say("\n8. DN 1000 gets an e-mail address in Configuration Server; the third sync changes just that.")
    _change_one_object(stage.tree)
    failed |= stage.gvma("sync", "--dry-run") != 0
    failed |= stage.gvma("sync", *without) != 0
    stage.say("\n9. Any earlier state is one command away: gvma backup restore ID.")
    failed |= stage.gvma("backup", "list") != 0
    if stage.asterisk:
        stage.say("\n10. Is all well?")
        failed |= stage.gvma("check", "--probe") != 0
    return failed


def _show_what_asterisk_has(asterisk: PrivateAsterisk, say: Say) -> None:
    say("\n5. What Asterisk now has, read over AMI:")
    with connect(asterisk.settings()) as ami:
        for mailbox, user in sorted(ami.voicemail_users().items()):
            say(f"   box   {mailbox:24} {user.name}")
        if asterisk.driver == "pjsip":
            for name, mailboxes in sorted(ami.aors().items()):
                say(f"   AOR   {name:24} {mailboxes}")
        else:
            for name in sorted(ami.sip_peers()):
                say(f"   peer  {name}")


def _message_and_notify(stage: _Stage, asterisk: PrivateAsterisk) -> bool:
    """SUBSCRIBE as SIP Server does, leave a message, and wait for its NOTIFY; True where it came."""
    stage.say("\n6. SIP Server subscribes to gvm-1000, and somebody leaves a voice message for box 1000:")
    here = ("127.0.0.1", stage.sip_server_port)
    with Subscriber("gvm-1000", "127.0.0.1", asterisk.sip_port, local=here) as sip_server:
        answer = sip_server.subscribe()
        stage.say(f"   SUBSCRIBE sip:gvm-1000  ->  {answer.status} {answer.reason}")
        stage.say(f"   NOTIFY  <-  {_summary(sip_server.next_notify())}")
        _leave_message(asterisk)
        summary = _summary(sip_server.next_notify(timeout=20.0))
        stage.say(f"   (the message is left)\n   NOTIFY  <-  {summary}")
    return "Messages-Waiting: yes" in summary


def _summary(notify: SipMessage | None) -> str:
    return ", ".join(notify.body.decode("utf-8", "replace").split("\r\n")).strip(", ") if notify else "none"


def _leave_message(asterisk: PrivateAsterisk) -> None:
    """A call to 37 + box whose other side speaks for three seconds and hangs up."""
    with connect(asterisk.operator_settings()) as ami:
        ami.command("channel originate Local/371000@default/n extension speak@demo")


def _change_one_object(tree: Path) -> None:
    """What an administrator would do in Configuration Manager, done in the simulator's file."""
    document = etree.parse(tree)
    (dn,) = (found for found in document.iter("CfgDN") if "1000" in (found.get("number"), found.get("name")))
    annex = dn.find("userProperties")
    annex = etree.SubElement(dn, "userProperties") if annex is None else annex
    section = annex.find("list_pair[@key='TServer']")
    section = etree.SubElement(annex, "list_pair", key="TServer") if section is None else section
    etree.SubElement(section, "str_pair", key="gvm_email", value="anne@example.com")
    document.write(tree, encoding="utf-8", xml_declaration=True)
