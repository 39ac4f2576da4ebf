"""What each Asterisk host of a Realtime site says over AMI; nothing is changed there, and nothing is judged here.

All are asked at the same time. What is refused is left out, and after a silence nothing more is asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from gvma.ami.console.channel_drivers import TRANSPORT_COMMANDS
from gvma.ami.console.dialplan_show import patterns_shown
from gvma.ami.manager import connect
from gvma.ami.nodes import of_each_node
from gvma.asterisk.dialplan import CONTEXT
from gvma.asterisk.roles import OWN_CONTEXTS, SUBSCRIPTION_PREFIX
from gvma.errors import AsteriskRefusedError, GvmaError
from gvma.evidence.asterisk.ami import bound_in
from gvma.evidence.asterisk.questions import AmiQuestions
from gvma.evidence.model.hosts import DatabaseEvidence, NodeEvidence, reads_all
from gvma.settings.model import GvmaSettings
from gvma.sinks.realtime.rows.names import TABLES, VOICEMAIL

# A sync may wait longer, as asterisk_cm_timeout says; whoever looks wants to hear what is slow.
_ANSWER_SECONDS = 8.0
_AOR_FUNCTION = "func_pjsip_aor.so"
_SORCERY_MODULE = "res_sorcery_realtime.so"
_STATUS_COMMANDS = {"pgsql": "realtime show pgsql status", "odbc": "odbc show"}
_TELLING = re.compile(
    r"Connected to|Unable to connect|(?:Name|DSN|Last fail connection attempt|Number of active connections):"
)
"""Of those commands, the lines that say whether there is a connection, and to what."""


def ask_nodes(settings: GvmaSettings, database: DatabaseEvidence) -> tuple[NodeEvidence, ...]:
    """In the order of ``realtime_nodes``. database: whose rows they are asked for."""
    hasty = settings._replace(asterisk_cm_timeout=min(settings.asterisk_cm_timeout, _ANSWER_SECONDS))
    return tuple(of_each_node(hasty, lambda node, own: _ask(node, own, database)).values())


def _ask(node: str, settings: GvmaSettings, database: DatabaseEvidence) -> NodeEvidence:
    try:
        with connect(settings) as ami:
            return _NodeQuestions(ami).ask(node, database)
    except GvmaError as problem:
        return NodeEvidence(node, problem=problem)


class _NodeQuestions(AmiQuestions):
    """All that is asked of one node."""

    def ask(self, node: str, database: DatabaseEvidence) -> NodeEvidence:
        ami = self.ami
        tables = self._section("extconfig.conf", "settings")
        aors = self._section("sorcery.conf", "res_pjsip")
        general = self._section("voicemail.conf", "general")
        boxes: Collection[str] = self.tried(ami.voicemail_users, {})
        mailboxes = tuple(sorted(key for key in boxes if key.rpartition("@")[2] in OWN_CONTEXTS))
        mappings = None if aors is None else tuple(value for key, value in aors if key == "aor")
        names: Collection[str] = self.tried(
            self._aors_of_files if any(map(reads_all, mappings or ())) else ami.aors, ()
        )
        subscriptions = tuple(sorted(name for name in names if name.startswith(SUBSCRIPTION_PREFIX)))
        lacks = tuple(self._lacking(database, {*mailboxes, *subscriptions}))
        unloaded = tuple(self._unloaded(dict(tables or ()))) if lacks else ()
        shown = patterns_shown(self.lines(f"dialplan show {CONTEXT}"))
        seen = NodeEvidence(
            node,
            version=ami.version,
            tables=None if tables is None else dict(tables),
            aor_mappings=mappings,
            polling=None if general is None else _first_of(general, ("pollmailboxes", "pollfreq")),
            publishes=self.tried(self._publishes, False),
            file_mailboxes=mailboxes,
            file_subscriptions=subscriptions,
            lacks=lacks,
            unloaded=unloaded,
            connection=self._connection(dict(tables or ())) if lacks and not unloaded else "",
            counts=self.tried(lambda: self._counts(database), {}),
            patterns=frozenset(shown.get(CONTEXT, ())),
            endpoints=self.tried(lambda: frozenset(ami.endpoints()), None),
            bound=tuple(bound_in(self.lines(TRANSPORT_COMMANDS["pjsip"]))),
        )
        return seen._replace(problem=self.lost, refused=self.refusals())

    def _section(self, file: str, section: str) -> tuple[tuple[str, str], ...] | None:
        """Key and value of each line; other sections, in which PINs stand, are not sent."""
        return self.tried(lambda: self.ami.configuration(file, section), None)

    def _publishes(self) -> bool:
        return bool(self.ami.objects("pjsip.conf", "type=asterisk-publication", "mailbox_state=yes"))

    def _aors_of_files(self) -> Collection[str]:
        """Where Asterisk reads all rows, its own list of AORs has them too."""
        return self.ami.objects("pjsip.conf", "type=aor")

    def _lacking(self, database: DatabaseEvidence, in_files: set[str]) -> list[str]:
        """Those of the samples that no file of the node hides, and that it does not see as the database has them."""
        boxes = [key for key in database.mailboxes if key not in in_files]
        lacking = [key for key in boxes if self._variable(f"VM_INFO({key},exists)") not in {"1", None}]
        if self.tried(lambda: self.ami.loaded(_AOR_FUNCTION), False):
            for name, mailbox in database.subscriptions.items():
                if name not in in_files and self._variable(f"PJSIP_AOR({name},mailboxes)") not in {mailbox, None}:
                    lacking.append(name)
        return lacking

    def _unloaded(self, tables: Mapping[str, str]) -> Iterator[str]:
        drivers = dict.fromkeys(_driver_of(tables[table]) for table in TABLES if table in tables)
        for module in (*(f"res_config_{driver}.so" for driver in drivers), _SORCERY_MODULE):
            if not self.tried(lambda module=module: self.ami.loaded(module), True):  # type: ignore[misc]
                yield module

    def _connection(self, tables: Mapping[str, str]) -> str:
        """As Asterisk's own command shows it, in one line."""
        command = _STATUS_COMMANDS.get(_driver_of(tables.get(VOICEMAIL, "")), "")
        return self.tried(lambda: self._shown(command), "") if command else ""

    def _shown(self, command: str) -> str:
        try:
            lines = self.ami.command(command)
        except AsteriskRefusedError as failure:  # as the command of res_config_pgsql ends where it has no connection
            return failure.message
        return ", ".join(line.strip() for line in lines if _TELLING.match(line.strip()))

    def _variable(self, name: str) -> str | None:
        return self.tried(lambda: self.ami.variable(name), None)

    def _counts(self, database: DatabaseEvidence) -> dict[str, tuple[int, int]]:
        found = {key: self.ami.mailbox_count(key) for key in database.mailboxes}
        return {key: (count.new + count.urgent, count.old) for key, count in found.items()}


def _driver_of(mapping: str) -> str:
    return mapping.partition(",")[0].strip()


def _first_of(lines: tuple[tuple[str, str], ...], keys: tuple[str, ...]) -> Mapping[str, str]:
    """Of two values of one option Asterisk takes the first."""
    return {key: value for key, value in reversed(lines) if key in keys}
