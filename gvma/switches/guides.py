"""The six chapters by their ids: steps, objects, device text. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from gvma.errors import UsageError
from gvma.nearest import nearest
from gvma.switches.chapters import asterisk, bigip, broadworks, gateways, openscape
from gvma.switches.choices import Choice, Values
from gvma.switches.devices import asterisk as asterisk_files
from gvma.switches.devices import audiocodes, cisco
from gvma.switches.devices import bigip as bigip_device
from gvma.switches.devices import broadworks as broadworks_device
from gvma.switches.devices import openscape as openscape_device
from gvma.switches.objects import SwitchObject
from gvma.switches.steps import Step
from gvma.switches.texts import Correction

_LIKENESS = 0.5


@dataclass(frozen=True, slots=True)
class Guide:
    """One chapter. device: what the device text is, in a few words. text: its lines; may raise UsageError."""

    id: str
    chapter: int
    device: str
    steps: tuple[Step, ...]
    object_choices: tuple[Choice, ...]
    objects: Callable[[Values], Iterable[SwitchObject]]
    device_choices: tuple[Choice, ...]
    corrections: tuple[Correction, ...]
    text: Callable[[Values], Iterator[str]]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Those of both, each key once."""
        own = {choice.key for choice in self.object_choices}
        return (*self.object_choices, *(choice for choice in self.device_choices if choice.key not in own))


_ALL = (
    Guide(
        "openscape-voice", 1, "sheet of plans, endpoints, destinations and codes", openscape.STEPS, openscape.CHOICES,
        openscape.objects, openscape_device.CHOICES, openscape_device.CORRECTIONS, openscape_device.text,
    ),
    Guide(
        "asterisk", 2, "lines of manager.conf and extensions.conf", asterisk.STEPS, asterisk.CHOICES, asterisk.objects,
        asterisk_files.CHOICES, asterisk_files.CORRECTIONS, asterisk_files.text,
    ),
    Guide(
        "broadworks", 3, "BLF lists of at most 50 users", broadworks.STEPS, broadworks.CHOICES, broadworks.objects,
        broadworks_device.CHOICES, broadworks_device.CORRECTIONS, broadworks_device.text,
    ),
    Guide(
        "cisco-mgc", 4, "IOS text for an E1 or T1 line", gateways.CISCO_STEPS, gateways.CISCO_CHOICES,
        gateways.cisco_objects, cisco.CHOICES, cisco.CORRECTIONS, cisco.text,
    ),
    Guide(
        "audiocodes", 5, "rows of Tel to IP Routing", gateways.AUDIOCODES_STEPS, gateways.AUDIOCODES_CHOICES,
        gateways.audiocodes_objects, audiocodes.CHOICES, audiocodes.CORRECTIONS, audiocodes.text,
    ),
    Guide(
        "f5-bigip-ltm", 6, "configuration with iRule and virtual servers", bigip.STEPS, bigip.CHOICES, bigip.objects,
        bigip_device.CHOICES, bigip_device.CORRECTIONS, bigip_device.text,
    ),
)  # fmt: skip
GUIDES: Mapping[str, Guide] = {guide.id: guide for guide in _ALL}


def guide_of(name: str) -> Guide:
    """By the id, or by a part that only one id has, such as ``cisco``. Raises UsageError for any other name."""
    word = name.lower()
    found = [guide for guide in _ALL if word == guide.id] or [guide for guide in _ALL if word and word in guide.id]
    if len(found) == 1:
        return found[0]
    meant = nearest(word, frozenset(GUIDES), _LIKENESS)
    guess = f"; did you mean {meant}?" if meant else ""
    raise UsageError(
        f"the manual has no chapter on {name[:60]!r}{guess}",
        where="gvma switch",
        hint=f"Nothing was changed. The names are {', '.join(GUIDES)}.",
    )
