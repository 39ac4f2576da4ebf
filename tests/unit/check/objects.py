"""A site for the checks' tests: objects as an administrator would say them, files as texts, and their evidence."""

from __future__ import annotations

from gvma.asterisk.conf.model import Conf
from gvma.asterisk.conf.reader import read_conf
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import QUERIES, ConfigServerEvidence, Evidence, FilesEvidence, QueryAnswer, SipAddresses
from gvma.settings import GvmaSettings, Settings

HERE = SipAddresses(frozenset({"127.0.0.1", "pbx.example"}), frozenset({5060}))
MARKERS = (";$---GVMA-BEGIN-GVMA---$", ";$---GVMA-END-GVMA---$")


def dn(number: str, type_: int = 1, /, **options: str) -> ConfigObject:
    return ConfigObject("CfgDN", 100 + len(number), number, type_, options=_named(options))


def agent(code: str, **options: str) -> ConfigObject:
    return ConfigObject("CfgAgentLogin", 201, code, options=_named(options))


def group(name: str, **options: str) -> ConfigObject:
    return ConfigObject("CfgAgentGroup", 301, name, options=_named(options))


def application(**options: str) -> ConfigObject:
    return ConfigObject("CfgApplication", 401, "SIP_Server", options=_named(options))


def _named(options: dict[str, str]) -> dict[str, str]:
    """``mwi_host`` stands for ``mwi-host``; GVM options keep their underscores."""
    return {name if name.startswith("gvm_") else name.replace("_", "-"): value for name, value in options.items()}


def block(text: str) -> str:
    """A managed block with this body, and the line that follows each."""
    return f"{MARKERS[0]}\n{text}{MARKERS[1]}\n;\n"


def conf(text: str, name: str = "main.conf", **others: str) -> Conf:
    """A file of Asterisk. others: files that it may include; ``_`` in a name stands for ``.``."""
    texts = {name: text, **{other.replace("_", "."): included for other, included in others.items()}}
    return read_conf(name, lambda wanted: [(wanted, texts[wanted].encode())] if wanted in texts else [], MARKERS)


def files(*, voicemail: str | None = None, channel: str | None = None, dialplan: str | None = None) -> FilesEvidence:
    """Asterisk's files as texts; None for one that nobody looked at."""

    def read(name: str, text: str | None) -> Conf | None:
        return None if text is None else conf(text, name)

    return FilesEvidence(
        read("voicemail.conf", voicemail), read("channel.conf", channel), read("extensions.conf", dialplan)
    )


def evidence(settings: GvmaSettings | None = None, **answers: list[ConfigObject]) -> Evidence:
    """Evidence of the named queries; the first three are always answered."""
    given: dict[str, list[ConfigObject]] = {**{query: [] for query in QUERIES[:3]}, **answers}
    answered = {query: QueryAnswer(query, f"//{query}", tuple(objects)) for query, objects in given.items()}
    return Evidence(Settings(gvma=settings or GvmaSettings()), configserver=ConfigServerEvidence(answered), sip=HERE)
