"""The demo of many hosts: one sync feeds two Asterisk hosts through PostgreSQL; a host and a media server are lost.

Every ``gvma`` line is the command itself, with its real output. Whatever the demo starts it also stops, and it writes
into temporary folders only.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import SOCK_DGRAM, SOCK_STREAM, socket

from gvma.configserver.simulator.server import SAMPLE, Simulator
from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.debian import NotObtainableError
from gvma.demo.narration import SETTINGS_FILE, Narration, Say
from gvma.demo.ports import free_port
from gvma.demo.rootfs import Root, obtain
from gvma.demo.servers.haproxy import PrivateHaproxy, configured
from gvma.demo.servers.node import Connection, realtime_node
from gvma.demo.servers.postgresql import PrivatePostgreSQL
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
from gvma.errors import GvmaError
from gvma.sip.subscriber import Subscriber

_DATABASE, _OF_GVMA, _OF_ASTERISK = "asterisk", "demo-only-gvma", "demo-only-asterisk"
_ACCOUNTS = (
    f"create role gvma login password '{_OF_GVMA}'; create role asterisk login password '{_OF_ASTERISK}';"
    f"create database {_DATABASE};"
)
_RIGHTS_OF_ASTERISK = (
    "grant select on voicemail, ps_aors to asterisk; grant update (password) on voicemail to asterisk;"
)
_SETTINGS = """\
{cfgserver}
[gvma_settings]
sink = realtime
realtime_dsn = host=127.0.0.1 port={port} dbname=asterisk user=gvma
realtime_password_file = database.password
realtime_driver = pgsql
realtime_nodes = {nodes}
asterisk_cm_secret_file = ami.secret
backup_path = backup
siptserver_host = 127.0.0.1
siptserver_port = {sip_server_port}
{media}"""
_DIALPLAN = """\
; The host's own extensions.conf.
[general]
[globals]
GVMA_AGI = agi://127.0.0.1:{agi_port}
#include "{media}"
#include "{included}/gvma-extensions.conf"
"""
_READY_SECONDS = 30.0
_FIRST_HEARS = r"<PJSIP/\S+> Playing 'tone"
_BOTH_HEAR = r"(?s)<(PJSIP/\S+)> Playing 'tone.*<(?!\1)PJSIP/\S+> Playing 'tone"
_ASKED_AGAIN = r"Set\(\"(PJSIP/[^\"]+)\", \"GVMA_ASKED=1\"\)"


@dataclass(slots=True, kw_only=True)
class _Hosts(Narration):
    """What the steps work with. nodes: hosts A and B."""

    database: PrivatePostgreSQL
    sip_server_port: int
    agi_port: int
    nodes: tuple[PrivateAsterisk, ...] = ()

    @property
    def tree(self) -> Path:
        """What Configuration Server says."""
        return self.folder / "configuration.xml"

    @property
    def included(self) -> Path:
        return self.folder / "nodes"

    def write_settings(self, url: str) -> None:
        amis = ", ".join(f"127.0.0.1:{node.ami_port}" for node in self.nodes)
        text = _SETTINGS.format(
            cfgserver=CFGSERVER.format(url=url),
            media=MEDIA.format(asterisk="hostB"),
            port=self.database.port,
            nodes=amis,
            sip_server_port=self.sip_server_port,
        )
        (self.folder / SETTINGS_FILE).write_text(text)
        write_secrets(self.folder, database_password=_OF_GVMA)


def play(say: Say) -> int:
    """Play the demo; 0 where every step had the expected result, else 1. say: called with the text to show."""
    begun = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gvma-demo-")))
        try:
            database = PrivatePostgreSQL()
            root = obtain(22)
        except NotObtainableError as missing:
            say(f"This demo needs PostgreSQL 18, HAProxy and Asterisk 22. {missing} {missing.hint}".rstrip())
            return missing.exit_status
        sip, agi = free_port(SOCK_DGRAM), free_port(SOCK_STREAM)
        demo = _Hosts(folder=folder, say=say, database=database, sip_server_port=sip, agi_port=agi)
        demo.step("Start a private PostgreSQL, and a simulated Configuration Server with sample objects.")
        url = _start_servers(demo, stack)
        demo.step("Print the SQL for the database's owner, and run it: gvma's account may then write its own rows.")
        _prepare(demo)
        demo.step("Write what every Asterisk host includes once, and start hosts A and B with one folder of messages.")
        demo.gvma("realtime", "files", "nodes")
        demo.nodes = tuple(stack.enter_context(_node(demo, root, name)) for name in "AB")
        demo.write_settings(url)
        _play_steps(demo)
    return demo.end(time.monotonic() - begun)


def _start_servers(demo: _Hosts, stack: ExitStack) -> str:
    """Configuration Server's URL; all stop with ``stack``."""
    stack.enter_context(demo.database)
    demo.database.sql(_ACCOUNTS)
    demo.tree.write_bytes(SAMPLE.read_bytes())
    url = stack.enter_context(Simulator(demo.tree, username=USER, password=PASSWORD).serve())
    demo.write_settings(url)
    demo.say(f"   PostgreSQL listens on port {demo.database.port}, Configuration Server answers at {url}")
    return url


