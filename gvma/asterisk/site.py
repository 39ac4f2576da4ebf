"""What the site wrote itself, outside our block: names in use, and who identifies SIP Server. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from gvma.asterisk.conf import Conf, Section, Setting
from gvma.asterisk.hosts import host_and_port, match_has
from gvma.asterisk.roles import OWN_CONTEXTS

_OUTSIDE = ("external_signaling_address", "externip", "externaddr", "externhost")
_OWN_CONTEXTS = frozenset(context.lower() for context in OWN_CONTEXTS)


@dataclass(frozen=True, slots=True)
class DialplanNames:
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


def identified(pjsip_conf: Conf, addresses: Iterable[str], port: int = 5060) -> dict[str, str]:
    """Those of SIP Server's addresses that the site's pjsip.conf identifies already, each with its endpoint.

    Reads ``match`` of ``type=identify`` sections, templates included: addresses, networks (with a length or a
    mask), ``address:port``, lists, and names as they are written; nothing is looked up in DNS.
    """
    identifies = objects_defined(pjsip_conf, {"identify"})
    found: dict[str, str] = {}
    for address in addresses:
        for section in identifies:
            matches = ",".join(section.values("match")).split(",")
            if any(match_has(match.strip(), address, port) for match in matches):
                found.setdefault(address, section.value("endpoint") or "?")
    return found


def outside_hosts(channel_conf: Conf) -> frozenset[str]:
    """The hosts that chan_sip or PJSIP gives for itself to the outside of a NAT."""
    return frozenset(host_and_port(one.value)[0] for one in channel_conf.with_key(*_OUTSIDE))


def pins_in_spool(voicemail_conf: Conf) -> bool:
    """Whether ``[general]`` says ``passwordlocation=spooldir`` (app_voicemail.c, load_config)."""
    said = (one for one in voicemail_conf.with_key("passwordlocation") if one.section.lower() == "general")
    return next((one.value.lower() == "spooldir" for one in said), False)
