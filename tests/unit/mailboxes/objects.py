"""Objects as an administrator would say them, and what the rules make of them."""

from __future__ import annotations

from gvma.configserver.objects import ConfigObject
from gvma.mailboxes import Desired, desired


def dn(number: str, dbid: int = 1, /, **options: str) -> ConfigObject:
    return ConfigObject("CfgDN", dbid, number, 1, options=options)


def agent(number: str, dbid: int = 1, /, **options: str) -> ConfigObject:
    return ConfigObject("CfgAgentLogin", dbid, number, options=options)


def group(name: str, dbid: int = 1, /, **options: str) -> ConfigObject:
    return ConfigObject("CfgAgentGroup", dbid, name, options=options)


def of(*objects: ConfigObject, allow_mailcmd: bool = False) -> Desired:
    kinds = ("CfgDN", "CfgAgentLogin", "CfgAgentGroup")
    return desired(*([one for one in objects if one.kind == kind] for kind in kinds), allow_mailcmd=allow_mailcmd)


def codes(answer: Desired) -> list[str]:
    return [warning.code for warning in answer.warnings]
