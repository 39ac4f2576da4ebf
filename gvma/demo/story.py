"""The demo: gvma at work between a simulated Configuration Server and a private Asterisk, step by step.

Every ``gvma`` line is the command itself, run as a user runs it, with its real output. Whatever the demo starts
it also stops, and it writes into one temporary folder only.
"""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import SOCK_DGRAM, SOCK_STREAM

from gvma.ami.manager import connect
from gvma.configserver.simulator.server import SAMPLE, Simulator
from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.debian import NotObtainableError
from gvma.demo.narration import SETTINGS_FILE, Narration, Say, command
from gvma.demo.ports import free_port
from gvma.demo.rootfs import Root, obtain
from gvma.demo.site import (
    AMI_SECRET,
    CFGSERVER,
    CONTEXTS,
    MEDIA,
    PASSWORD,
    USER,
    add_email,
    media_server,
    shared,
    summary,
    write_secrets,
)
from gvma.sip.subscriber import Subscriber

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
"""
_SETTINGS = """\
{cfgserver}
[gvma_settings]
asterisk_cfg_path = asterisk/etc
asterisk_spool_path = asterisk/spool
asterisk_cm_port = {ami_port}
asterisk_cm_secret_file = ami.secret
backup_path = backup
siptserver_host = 127.0.0.1
siptserver_port = {sip_server_port}
switch_profile = asterisk
{media}agi_port = {agi_port}
metrics = 127.0.0.1:{metrics_port}
"""


@dataclass(slots=True, kw_only=True)
class _Demo(Narration):
    """What the steps work with. tree: the simulator's file. asterisk: None where this host has none."""

    tree: Path
    sip_server_port: int
    asterisk: PrivateAsterisk | None = None


def play(say: Say, *, keep: bool = False) -> int:
    """Play the demo; 0 where every step had the expected result, else 1. say: called with the text to show.

    keep: afterwards show the site on pages, until a signal ends that.
    """
    begun = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gvma-demo-")))
        tree = folder / "configuration.xml"
        demo = _Demo(folder=folder, say=say, tree=tree, sip_server_port=free_port(SOCK_DGRAM))
        _start_servers(demo, stack)
        _play_steps(demo)
        if keep:
            _show_pages(demo)
    return demo.end(time.monotonic() - begun)


def _start_servers(demo: _Demo, stack: ExitStack) -> None:
    """Start Configuration Server, Asterisk and the media server; all stop with ``stack``."""
    agi_port = free_port(SOCK_STREAM)
    demo.step("Start a private Asterisk, from the PATH or from Debian packages in ~/.cache/gvma (about 80 MB, once).")
    demo.asterisk = asterisk = _start_asterisk(demo, stack, agi_port)
    demo.step("Start a simulated Configuration Server with sample DNs, agent logins and agent groups.")
    _write_configuration(demo.tree, asterisk)
    url = stack.enter_context(Simulator(demo.tree, username=USER, password=PASSWORD).serve())
    _write_settings(
        demo.folder,
        url=url,
        ami_port=asterisk.ami_port if asterisk else 5038,
        agi_port=agi_port,
        metrics_port=free_port(SOCK_STREAM),
        sip_server_port=demo.sip_server_port,
    )
    demo.say(f"   It answers at {url}")
    if asterisk:
        stack.enter_context(media_server(demo.folder, "agi.log"))


def _start_asterisk(demo: _Demo, stack: ExitStack, agi_port: int) -> PrivateAsterisk | None:
    """A running private Asterisk; None, with the reason shown, where this host can have none."""
    folder = demo.folder / "asterisk"
    try:
        root = _newest()
    except NotObtainableError as missing:
        demo.say(f"   There is none here, so the demo goes on without Asterisk. {missing}")
        _write_site_files(folder / "etc", agi_port)
        return None
    driver = "sip" if root.version == 16 else "pjsip"
    media = shared(f"dialplan/gvma-media-{driver}.conf")
    dialplan = _DIALPLAN.format(agi_port=agi_port, media=media) + CONTEXTS
    files = {"voicemail.conf": _VOICEMAIL, "extensions.conf": dialplan}
    asterisk = stack.enter_context(PrivateAsterisk(root, folder, files, ami_secret=AMI_SECRET))
    asterisk.shorten_prompts()
    demo.say(f"   Asterisk {root.version} runs with {'PJSIP' if driver == 'pjsip' else 'chan_sip'}.")
    return asterisk


def _newest() -> Root:
    try:
        return obtain(22)
    except NotObtainableError:
        return obtain(16)


def _write_site_files(etc: Path, agi_port: int) -> None:
    etc.mkdir(parents=True)
    (etc / "voicemail.conf").write_text(_VOICEMAIL)
    dialplan = _DIALPLAN.format(agi_port=agi_port, media="gvma-media-pjsip.conf")
    (etc / "extensions.conf").write_text(dialplan + CONTEXTS)
    (etc / "pjsip.conf").write_text("; The site's own pjsip.conf: gvma never touches these lines.\n")


