"""Asterisk's folder as FreePBX 17 lays it out, and what Apply Config does to it. Written from what its sources do.

Only what gvma meets is here: which files there are, which include which, and how voicemail.conf is read and written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_TRUNK = {
    "pjsip.endpoint.conf": "type=endpoint\ncontext=from-trunk\ndisallow=all\nallow=ulaw\naors={trunk}\n",
    "pjsip.aor.conf": "type=aor\ncontact=sip:{host}:5060\n",
    "pjsip.identify.conf": "type=identify\nendpoint={trunk}\nmatch={host}\n",
}
_GENERATED = {
    "pjsip.conf": (
        "#include pjsip_custom.conf\n#include pjsip.transports.conf\n#include pjsip.endpoint.conf\n"
        "#include pjsip.aor.conf\n#include pjsip.identify.conf\n\n"
        "[global]\ntype=global\nuser_agent=FPBX-17\n#include pjsip_custom_post.conf\n"
    ),
    "extensions_additional.conf": "[from-internal-additional]\nexten => 5001,1,Answer()\n same => n,Wait(30)\n",
}
_LINKED = {
    "extensions.conf": (
        "#include extensions_override_freepbx.conf\n#include extensions_additional.conf\n"
        "#include extensions_custom.conf\n\n"
        "[from-trunk]\ninclude => from-internal\n[from-internal]\ninclude => from-internal-xfer\n"
        "[from-internal-xfer]\ninclude => from-internal-custom\ninclude => from-internal-additional\n[default]\n"
    ),
}
_SITES_OWN = {
    "pjsip_custom.conf": "",
    "pjsip_custom_post.conf": "",
    "extensions_override_freepbx.conf": "",
    "extensions_custom.conf": "[from-internal-custom]\ninclude => GVMA\n",
    "voicemail_gvma.conf": "",
}
_VOICEMAIL = (
    "[general]\nformat=wav\npollmailboxes=yes\npollfreq=3600\n#include voicemail_gvma.conf\n"
    "[default]\n5001=0815,Reception,,,attach=no\n"
)
_NO_MAILBOXES = {"general", "zonemessages", "pbxaliases"}
_SETTING = re.compile(r"([^+=]+?)\s*\+?=>?\s*(.*)")


def files(trunk: str, host: str) -> Mapping[str, str]:
    """The texts that ``PrivateAsterisk`` takes. trunk, host: the name and address of SIP Server's trunk."""
    return {
        **_LINKED,
        **_SITES_OWN,
        **_generated(trunk, host),
        "voicemail.conf": _VOICEMAIL,
        "pjsip.transports.conf": "[0.0.0.0-udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{sip_port}\n",
    }


def apply_config(etc: Path, trunk: str, host: str) -> None:
    """Writes every file that is FreePBX's, and none that is the site's own; the next reload is for the caller.

    Raises ValueError where voicemail.conf has a line that FreePBX does not understand.
    """
    for name, text in _generated(trunk, host).items():
        (etc / name).write_text(text)
    path = etc / "voicemail.conf"
    path.write_text(_written_back(path.read_text("utf-8")), "utf-8")


def _generated(trunk: str, host: str) -> dict[str, str]:
    of_trunk = {name: f"[{trunk}]\n{text.format(trunk=trunk, host=host)}" for name, text in _TRUNK.items()}
    return {**_GENERATED, **of_trunk}


def _written_back(text: str) -> str:
    """voicemail.conf as FreePBX writes what it has read: no comment, one form of line, five fields a mailbox."""
    sections: dict[str, list[str]] = {}
    name = "HEADER"
    for raw in text.splitlines():
        line = re.sub(r"(?<!\\);.*", "", raw).strip()
        if line.startswith("["):
            name = line[1:].partition("]")[0]
            sections.setdefault(name, [])
        elif line:
            sections.setdefault(name, []).append(_line(name, line))
    return "\n" + "".join(f"[{name}]\n{''.join(lines)}\n" for name, lines in sections.items())


def _line(section: str, line: str) -> str:
    if line.startswith("#"):
        return f"{line}\n"
    found = _SETTING.fullmatch(line)
    if found is None:
        raise ValueError(f"FreePBX does not understand {line!r}")
    key, value = found[1], found[2].replace(r"\;", ";")
    if section in _NO_MAILBOXES:
        return f"{key}={value}\n"
    pin, owner, email, pager, options = [*value.split(","), "", "", "", ""][:5]
    kept = ["=".join(option.split("=")[:2]) for option in options.split("|") if option]
    return f"{key}={pin},{owner},{email},{pager},{'|'.join(kept)}\n"
