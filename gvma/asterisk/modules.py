"""Asterisk's modules that read what gvma writes, by the names that its AMI knows them by. Pure."""

from __future__ import annotations

VOICEMAIL, DIALPLAN = "app_voicemail.so", "pbx_config.so"

SAME_MODULE = {VOICEMAIL: (VOICEMAIL, "app_voicemail_odbc.so", "app_voicemail_imap.so")}
"""Asterisk has one voicemail module under one of three names, after the place where it keeps messages."""


def names_of(module: str) -> tuple[str, ...]:
    """The names under which Asterisk may have loaded a module."""
    return SAME_MODULE.get(module, (module,))
