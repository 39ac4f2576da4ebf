"""extensions.conf: ``[GVMA]``, which leads callers to the boxes, and business call routing's context. Pure.

Source: the manual's lines 2822-2865 and 1960-2080.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gvma.asterisk.conf.lines import without_blanks_at_commas, without_comment
from gvma.asterisk.entries import Extension, Hint
from gvma.asterisk.managed_block.block import OwnLines
from gvma.asterisk.managed_block.header import ANY_HEADER_LINE, header
from gvma.asterisk.order import by_number
from gvma.asterisk.roles import ROLES
from gvma.settings.model import GvmaSettings

CONTEXT = "GVMA"
_LINE = re.compile(
    r"^[ \t]*(?:\[([^\]\n]*)\]|exten[ \t]*=>?[ \t]*([^,;\n]*),[ \t]*(\w+)[ \t]*,([^\n]*))", re.MULTILINE | re.ASCII
)

MEDIA_CONTEXT = "moh_conf_treatment"
"""The context that makes an Asterisk a media server (the manual's lines 3095-3099); the site includes it itself."""

OWN_LINES = OwnLines(
    section=re.compile(rb"GVMA(?:_ROUTING)?"),
    setting=re.compile(
        rb"exten[ \t]*=>[ \t]*(?:_.*(?:GVM_DEST|GVMA_|Wait\(1\)|Hangup|NoOp|Dial\().*|.*,(?:hint|1,Dial|2,Hang).*)"
    ),
    comment=ANY_HEADER_LINE,
)

_ACCESS = (
    "Wait(1)",
    "Set(GVM_DEST=${{EXTEN:{length}}})",
    'GotoIf($["${{CALLERID(num)}}" = "${{GVM_DEST}}"]?4:6)',
    "VoicemailMain(${{GVM_DEST}}@{context})",
    "Hangup",
    'GotoIf($["${{GVM_DEST}}" = "{main}"]?7:9)',
    "VoicemailMain(@{context})",
    "Hangup",
    "Voicemail(${{GVM_DEST}}@{context},u)",
    "Hangup",
)
"""The manual's ten steps (its lines 2825-2843): one's own number leads to VoicemailMain, another's to Voicemail."""


def render_dialplan(
    settings: GvmaSettings, generated_at: str, hints: Iterable[Hint] = (), extensions: Iterable[Extension] = ()
) -> bytes:
    """The body of extensions.conf's block: ``[GVMA]``, and below it the routing context where ``routing`` is on.

    hints, extensions: of business call routing, each in the order in which they are written.
    """
    lines = [*_access(settings)]
    if settings.routing:
        lines.append(f"[{settings.routing_context}]")
        lines += _routed(hints, extensions)
    return header(generated_at) + ("\n".join(lines) + "\n").encode()


def read_dialplan(body: bytes, routing_context: str) -> tuple[dict[str, Hint], dict[str, Extension]]:
    """Hints and extensions of the routing context of a block, each by its number or pattern.

    Blanks around commas do not count. A step that does not have the priority of its place keeps it (``3,Hangup()``),
    so that such an extension is equal to none of ours.
    """
    hints: dict[str, Hint] = {}
    steps: dict[str, list[str]] = {}
    text = body.decode("utf-8", "surrogateescape")
    section = ""
    for found in _LINE.finditer(text):
        name, number, priority, step = found.groups()
        if name is not None:
            section = name
        elif section == routing_context:
            number, step = number.strip(), without_blanks_at_commas(without_comment(step)).strip()
            if priority == "hint":
                hints[number] = Hint(number, step)
            else:
                before = steps.setdefault(number, [])
                before.append(step if priority == str(len(before) + 1) else f"{priority},{step}")
    return hints, {pattern: Extension(pattern, tuple(each)) for pattern, each in steps.items()}


def _access(settings: GvmaSettings) -> Iterator[str]:
    """For each prefix the manual's pattern, ``_37X.``, which needs two digits behind the prefix, and ``_37.`` with
    the same steps for all other boxes: those with one digit, and those that begin with a letter or ``+``.
    ``_gvm-X.`` and its like match the names that SIP Server subscribes to, for versions of chan_sip that look
    them up, and ``_gvm-.`` those whose box has one digit or begins otherwise; nobody dials them.
    """
    yield f"[{CONTEXT}]"
    main = settings.vm_voicemail_main_ext
    for role in ROLES:
        prefix = role.dialled_before(settings)
        steps = [step.format(length=len(prefix), context=role.context, main=main) for step in _ACCESS]
        for pattern in (f"_{prefix}X.", f"_{prefix}."):
            yield from _extension(Extension(pattern, tuple(steps)))
    for name in ("gvm-X.", "gvm-a-X.", "gvm-g-X.", "gvm-."):
        yield f"exten => _{name},1,NoOp()"


def _routed(hints: Iterable[Hint], extensions: Iterable[Extension]) -> Iterator[str]:
    """The phones by number, each with its hint first; below them service numbers and the way out.

    A phone may have a hint alone, or an extension alone, where the site has the other one itself.
    """
    waiting = [*hints]
    waiting.reverse()
    for extension in extensions:
        is_phone = len(extension.steps) == 1 and not extension.pattern.startswith("_")
        while waiting and (not is_phone or by_number(waiting[-1].extension) <= by_number(extension.pattern)):
            yield _hint(waiting.pop())
        yield from _extension(extension)
    yield from (_hint(hint) for hint in reversed(waiting))


def _hint(hint: Hint) -> str:
    return f"exten => {hint.extension},hint,{hint.device}"


def _extension(extension: Extension) -> Iterator[str]:
    for priority, step in enumerate(extension.steps, start=1):
        yield f"exten => {extension.pattern},{priority},{step}"


def patterns(body: bytes) -> dict[str, tuple[str, ...]]:
    """The patterns of a dialplan block by context, each once."""
    contexts: dict[str, dict[str, None]] = {}
    current: dict[str, None] = {}
    for line in _LINE.finditer(body.decode("utf-8", "surrogateescape")):
        section, number, _, _ = line.groups()
        if section is not None:
            current = contexts.setdefault(section, {})
        else:
            current[number.strip()] = None
    return {name: tuple(found) for name, found in contexts.items()}
