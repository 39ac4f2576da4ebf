"""Rules about what becomes of SIP Server's SUBSCRIBE at the endpoint, or peer, that gets it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.conf.model import Conf, Section
from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.hosts import sipserver_hosts
from gvma.asterisk.identification.rights import OWN_RULES, AclRule, SubscribeRights, permitted
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import Evidence

REFUSED = Rule(
    "sipserver-refused", "error", "Asterisk refuses SIP Server's SUBSCRIBE: allow_subscribe=no, a password, or an ACL",
    "SIP Server gets 603, 403 or 401, cannot answer a challenge (manual 2028-2032), and tries again for ever.",
    "Take allow_subscribe=no (chan_sip: allowsubscribe=no) and auth (chan_sip: secret) out of what is named, and let "
    "its ACL permit SIP Server's address.",
)  # fmt: skip
ACL = Rule(
    "sipserver-acl", "warning", "an ACL on what gets SIP Server's SUBSCRIBE, whose rules gvma cannot see",
    "An ACL that does not permit SIP Server's address refuses its SUBSCRIBE.",
    "See that it permits SIP Server's address.",
)  # fmt: skip
RULES = (REFUSED, ACL)


def check_subscribe(evidence: Evidence) -> Iterator[Finding]:
    """The endpoints of PJSIP that get SIP Server's requests, or the first of our peers of chan_sip."""
    if evidence.ami is None or evidence.settings.gvma.mwi_mode != "SUBSCRIBE":
        return
    is_pjsip = evidence.driver is PJSIP
    what, switch, password = (
        ("endpoint", "allow_subscribe", "auth") if is_pjsip else ("peer", "allowsubscribe", "secret")
    )
    for name, rights in evidence.ami.sipserver.rights.items():
        if not rights.may_subscribe:
            yield REFUSED.at(name, f"{what} {name} has {switch}=no")
        if rights.is_challenged:
            yield REFUSED.at(name, f"{what} {name} has {password}")
        yield from _acls(name, f"{what} {name}", rights, evidence)
    yield from _of_all(evidence)


def _acls(name: str, what: str, rights: SubscribeRights, evidence: Evidence) -> Iterator[Finding]:
    assert evidence.ami is not None
    for acl in rights.acls:
        rules = _own_rules(evidence.files.channel, name) if acl == OWN_RULES else evidence.ami.sipserver.acls.get(acl)
        if rules is None and acl != OWN_RULES:
            yield REFUSED.at(name, f"{what} has acl={acl}, which Asterisk does not know")
        elif not rules:
            yield ACL.at(name, f"{what} has an ACL")
        else:
            yield from _denied(name, f"{what} has {acl if acl == OWN_RULES else f'acl={acl}'}", rules, evidence)


def _of_all(evidence: Evidence) -> Iterator[Finding]:
    """PJSIP's ``type=acl``, which every request has to pass."""
    conf = evidence.files.channel
    for one in conf.of_type("acl") if conf and evidence.driver is PJSIP else ():
        if one.value("acl"):
            yield ACL.at(one.where, f"[{one.name}] has acl={one.value('acl')}")
        yield from _denied(one.where, f"[{one.name}] of type=acl has {OWN_RULES}", _rules(one), evidence)


def _denied(where: str, what: str, rules: tuple[AclRule, ...], evidence: Evidence) -> Iterator[Finding]:
    for host in sipserver_hosts(evidence.settings.gvma):
        if not permitted(rules, evidence.addresses.get(host, ())):
            yield REFUSED.at(where, f"{what}, which does not permit {host}")


def _own_rules(conf: Conf | None, name: str) -> tuple[AclRule, ...]:
    """Of the sections of this name; none where they stand in no file that was looked at."""
    return tuple(rule for one in conf.objects if one.name == name for rule in _rules(one)) if conf else ()


def _rules(section: Section) -> tuple[AclRule, ...]:
    keys = {"deny": False, "permit": True}
    return tuple(
        AclRule(keys[one.key.lower()], network.strip())
        for one in section.settings
        if one.key.lower() in keys
        for network in one.value.split(",")
    )


CHECKS = (check_subscribe,)
