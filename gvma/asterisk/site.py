"""What the site wrote itself, outside our block: its objects, and the names in use. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from gvma.asterisk.conf.model import Conf, Section, Setting
from gvma.asterisk.hosts import host_and_port
from gvma.asterisk.roles import OWN_CONTEXTS

_OUTSIDE = ("external_signaling_address", "externip", "externaddr", "externhost")
_OWN_CONTEXTS = frozenset(context.lower() for context in OWN_CONTEXTS)


class DialplanNames(NamedTuple):
    """Extensions and hints of an extensions.conf, in whatever context."""

    contexts: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    hints: frozenset[str] = frozenset()


def sections_defined(conf: Conf) -> frozenset[str]:
    """The names of all sections that are no templates: peers, endpoints, contexts."""
    return frozenset(section.name for section in conf.objects if not section.ours)


def peers_defined(sip_conf: Conf) -> list[Section]:
    """All peers, without those that only add to another section of the same name (``+``)."""
    return [section for section in sip_conf.objects if not section.ours and not section.append]


def objects_defined(pjsip_conf: Conf, types: Collection[str]) -> list[Section]:
    """All PJSIP objects of these types."""
    return [one for one in pjsip_conf.objects if not one.ours and one.value("type").lower() in types]


def mailboxes_defined(voicemail_conf: Conf) -> list[Setting]:
    """The mailboxes in gvma's contexts; app_voicemail compares contexts without case."""
    return [one for one in voicemail_conf.settings if not one.ours and one.section.lower() in _OWN_CONTEXTS]


def dialplan_names(extensions_conf: Conf) -> DialplanNames:
    """What ``exten`` and ``same`` lines define."""
    contexts = frozenset(section.name for section in extensions_conf.sections if not section.ours)
    extensions: set[str] = set()
    hints: set[str] = set()
    last = ""
    for one in extensions_conf.settings:
        key = one.key.lower()
        if one.ours or key not in {"exten", "same"}:
            continue
        words = [word.strip() for word in one.value.split(",", 2)]
        if key == "exten":
            if len(words) < 2:
                continue
            last = words.pop(0).partition("/")[0]
        (hints if words[0].lower() == "hint" else extensions).add(last)
    return DialplanNames(contexts, frozenset(extensions), frozenset(hints))


def outside_hosts(channel_conf: Conf) -> frozenset[str]:
    """The hosts that chan_sip or PJSIP gives for itself to the outside of a NAT."""
    return frozenset(host_and_port(one.value)[0] for one in channel_conf.with_key(*_OUTSIDE))


def pins_in_spool(voicemail_conf: Conf) -> bool:
    """Whether ``[general]`` says ``passwordlocation=spooldir`` (app_voicemail.c, load_config)."""
    said = (one for one in voicemail_conf.with_key("passwordlocation") if one.section.lower() == "general")
    return next((one.value.lower() == "spooldir" for one in said), False)
