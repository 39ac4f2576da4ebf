"""The objects of a block of sip.conf or pjsip.conf, read back in a normal form. Pure.

A block may hold 100,000 subscriptions that differ in name and mailbox alone. What they have in common is brought
into its normal form once; each of them costs a few searches in a short text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gvma.asterisk.conf.lines import without_blanks_at_commas, without_comment
from gvma.asterisk.entries import PresentSubscription, Subscription
from gvma.asterisk.roles import DN, SUBSCRIPTION_PREFIX

SAMPLE = Subscription(f"{DN.prefix}1", "1", DN.context)
"""Written and read back, it shows the settings that all subscriptions are to have."""

_NOT_NORMAL = (";", "\t", "\r", " =", " ,", " \n", "= ", ", ", "=>")
"""What ``_normal`` takes away or writes otherwise, as a blank at the end; a block as gvma writes it has none of it."""
_INDENT = re.compile(r"\n[ \t]+")
_ARROW = re.compile(r"[ \t]*=>?[ \t]*")
_OF_ONE_OBJECT = ("mailbox", "vmexten", "aors")
"""Keys whose values differ from object to object."""


class OwnEndpoints(Mapping[str, tuple[str, ...]]):
    """All objects but subscriptions: name to the lines of all its sections, ``[name]`` among them.

    There may be 20,000 phones, and who looks for SIP Server asks for the lines of one endpoint.
    """

    __slots__ = ("_sections",)

    def __init__(self, sections: Mapping[str, list[str]]) -> None:
        """sections: by name, each from behind its opening bracket on."""
        self._sections = sections

    def __getitem__(self, name: str) -> tuple[str, ...]:
        text = "[" + "\n[".join(self._sections[name])
        is_normal = not text.endswith(" ") and not any(sign in text for sign in _NOT_NORMAL)
        return tuple(filter(None, text.split("\n")) if is_normal else _normal(text))

    def __iter__(self) -> Iterator[str]:
        return iter(self._sections)

    def __len__(self) -> int:
        return len(self._sections)


def read_endpoints(body: bytes) -> OwnEndpoints:
    """Whatever is no subscription."""
    found: dict[str, list[str]] = {}
    for section in _sections(body):
        if not section.startswith(SUBSCRIPTION_PREFIX):
            found.setdefault(section.partition("]")[0], []).append(section)
    return OwnEndpoints(found)


def read_subscriptions(body: bytes, mailbox_key: str) -> dict[str, PresentSubscription]:
    """Subscriptions by name; those that watch no mailbox are left out. mailbox_key: ``mailbox`` or ``mailboxes``.

    Several sections of one name are one subscription. Where ``vmexten`` is its own box, or ``aors`` its own name,
    its settings say just that, so that they are equal for all subscriptions.
    """
    found: dict[str, PresentSubscription] = {}
    normal: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    assignment = f"\n{mailbox_key}="
    for section in _sections(body):
        if not section.startswith(SUBSCRIPTION_PREFIX):
            continue
        name, _, rest = section.partition("]")
        mailbox, lines = _parts(name, rest, assignment)
        settings = normal.get(lines)
        if settings is None:
            mailbox, lines_in_order = _parts(name, "\n" + "\n".join(_normal(rest)), assignment)
            settings = lines_in_order.strip("\n")
            if not any(key in lines for key in _OF_ONE_OBJECT):
                normal[lines] = settings
        if name in found:
            earlier = found[name]
            several.setdefault(name, [earlier.settings]).append(settings)
            mailbox, settings = earlier.mailbox or mailbox, earlier.settings
        found[name] = PresentSubscription(mailbox, settings)
    for name, parts in several.items():
        whole = "\n[]\n".join(parts)
        found[name] = PresentSubscription(found[name].mailbox, normal.setdefault(whole, whole))
    return {name: one for name, one in found.items() if one.mailbox}


def _sections(body: bytes) -> Iterator[str]:
    """Each section from behind its opening bracket on, without blanks before its lines."""
    text = body.decode("utf-8", "surrogateescape")
    if "\n " in text or "\n\t" in text:
        text = _INDENT.sub("\n", text)
    sections = iter(f"\n{text}".split("\n["))
    next(sections)
    return sections


def _parts(name: str, rest: str, assignment: str) -> tuple[str, str]:
    """The mailbox of one section, and its other lines with its own name and box taken out of them."""
    before, _, after = rest.partition(assignment)
    mailbox, _, after = after.partition("\n")
    if ";" in mailbox or " " in mailbox or "\t" in mailbox:
        mailbox = without_comment(mailbox).strip(" \t")
    if after.startswith("vmexten="):
        vmexten, _, after = after.partition("\n")
        after = f"{'=box' if vmexten[8:] == mailbox.partition('@')[0] else vmexten}\n{after}"
    if before.endswith(name) and before.endswith(f"\naors={name}"):
        before = f"{before[: -len(name) - 5]}=name"
    return mailbox, f"{before}\n{after}"


def _normal(text: str) -> Iterator[str]:
    """The lines as gvma writes them: without comments and blank lines, and without blanks around ``=`` and commas."""
    for raw in text.split("\n"):
        line = without_comment(raw).strip(" \t\r")
        if line:
            yield without_blanks_at_commas(_ARROW.sub("=", line, count=1))
