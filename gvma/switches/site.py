"""What the settings know of the values of a switch; each is empty where they do not. Pure."""

from __future__ import annotations

from gvma.asterisk.hosts import sipserver_hosts
from gvma.settings import GvmaSettings


def sipserver(settings: GvmaSettings) -> str:
    """SIP Server's address; behind a BIG-IP that is the virtual one."""
    return next(iter(sipserver_hosts(settings)), "")


def sipserver_port(settings: GvmaSettings) -> str:
    return str(settings.siptserver_port) if sipserver(settings) else ""


def mwi_mode(settings: GvmaSettings) -> str:
    return settings.mwi_mode


def dn_prefix(settings: GvmaSettings) -> str:
    return settings.vm_dn_ext_prefix


def agent_prefix(settings: GvmaSettings) -> str:
    return settings.vm_agt_ext_prefix


def group_prefix(settings: GvmaSettings) -> str:
    return settings.vm_grp_ext_prefix


def external_prefix(settings: GvmaSettings) -> str:
    return settings.routing_external_prefix


def sipserver_peer(settings: GvmaSettings) -> str:
    return settings.routing_sipserver_peer


def ami_user(settings: GvmaSettings) -> str:
    return settings.asterisk_cm_username


def ami_port(settings: GvmaSettings) -> str:
    return str(settings.asterisk_cm_port)


def routing_context(settings: GvmaSettings) -> str:
    return settings.routing_context
