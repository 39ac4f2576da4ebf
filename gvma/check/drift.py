"""What Asterisk holds against what its files say, name by name; nothing here asks Asterisk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gvma.asterisk.entries import OWN_CONTEXTS
from gvma.check.conf import Conf
from gvma.check.evidence import Evidence, Live
from gvma.check.finding import Finding, Rule

DRIFT = Rule(
    "drift", "error", "Asterisk holds other boxes, subscriptions or extensions than the files say",
    "The files were changed and not reloaded, or Asterisk threw a file away: it does so without a word over AMI.",
    "Run `gvma sync`; look into Asterisk's log for a line that it cannot read.",
)  # fmt: skip
RULES = (DRIFT,)

Values = tuple[str, ...] | None
Named = Mapping[str, Values]


def check_drift(evidence: Evidence) -> Iterator[Finding]:
    """What Asterisk holds of gvma's names against what the files say.

    A file that has an ``#exec`` may say more than is known here, so nothing is said of it.
    """
    live = evidence.live
    for role, in_file, in_asterisk in (
        ("vm", _boxes, _held_boxes),
        ("driver", _subscriptions, _held_subscriptions),
        ("exten", _patterns, _held_patterns),
    ):
        conf = evidence.confs.get(role)
        if live is None or conf is None or conf.executes:
            continue
        held = in_asterisk(live, conf)
        if held is not None:
            yield from _difference(conf.name, in_file(conf, evidence), held)


def _held_boxes(live: Live, _: Conf) -> Named | None:
    return live.boxes


def _held_subscriptions(live: Live, _: Conf) -> Named | None:
    if live.subscriptions is None:
        return None
    return {name: None if boxes is None else (boxes,) for name, boxes in live.subscriptions.items()}


def _held_patterns(live: Live, dialplan: Conf) -> Named | None:
    """``pattern@context`` of the contexts that stand in our block."""
    if live.contexts is None:
        return None
    ours = {section.name for section in dialplan.sections if section.ours}
    return {f"{one}@{name}": None for name in ours for one in live.contexts.get(name, ())}


def _boxes(voicemail: Conf, _: Evidence) -> Named:
    """Name, e-mail and pager e-mail by ``box@context``."""
    boxes: dict[str, Values] = {}
    for line in voicemail.lines:
        if line.section in OWN_CONTEXTS:
            boxes[f"{line.key}@{line.section}"] = tuple([*line.value.split(","), "", "", ""][1:4])
    return boxes


def _subscriptions(driver: Conf, evidence: Evidence) -> Named:
    """Names with their mailbox; in REGISTER mode PJSIP keeps that on the endpoint, and no list tells it."""
    named = [section for section in driver.sections if section.name.startswith("gvm-") and not section.template]
    if evidence.driver == "sip":
        return {section.name: (section.value("mailbox"),) for section in named}
    registered = evidence.settings.gvma.mwi_mode == "REGISTER"
    return {
        section.name: None if registered else (section.value("mailboxes"),)
        for section in named
        if section.value("type") == "aor"
    }


def _patterns(dialplan: Conf, _: Evidence) -> Named:
    """``pattern@context`` of all contexts that stand in our block."""
    ours = {section.name for section in dialplan.sections if section.ours}
    return {
        f"{line.value.partition(',')[0].strip()}@{line.section}": None
        for line in dialplan.lines
        if line.section in ours and line.key.lower() == "exten"
    }


def _difference(where: str, planned: Named, held: Named) -> Iterator[Finding]:
    """What only one of them has, and what both have with different values; None stands for values not known."""
    other = {name for name in planned.keys() & held.keys() if _differ(planned[name], held[name])}
    for word, names in (
        ("does not hold", planned.keys() - held.keys()),
        ("still holds", held.keys() - planned.keys()),
        ("holds other values for", other),
    ):
        if names:
            some = ", ".join(sorted(names)[:3])
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            yield DRIFT.at(where, f"Asterisk {word} {some}{more}")


def _differ(planned: Values, held: Values) -> bool:
    if planned is None or held is None:
        return False
    return [_as_kept(text) for text in planned] != [_as_kept(text) for text in held]


def _as_kept(text: str) -> str:
    """A text as app_voicemail keeps it: without blanks at the ends, and cut at 79 bytes."""
    return text.strip().encode("utf-8", "surrogateescape")[:79].decode("utf-8", "ignore").strip()
