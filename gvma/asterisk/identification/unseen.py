"""Where Asterisk may know more senders than its files tell: ``#exec``, databases, other modules' files. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gvma.asterisk.conf.model import Conf
from gvma.asterisk.drivers import PJSIP, Driver
from gvma.asterisk.identification.model import SiteFiles

SORCERY, EXTCONFIG, USERS = "sorcery.conf", "extconfig.conf", "users.conf"
MORE_FILES = (SORCERY, EXTCONFIG, USERS)
"""Files of Asterisk's folder that may say more than the driver's own."""

_FROM_DATABASE = {
    "pjsip": ("pjsip.conf", "pjsip_wizard.conf"),
    "sip": ("sip.conf", "users.conf", "sippeers", "sipusers"),
}


def unseen(driver: Driver, files: SiteFiles, more: Mapping[str, Conf]) -> Iterator[str]:
    """Where Asterisk may know more senders from than its files tell, such as ``pjsip.conf runs /usr/local/bin/x``.

    more: MORE_FILES by name.
    """
    read = [(driver.main_file, files.channel)]
    read += [("pjsip_wizard.conf", files.wizards)] if files.wizards else []
    read += [(USERS, more[USERS])] if driver is not PJSIP else []
    for name, conf in read:
        yield from (f"{name} runs {one.target}" for one in conf.directives if one.kind == "exec")
    for one in more[EXTCONFIG].with_key(*_FROM_DATABASE[driver.name]):
        yield f"{EXTCONFIG} takes {one.key} from a database"
    if driver is PJSIP:
        for one in more[SORCERY].with_key("endpoint", "identify"):
            if not one.value.lower().startswith("config"):
                yield f"{SORCERY} takes {one.key} from {one.value}"
    elif more[USERS].with_key("hassip"):
        yield f"{USERS} makes SIP peers"