def _write_configuration(tree: Path, asterisk: PrivateAsterisk | None) -> None:
    """Write the packaged sample, with this Asterisk's SIP port instead of Asterisk's usual one."""
    sample = SAMPLE.read_text("utf-8")
    if asterisk:
        sample = sample.replace("127.0.0.1:5060", f"127.0.0.1:{asterisk.sip_port}")
        sample = sample.replace('key="mwi-port" value="5060"', f'key="mwi-port" value="{asterisk.sip_port}"')
    tree.write_text(sample, "utf-8")


def _write_settings(folder: Path, *, url: str, **places: object) -> None:
    settings = _SETTINGS.format(cfgserver=CFGSERVER.format(url=url), media=MEDIA.format(asterisk="asterisk"), **places)
    (folder / SETTINGS_FILE).write_text(settings)
    write_secrets(folder)


def _show_pages(demo: _Demo) -> None:
    """Serve the pages until Ctrl-C or SIGTERM, with all servers still running."""
    demo.step("Look at the site in a browser.")
    web = command("-q", "web", "--port", "0")
    with (
        (demo.folder / "web.log").open("wb") as log,
        subprocess.Popen(web, cwd=demo.folder, stdout=subprocess.PIPE, stderr=log, text=True) as pages,
    ):
        assert pages.stdout is not None
        demo.say(f"   The pages are at {pages.stdout.readline().strip()}; settings and log are in {demo.folder}.")
        demo.say("   Ctrl-C ends the demo.")
        try:
            with suppress(KeyboardInterrupt), _signalled():
                pages.wait()
        finally:
            pages.terminate()


@contextmanager
def _signalled() -> Iterator[None]:
    """SIGTERM ends what is inside as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _play_steps(demo: _Demo) -> None:
    sync = ("sync",) if demo.asterisk else ("sync", "--no-reload")
    demo.step("Show what a sync would change; nothing is written.")
    demo.gvma("sync", "--dry-run")
    demo.step("Sync: write the mailboxes and subscriptions into Asterisk's files, reload Asterisk, verify the result.")
    demo.gvma(*sync)
    if demo.asterisk:
        demo.step("Ask Asterisk over AMI which mailboxes and subscriptions it has now.")
        _list_loaded(demo.asterisk, demo.say)
        demo.step("Subscribe to gvm-1000 as SIP Server does, and leave a message in mailbox 1000: a NOTIFY comes.")
        demo.expect(_message_is_notified(demo, demo.asterisk))
    demo.step("Explain mailbox 1000: the chain from Configuration Server to Asterisk, and whether its lamp works.")
    demo.gvma("explain", "1000")
    demo.step("Sync again: nothing has changed, so nothing is written, reloaded or printed.")
    demo.gvma(*sync)
    demo.step("Give DN 1000 an e-mail address in Configuration Server, and sync: only its mailbox changes.")
    add_email(demo.tree)
    demo.gvma("sync", "--dry-run")
    demo.gvma(*sync)
    demo.step("Ask what was changed, why, and who started it; a backup set was made before each change.")
    demo.gvma("history")
    demo.gvma("backup", "list")
    demo.step("Bring back the state before the e-mail address came. The sync is paused then, until it is resumed.")
    demo.gvma("backup", "restore", "latest", *sync[1:])
    demo.gvma(*sync, "--resume")
    if demo.asterisk:
        demo.step("Say in a second whether all is well.")
        demo.gvma("status")
        demo.step("Check the whole site, with a test subscription as SIP Server makes it.")
        demo.gvma("check", "--probe")


def _list_loaded(asterisk: PrivateAsterisk, say: Say) -> None:
    with connect(asterisk.settings()) as ami:
        for mailbox, user in sorted(ami.voicemail_users().items()):
            say(f"   mailbox       {mailbox:24} {user.name}")
        if asterisk.driver == "pjsip":
            for name, mailboxes in sorted(ami.aors().items()):
                say(f"   subscription  {name:24} {mailboxes}")
        else:
            for name in sorted(ami.sip_peers()):
                say(f"   subscription  {name}")


def _message_is_notified(demo: _Demo, asterisk: PrivateAsterisk) -> bool:
    """Subscribe, leave a message, and wait for its NOTIFY; whether the NOTIFY came and says so."""
    here = ("127.0.0.1", demo.sip_server_port)
    with Subscriber("gvm-1000", "127.0.0.1", asterisk.sip_port, local=here) as sip_server:
        response = sip_server.subscribe()
        demo.say(f"   SUBSCRIBE sip:gvm-1000  ->  {response.status} {response.reason}")
        demo.say(f"   NOTIFY  <-  {summary(sip_server.next_notify())}")
        _leave_message(asterisk)
        counts = summary(sip_server.next_notify(timeout=20.0))
        demo.say(f"   (the message is left)\n   NOTIFY  <-  {counts}")
    return "Messages-Waiting: yes" in counts


def _leave_message(asterisk: PrivateAsterisk) -> None:
    """Call 37 + mailbox; the caller speaks for three seconds and hangs up."""
    with connect(asterisk.operator_settings()) as ami:
        ami.command("channel originate Local/371000@default/n extension speak@demo")
