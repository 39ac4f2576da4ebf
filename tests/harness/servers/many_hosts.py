"""A site of several Asterisk hosts: a database as its owner prepares it, gvma's settings, and nodes that read both."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.rootfs import Root
from gvma.demo.servers.node import Connection, realtime_node
from gvma.demo.servers.odbc import obtain_odbc_driver
from gvma.sip.subscriber import Subscriber
from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.servers.postgresql_fixtures import PASSWORDS, Database
from tests.harness.site import Site

OF_ASTERISK = "grant select on voicemail, ps_aors to asterisk; grant update (password) on voicemail to asterisk;"
"""The rights of Asterisk's own account, which is no matter of gvma's."""

EXTENSIONS = """\
[general]
#include "{included}/gvma-extensions.conf"
[default]
include => GVMA
exten => _8.,1,VoicemailMain(${EXTEN:1}@GVMA_DN)
 same => n,Hangup()
[caller]
exten => speak,1,Answer()
 same => n,Playback(tone)
 same => n,Hangup()
"""


class ManyHosts:
    """``site`` is gvma's host, without an Asterisk of its own. All nodes that ``node`` starts end with ``stack``.

    driver: ``pgsql`` or ``odbc``. The database's owner has run ``gvma realtime sql``, and the nodes include what
    ``gvma realtime files`` has written.
    """

    def __init__(self, folder: Path, database: Database, root: Root, driver: str, stack: ExitStack) -> None:
        self._folder, self.database, self._root, self._stack = folder, database, root, stack
        self.included = folder / "included"
        self.messages = folder / "messages"
        self.nodes: list[PrivateAsterisk] = []
        self._amis: list[str] = []
        self.site = Site(folder / "gvma", Layer({}), run=in_this_process)
        self.site.settings |= {
            "sink": "realtime",
            "siptserver_host": "127.0.0.1",
            "realtime_dsn": database.dsn(),
            "realtime_password": PASSWORDS["gvma"],
            "realtime_driver": driver,
            "asterisk_cm_secret": "genesys1",
            "asterisk_cm_timeout": 60,
        }
        del self.site.settings["channel_driver"]
        database.sql(self.gvma("realtime", "sql", "--create") + OF_ASTERISK)
        self.gvma("realtime", "files", str(self.included))
        odbc_driver = obtain_odbc_driver() if driver == "odbc" else None
        self._connection = Connection(
            database.server.port, database.name, "asterisk", PASSWORDS["asterisk"], odbc_driver=odbc_driver
        )

    def gvma(self, *words: str) -> str:
        """A command that has to succeed; what it prints."""
        done = self.site.gvma(*words)
        assert done.status == 0, str(done)
        return done.stdout

    def node(self, *, own_messages: bool = False, **files: str) -> PrivateAsterisk:
        """One more node, which runs. files: texts by name without ``.conf``, in place of the node's own.

        own_messages: it does not share the folder of voice messages.
        """
        own = {"extensions.conf": EXTENSIONS.replace("{included}", str(self.included))}
        asterisk = realtime_node(
            self._root,
            self._folder / f"node{len(self.nodes) + 1}",
            self.included,
            self._connection,
            messages=self._folder / f"messages{len(self.nodes)}" if own_messages else self.messages,
            files=own | {f"{name}.conf": text for name, text in files.items()},
        )
        self.nodes.append(self._stack.enter_context(asterisk))
        asterisk.shorten_prompts()
        self._amis.append(f"127.0.0.1:{asterisk.ami_port}")
        self.site.settings["realtime_nodes"] = ", ".join(self._amis)
        return asterisk

    def leave_message(self, through: PrivateAsterisk, number: str) -> None:
        """A caller speaks for three seconds and hangs up. number: as it is dialled, such as ``371000``."""
        through.cli(f"channel originate Local/{number}@default/n extension speak@caller")


def mwi(subscriber: Subscriber, timeout: float = 60.0) -> str:
    """The counts of the next NOTIFY, such as ``Voice-Message: 1/0 (0/0)``; empty where none comes."""
    notify = subscriber.next_notify(timeout)
    lines = notify.body.decode().splitlines() if notify else []
    return next((line for line in lines if line.startswith("Voice-Message")), "")
