"""Objects of a Configuration Layer for the checks' tests, written down as an administrator would say them."""

from __future__ import annotations

from gvma.check.evidence import QUERIES, Answer, Evidence, Layer, ThisAsterisk
from gvma.configserver.objects import ConfigObject
from gvma.settings import GvmaSettings, Settings

HERE = ThisAsterisk(frozenset({"127.0.0.1", "pbx.example"}), frozenset({5060}))


def dn(number: str, type_: int = 1, **options: str) -> ConfigObject:
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


def evidence(settings: GvmaSettings | None = None, **answers: list[ConfigObject]) -> Evidence:
    """Evidence of the named queries; the first three are always answered."""
    given: dict[str, list[ConfigObject]] = {**{query: [] for query in QUERIES[:3]}, **answers}
    layer = Layer({query: Answer(query, f"//{query}", tuple(objects)) for query, objects in given.items()})
    return Evidence(Settings(gvma=settings or GvmaSettings()), layer=layer, this_asterisk=HERE)
