"""Where Asterisk may know more senders than its files tell: ``#exec``, databases, other modules' files. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gvma.asterisk.drivers import PJSIP, Driver
from gvma.asterisk.identification.model import SiteText
from gvma.asterisk.lines import Directive, Setting, read

WIZARDS, SORCERY, EXTCONFIG, USERS = "pjsip_wizard.conf", "sorcery.conf", "extconfig.conf", "users.conf"
MORE_FILES = (WIZARDS, SORCERY, EXTCONFIG, USERS)
"""Files of Asterisk's folder that may say more than the driver's own."""

_FROM_DATABASE = {
    "pjsip": {b"pjsip.conf", b"pjsip_wizard.conf"},
    "sip": {b"sip.conf", b"users.conf", b"sippeers", b"sipusers"},
}
_MAPPED = {b"endpoint", b"identify"}


def untold(driver: Driver, text: SiteText, files: Mapping[str, bytes]) -> Iterator[str]:
    """Where Asterisk may know more senders from than its files tell, such as ``pjsip.conf runs /usr/local/bin/x``.

    files: those of MORE_FILES that there are, by name.
    """
    texts = {driver.main_file: text.channel}
    texts |= {WIZARDS: files.get(WIZARDS, b"")} if driver is PJSIP else {USERS: files.get(USERS, b"")}
    for name, said in texts.items():
        for fact in read(said):
            if isinstance(fact, Directive) and fact.kind == "exec":
                yield f"{name} runs {_text(fact.argument)}"
    for one in _settings(files.get(EXTCONFIG, b"")):
        if one.key.lower() in _FROM_DATABASE[driver.name]:
            yield f"{EXTCONFIG} takes {_text(one.key)} from a database"
    if driver is PJSIP:
        for one in _settings(files.get(SORCERY, b"")):
            if one.key.lower() in _MAPPED and not one.value.lower().startswith(b"config"):
                yield f"{SORCERY} takes {_text(one.key)} from {_text(one.value)}"
    elif any(one.key.lower() == b"hassip" for one in _settings(files.get(USERS, b""))):
        yield f"{USERS} makes SIP peers"


def _settings(text: bytes) -> Iterator[Setting]:
    return (fact for fact in read(text) if isinstance(fact, Setting))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
