"""One Asterisk 22 of a Realtime site: a private Asterisk that reads mailboxes and AORs from PostgreSQL.

It includes what ``gvma realtime files`` wrote, as a site's own files do; nothing in its files is a mailbox's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.defaults import PJSIP_TRANSPORT
from gvma.demo.rootfs import Root
from gvma.sinks.realtime.nodes.node_files import DIALPLAN, EXTCONFIG, PJSIP_OBJECTS, POLLING, SORCERY

_MODULES = {"pgsql": ("res_config_pgsql",), "odbc": ("res_odbc_transaction", "res_odbc", "res_config_odbc")}
_FOR_EITHER = ("res_realtime", "res_sorcery_realtime")


@dataclass(frozen=True, slots=True)
class Connection:
    """How a node reaches the database on 127.0.0.1, with Asterisk's own account.

    name: ``realtime_connection``. odbc_driver: psqlodbcw.so; None for res_config_pgsql.
    """

    port: int
    database: str
    user: str
    password: str
    name: str = "asterisk"
    odbc_driver: Path | None = None

    @property
    def driver(self) -> str:
        """``realtime_driver``."""
        return "odbc" if self.odbc_driver else "pgsql"

    def files(self) -> dict[str, str]:
        """Files of Asterisk's folder by name; ``{etc}`` stands for the folder."""
        if self.odbc_driver is None:
            pgsql = (
                f"[general]\nhostname=127.0.0.1\nport={self.port}\ndbname={self.database}\nuser={self.user}\n"
                f"password={self.password}\nrequirements=warn\n"
            )
            return {"res_pgsql.conf": pgsql}
        res_odbc = (
            f"[ENV]\nODBCSYSINI => {{etc}}\nODBCINI => {{etc}}/odbc.ini\n[{self.name}]\nenabled => yes\n"
            f"dsn => {self.name}\nusername => {self.user}\npassword => {self.password}\npre-connect => yes\n"
            "max_connections => 5\nconnect_timeout => 2\nnegative_connection_cache => 1\n"
        )
        odbc = f"Driver=PostgreSQL Unicode\nServername=127.0.0.1\nPort={self.port}\nDatabase={self.database}\n"
        return {
            "res_odbc.conf": res_odbc,
            "odbc.ini": f"[{self.name}]\n{odbc}",
            "odbcinst.ini": f"[PostgreSQL Unicode]\nDriver={self.odbc_driver}\n",
        }


def realtime_node(
    root: Root,
    folder: Path,
    included: Path,
    connection: Connection,
    *,
    messages: Path,
    files: Mapping[str, str | Callable[[PrivateAsterisk], str]] | None = None,
    ami_secret: str = "genesys1",  # noqa: S107 - the manual's sample
    poll_seconds: int = 1,
) -> PrivateAsterisk:
    """One node, not started.

    included: the folder of ``gvma realtime files``. messages: the folder of voice messages, which the nodes share.
    files: texts that replace those of the node. poll_seconds: how often it looks for messages that others left.
    """
    voicemail = folder / "spool/voicemail"
    voicemail.parent.mkdir(parents=True, exist_ok=True)
    messages.mkdir(exist_ok=True)
    voicemail.symlink_to(messages)

    def of_ours(name: str) -> str:
        return f'#include "{included / name}"\n'

    own = {
        "extconfig.conf": f"[settings]\n{of_ours(EXTCONFIG)}",
        "sorcery.conf": f"[res_pjsip]\n{of_ours(SORCERY)}",
        "pjsip.conf": f"{PJSIP_TRANSPORT}{of_ours(PJSIP_OBJECTS)}",
        "extensions.conf": f"[general]\n{of_ours(DIALPLAN)}[default]\ninclude => GVMA\n",
        # Of two values of one option Asterisk takes the first.
        "voicemail.conf": f"[general]\nformat=wav\npollfreq={poll_seconds}\n{of_ours(POLLING)}",
        **connection.files(),
    }
    modules = (*_FOR_EITHER, *_MODULES[connection.driver])
    root = _finding_libraries_of(connection.odbc_driver, root)
    return PrivateAsterisk(root, folder, {**own, **(files or {})}, ami_secret=ami_secret, extra_modules=modules)


def _finding_libraries_of(odbc_driver: Path | None, root: Root) -> Root:
    """The driver's own libraries lie above it; Asterisk's packages lack one of them."""
    if odbc_driver is None or not root.loader:
        return root
    *begin, libraries = root.loader
    return replace(root, loader=(*begin, f"{libraries}:{odbc_driver.parent.parent}"))