def _prepare(demo: _Hosts) -> None:
    demo.say("\n$ gvma realtime sql --create | psql asterisk")
    demo.database.sql(demo.output_of("realtime", "sql", "--create") + _RIGHTS_OF_ASTERISK, _DATABASE)


@contextmanager
def _node(demo: _Hosts, root: Root, name: str) -> Iterator[PrivateAsterisk]:
    media = shared("dialplan/gvma-media-pjsip.conf")
    dialplan = _DIALPLAN.format(agi_port=demo.agi_port, media=media, included=demo.included) + CONTEXTS
    connection = Connection(demo.database.port, _DATABASE, "asterisk", _OF_ASTERISK)
    node = realtime_node(
        root,
        demo.folder / f"host{name}",
        demo.included,
        connection,
        messages=demo.folder / "messages",
        files={"extensions.conf": dialplan},
        ami_secret=AMI_SECRET,
    )
    with node:
        node.shorten_prompts()
        yield node


def _play_steps(demo: _Hosts) -> None:
    first, second = demo.nodes
    demo.step("Sync: mailboxes and subscriptions become rows. Both hosts are asked what they have; none reloads.")
    demo.gvma("sync", "-v")
    demo.step("Subscribe to gvm-1000 at host B as SIP Server does, and leave a message through host A: a NOTIFY comes.")
    demo.expect(_message_is_notified(demo, through=first, at=second))
    demo.step("Kill host A. SIP Server subscribes at host B, and hears of the message.")
    first.kill()
    demo.expect(_has_a_message(demo, second))
    demo.step("Give DN 1000 an e-mail address, and sync: a host that is away is a warning, and keeps nobody waiting.")
    add_email(demo.tree)
    demo.gvma("sync", "-v")
    demo.step("Start host A again: it has every row from its first moment on.")
    first.restart()
    demo.expect(_has_a_message(demo, first))
    demo.step("Play music to two callers from two media servers behind HAProxy. One server is killed: both go on.")
    demo.expect(_calls_outlive_their_server(demo, second))
    demo.step("Check the database and both hosts.")
    demo.gvma("check", "--only", "asterisk", "--only", "sync")


def _message_is_notified(demo: _Hosts, *, through: PrivateAsterisk, at: PrivateAsterisk) -> bool:
    with _sip_server(demo, at) as (sip_server, _):
        through.cli("channel originate Local/371000@default/n extension speak@demo")
        counts = summary(sip_server.next_notify(timeout=20.0))
        demo.say(f"   (the message is left)\n   NOTIFY  <-  {counts}")
    return "Messages-Waiting: yes" in counts


def _has_a_message(demo: _Hosts, at: PrivateAsterisk) -> bool:
    with _sip_server(demo, at) as (_, first):
        return "Messages-Waiting: yes" in first


@contextmanager
def _sip_server(demo: _Hosts, at: PrivateAsterisk) -> Iterator[tuple[Subscriber, str]]:
    """A subscription to gvm-1000, and what its first NOTIFY says; both are shown."""
    with Subscriber("gvm-1000", "127.0.0.1", at.sip_port, local=("127.0.0.1", demo.sip_server_port)) as sip_server:
        response = sip_server.subscribe()
        demo.say(f"   SUBSCRIBE sip:gvm-1000  ->  {response.status} {response.reason}")
        first = summary(sip_server.next_notify())
        demo.say(f"   NOTIFY  <-  {first}")
        yield sip_server, first


def _calls_outlive_their_server(demo: _Hosts, node: PrivateAsterisk) -> bool:
    """Two calls of host B to itself; HAProxy gives each server one of them."""
    ports = [free_port(SOCK_STREAM), free_port(SOCK_STREAM)]
    with ExitStack() as stack:
        servers = [stack.enter_context(_listening_server(demo.folder, port)) for port in ports]
        sample = shared("contrib/haproxy.cfg").read_text("utf-8")
        stack.enter_context(PrivateHaproxy(configured(sample, demo.agi_port, ports), demo.folder / "haproxy"))
        uri = f"sip:annc@127.0.0.1:{node.sip_port};play=tone;repeat=forever"
        try:
            for heard in (_FIRST_HEARS, _BOTH_HEAR):
                node.cli(f"channel originate PJSIP/gvma-sipserver/{uri} application Wait 60")
                node.wait_log(heard, timeout=20.0)
            demo.say("   2 calls hear music.")
            servers[0].kill()
            asked = node.wait_log(_ASKED_AGAIN, timeout=20.0)
            node.wait_log(rf"(?s)GVMA_ASKED=1.*<{re.escape(asked[1])}> Playing 'tone", timeout=20.0)
        except GvmaError as silent:
            demo.say(str(silent))
            return False
        demo.say(f"   Media server 1 is gone; {asked[1]} has asked again, and server 2 goes on.")
        node.cli("channel request hangup all")
        return "Started music on hold" not in node.log_text()


@contextmanager
def _listening_server(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A media server that listens when the with block begins."""
    with media_server(folder, f"agi{port}.log", "--port", str(port)) as server:
        _wait_for_listening(server, port)
        yield server


def _wait_for_listening(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
