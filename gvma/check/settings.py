"""Rules about the settings file: wrong lines, sample values, prefixes, paths, and secrets that others may read.

Pure: it asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from gvma.asterisk.hosts import hosts_written, sipserver_hosts
from gvma.asterisk.roles import ROLES
from gvma.check.finding import Finding, Rule
from gvma.errors import SettingsError
from gvma.evidence.model import Evidence
from gvma.settings.secrets import AMI_SECRET, SAMPLES

INVALID = Rule(
    "settings-invalid", "error", "a wrong line of the settings file: placeholder, unknown value, bad marker, a host "
    "that has no address",
    "No sync runs with it (exit 78).",
    "Correct the line; `gvma config check` shows them all.",
)  # fmt: skip
ODD = Rule(
    "settings-odd", "warning", "a line of the settings file that has no effect or an unwanted one",
    "It does not do what it seems to: an unknown key is ignored, and the default stays in effect.",
    "Correct or remove the line.",
)  # fmt: skip
SAMPLE_SECRET = Rule(
    "settings-sample-secret", "warning", "a secret that is the manual's or gvma's sample",
    "It is printed in the manual (2662-2675) or in dialplan/samples, so everybody knows it, and AMI can run any "
    "command of Asterisk.",
    "Set another secret in manager.conf and in asterisk_cm_secret_file.",
)  # fmt: skip
PREFIXES = Rule(
    "settings-prefixes", "warning", "a mailbox prefix that begins with another one, or with that of external calls",
    "Asterisk takes the longer pattern, so mailboxes whose number begins with the rest cannot be dialled (manual "
    "2845-2854); of a mailbox and an external number it takes the one whose context is included first.",
    "Choose prefixes of which none begins with another.",
)  # fmt: skip
UNREACHABLE = Rule(
    "settings-path", "error", "a folder or file of the settings that cannot be reached",
    "A sync cannot read or write there.",
    "Correct the path, or the rights of the account that runs gvma.",
)  # fmt: skip
EXPOSED = Rule(
    "settings-exposed-secret", "error", "a file with a secret that others may read",
    "Whoever may log in on this host can read it.",
    "chmod 600 the file, or move the secret to password_file and asterisk_cm_secret_file.",
)  # fmt: skip
RULES = (INVALID, ODD, SAMPLE_SECRET, PREFIXES, UNREACHABLE, EXPOSED)


def check_settings_file(evidence: Evidence) -> Iterator[Finding]:
    """Every problem and warning that reading the file gave."""
    for problem in evidence.settings_file.problems:
        yield INVALID.at(problem.where, problem.message, remedy=_way_out(problem))
    hosts = sipserver_hosts(evidence.settings.gvma)
    if evidence.syncs and len(hosts) > 1 and not evidence.driver.several_hosts:
        yield INVALID.at("siptserver_host", f"names several addresses, {', '.join(hosts)}; chan_sip takes one")
    for key, host in hosts_written(evidence.settings.gvma) if evidence.syncs else ():
        if host in evidence.addresses and not evidence.addresses[host]:
            yield INVALID.at(key, f"{key} = {host} cannot be resolved: Asterisk would know nobody by it")
    for warning in evidence.settings_file.warnings:
        yield ODD.at(warning.where, warning.message)


def _way_out(problem: SettingsError) -> str:
    """What the error itself says is to be done."""
    return problem.hint.removeprefix("Nothing was changed.").strip()


def check_sample_secrets(evidence: Evidence) -> Iterator[Finding]:
    """A secret that stands in a sample. Where the settings have a fault in it, it is the default and nobody's."""
    is_known = evidence.settings_file.wrong_keys.isdisjoint(AMI_SECRET)
    if evidence.syncs and is_known and evidence.settings.gvma.asterisk_cm_secret.reveal() in SAMPLES:
        yield SAMPLE_SECRET.at("asterisk_cm_secret", "the AMI secret is that of a sample")


def check_prefixes(evidence: Evidence) -> Iterator[Finding]:
    """Prefixes that are prefixes of one another."""
    keys = [role.dial_prefix for role in ROLES]
    external = ("routing_external_prefix",) if evidence.settings.gvma.routing else ()
    for shorter, longer in permutations((*keys, *external), 2):
        short, long = (getattr(evidence.settings.gvma, key) for key in (shorter, longer))
        if short and long.startswith(short) and (long != short or shorter in external):
            yield PREFIXES.at(longer, f"{longer} = {long} begins with {shorter} = {short}")


def check_paths(evidence: Evidence) -> Iterator[Finding]:
    """Paths of the settings, and files of Asterisk, that this account cannot use."""
    for where, reason in (*evidence.settings_file.unreachable, *evidence.files.unreadable):
        yield UNREACHABLE.at(where, reason)


def check_exposed_secrets(evidence: Evidence) -> Iterator[Finding]:
    """Files with secrets that group or others may read."""
    for path, mode in evidence.settings_file.exposed:
        yield EXPOSED.at(path, f"it has secrets and mode {mode:04o}")


CHECKS = (check_settings_file, check_sample_secrets, check_prefixes, check_paths, check_exposed_secrets)
