"""Every check and every rule, in the order in which they are run and documented."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gvma.check import (
    asterisk_files,
    drift,
    gvm_options,
    live,
    media,
    probe,
    routing_order,
    settings_checks,
    sipserver,
    switches,
)
from gvma.check.evidence import Evidence
from gvma.check.finding import SEVERITIES, Finding, Rule

Check = Callable[[Evidence], Iterator[Finding]]

CHAPTERS: tuple[tuple[str, tuple[Rule, ...], tuple[Check, ...]], ...] = (
    (
        "Settings",
        settings_checks.RULES,
        (
            settings_checks.check_settings_file,
            settings_checks.check_sample_secrets,
            settings_checks.check_prefixes,
            settings_checks.check_paths,
            settings_checks.check_exposed_secrets,
        ),
    ),
    (
        "Configuration Server",
        gvm_options.RULES,
        (
            gvm_options.check_queries,
            gvm_options.check_group_mailboxes,
            gvm_options.check_shared_boxes,
            gvm_options.check_option_names,
            gvm_options.check_options_without_effect,
            gvm_options.check_contexts,
            gvm_options.check_sync_warnings,
        ),
    ),
    (
        "SIP Server",
        sipserver.RULES,
        (
            sipserver.check_mwi,
            sipserver.check_trunks,
            sipserver.check_media_services,
            sipserver.check_overflow,
        ),
    ),
    ("Switches of the manual", switches.RULES, (switches.check_switch,)),
    (
        "Asterisk's files",
        (*asterisk_files.RULES, *routing_order.RULES),
        (
            asterisk_files.check_files,
            asterisk_files.check_dialplan_includes,
            asterisk_files.check_routing_peers,
            routing_order.check_hidden_numbers,
            asterisk_files.check_dials,
            asterisk_files.check_own_names,
            asterisk_files.check_old_block,
            asterisk_files.check_endpoint_secrets,
            asterisk_files.check_mailboxes_twice,
        ),
    ),
    (
        "Asterisk, live",
        (*live.RULES, *drift.RULES),
        (
            live.check_reached,
            live.check_version,
            live.check_modules,
            drift.check_drift,
            live.check_identify,
            live.check_identifier_order,
            live.check_storage,
        ),
    ),
    ("MWI, for real", probe.RULES, (probe.check_probes,)),
    (
        "Media server",
        media.RULES,
        (media.check_served, media.check_health, media.check_address, media.check_included, media.check_sounds),
    ),
)


def findings(evidence: Evidence) -> list[Finding]:
    """Everything that every check finds, in the order of the catalogue, each once."""
    found = (finding for _, _, checks in CHAPTERS for check in checks for finding in check(evidence))
    return list(dict.fromkeys(found))


def worst(found: Iterable[Finding]) -> str:
    """The gravest severity among them; empty where there is none."""
    severities = {finding.severity for finding in found}
    return next((severity for severity in SEVERITIES if severity in severities), "")


def as_markdown() -> str:
    """``docs/checks.md``."""
    parts = [
        "# What `gvma check` finds\n",
        "Made from the checks themselves (`make docs`); a test keeps it complete. Errors and warnings make the exit "
        "status 1; information alone leaves it 0. With `--nagios`: 0 all well, 1 warnings, 2 errors, 3 the check "
        "itself failed.\n",
    ]
    for title, rules, _ in CHAPTERS:
        parts.append(f"## {title}\n")
        for rule in rules:
            parts.append(
                f"### {rule.code}\n{rule.severity.capitalize()}: {rule.finds}.\n\n"
                f"*Why it matters.* {rule.why}\n\n*What to do.* {rule.remedy}\n"
            )
    return "\n".join(parts)
