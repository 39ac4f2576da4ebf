"""Chapter 2: the lines of Asterisk's files that a person writes; all else is written by ``gvma sync``. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.switches import forms, site
from gvma.switches.choices import Choice, Values
from gvma.switches.texts import Correction, heading

CHOICES = (
    Choice("ami-user", "gvma", forms.name, "AMI account of gvma", 2665, site.ami_user),
    Choice("ami-port", "5038", forms.port, "AMI's port", 2656, site.ami_port),
    Choice("ami-address", "127.0.0.1", forms.address, "address on which AMI listens, and from which gvma may come"),
    Choice("context", "default", forms.name, "context in which SIP Server's and the telephones' calls come", 2886),
    Choice("routing-context", "GVMA_ROUTING", forms.name, "context of business call routing", 0, site.routing_context),
)
CORRECTIONS = (
    Correction("2658", "AMI listens on 0.0.0.0", "it listens on the address that gvma comes from"),
    Correction(
        "2671", "`permit` has the mask 255.255.255.0, which lets all of 127.0.0.0/24 in", "it has one address"
    ),
    Correction("2667", "the secret is printed in the manual", "a placeholder stands there"),
    Correction(
        "2217", "the Extension's `contact` is where SUBSCRIBE is sent",
        "SIP Server sends the telephone's INVITE there; SUBSCRIBE goes to the contact of the presence Trunk (2145)",
    ),
)  # fmt: skip


def text(values: Values) -> Iterator[str]:
    """Lines for manager.conf and extensions.conf; ``;`` begins a comment."""
    yield from heading(";", "Asterisk: what a person writes. `gvma sync` writes mailboxes, subscriptions, hints and "
                       "endpoints.", CORRECTIONS, (
        "replace <secret> by one of your own, and write it into asterisk_cm_secret_file too.",
        "leave out what the site does not use; set the DNs: `gvma switch objects asterisk`.",
    ))  # fmt: skip
    yield ";"
    yield "; manager.conf"
    yield "[general]"
    yield "enabled = yes"
    yield f"port = {values['ami-port']}"
    yield f"bindaddr = {values['ami-address']}"
    yield f"[{values['ami-user']}]"
    yield "secret = <secret>"
    yield "deny = 0.0.0.0/0.0.0.0"
    yield f"permit = {values['ami-address']}/255.255.255.255"
    yield "read = system,call,log,verbose,command,agent,user"
    yield "write = system,call,log,verbose,command,agent,user"
    yield ";"
    yield "; extensions.conf, in the context that is there already"
    yield f"[{values['context']}]"
    yield "include => GVMA"
    yield f"include => {values['routing-context']}"
    yield "include => moh_conf_treatment"
