"""Rules about AMI, Asterisk's version, and the modules that it has loaded. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.modules import (
    ALWAYS_NEEDED,
    DRIVER_MODULES,
    EXTERNAL_MWI,
    REGISTER_MODULES,
    ROUTING_MODULES,
    VOICEMAIL_MODULES,
)
from gvma.check.finding import Finding, Rule
from gvma.errors import AmiAccountInUseError, CredentialsError
from gvma.evidence.model import Evidence

UNREACHABLE = Rule(
    "ami-unreachable", "error", "Asterisk cannot be reached over AMI",
    "A sync reaches AMI before it writes anything, and stops with exit 16 without it.",
    "Enable AMI in manager.conf (manual 2649-2658), and look at asterisk_cm_host and asterisk_cm_port.",
)  # fmt: skip
CREDENTIALS = Rule(
    "ami-credentials", "error", "AMI refuses the account",
    "A sync stops with exit 12 before it writes anything.",
    "Make the account in manager.conf (dialplan/samples/manager.conf), and set its secret in the settings.",
)  # fmt: skip
IN_USE = Rule(
    "ami-in-use", "warning", "the AMI account is in use by another connection",
    "A sync that meets it stops with exit 12 before it writes anything, and this check could not ask Asterisk.",
    "Check again when that connection has ended, set allowmultiplelogin = yes in manager.conf, or give gvma an account "
    "of its own.",
)  # fmt: skip
PERMISSION = Rule(
    "ami-permission", "error", "the AMI account lacks a class",
    "Reload and read back need system, call and command (manual 2662-2675).",
    "Add the class to read= and write= of the account in manager.conf.",
)  # fmt: skip
VERSION = Rule(
    "asterisk-version", "warning", "an Asterisk older than 16",
    "gvma is tested with 16 (chan_sip) and 22 (PJSIP).",
    "Upgrade Asterisk, or try `gvma sync` on a copy first.",
)  # fmt: skip
MODULE = Rule(
    "module-missing", "error",
    "a module of Asterisk that mailboxes and subscriptions need is not loaded, or does not run",
    "Without it the files are written and nothing answers.",
    "Load the module in modules.conf. A module that is loaded and does not run found its file missing or not "
    "readable at Asterisk's start: Asterisk's log names the line.",
)  # fmt: skip
CONFLICT = Rule(
    "module-conflict", "error", "res_mwi_external is loaded",
    "app_voicemail refuses to load beside it, so there are no mailboxes.",
    "noload => res_mwi_external.so in modules.conf.",
)  # fmt: skip
RULES = (UNREACHABLE, CREDENTIALS, IN_USE, PERMISSION, VERSION, MODULE, CONFLICT)

OLDEST = 16


def check_reached(evidence: Evidence) -> Iterator[Finding]:
    """AMI reached, account accepted, its classes enough (the manual's lines 2649-2675)."""
    ami = evidence.ami
    if ami is None:
        return
    where = str(evidence.settings.gvma.ami_address)
    if isinstance(ami.problem, AmiAccountInUseError):
        yield IN_USE.at(where, ami.problem.message)
    elif isinstance(ami.problem, CredentialsError):
        yield CREDENTIALS.at(where, ami.problem.message)
    elif ami.problem is not None:
        yield UNREACHABLE.at(where, ami.problem.message)
    for refusal in ami.refused:
        yield PERMISSION.at(where, refusal)


def check_version(evidence: Evidence) -> Iterator[Finding]:
    """The oldest Asterisk that gvma is tested with."""
    version = evidence.ami.version if evidence.ami else ""
    major = re.match(r"\D*(\d+)\.", version)
    if major and int(major[1]) < OLDEST:
        yield VERSION.at("Asterisk", f"version {version}")


def check_modules(evidence: Evidence) -> Iterator[Finding]:
    """Modules that voicemail, MWI and routing need, and the one that excludes app_voicemail."""
    ami = evidence.ami
    if ami is None or ami.loaded is None:
        return
    if EXTERNAL_MWI in ami.loaded:
        yield CONFLICT.at(EXTERNAL_MWI, "is loaded")
    for module in _needed(evidence):
        loaded = ami.loaded & set(VOICEMAIL_MODULES if module in VOICEMAIL_MODULES else (module,))
        if not loaded:
            yield MODULE.at(module, "is not loaded")
        elif loaded <= ami.idle:
            yield MODULE.at(module, "is loaded and does not run")


def _needed(evidence: Evidence) -> Iterator[str]:
    pjsip, settings = evidence.driver is PJSIP, evidence.settings.gvma
    registers = REGISTER_MODULES if pjsip and settings.mwi_mode == "REGISTER" else ()
    routes = [name for name in ROUTING_MODULES if pjsip or not name.startswith("res_pjsip")] if settings.routing else []
    yield from dict.fromkeys([*ALWAYS_NEEDED, *DRIVER_MODULES[evidence.driver.name], *registers, *routes])


CHECKS = (check_reached, check_version, check_modules)
