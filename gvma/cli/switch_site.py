"""What the settings, Asterisk and Configuration Server know of the values of a switch; nothing is printed here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation
    from gvma.evidence.model import Evidence
    from gvma.settings.reader import Examined
    from gvma.switches.choices import Choice, Values
    from gvma.switches.guides import Guide
    from gvma.switches.objects import Place
    from gvma.switches.steps import StepResult, Target


class Site:
    """One site, or none: without a settings file nobody is asked."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation

    @cached_property
    def _examined(self) -> Examined | None:
        """The settings, with their faults; None where there is no file."""
        from gvma.settings import reader  # noqa: PLC0415  (start-up)

        if reader.find(self._invocation.config, os.environ) is None:
            return None
        return reader.examine(self._invocation.config, os.environ)

    @cached_property
    def _objects(self) -> Evidence | None:
        """What Configuration Server says; None where it is not to be asked."""
        from gvma.evidence.collect import collect  # noqa: PLC0415  (start-up)
        from gvma.evidence.parts import Part  # noqa: PLC0415
        from gvma.evidence.servers.configserver import why_not_asked  # noqa: PLC0415

        if self._examined is None or why_not_asked(self._examined):
            return None
        return collect(self._examined, parts={Part.CONFIGSERVER})

    @property
    def place(self) -> Place:
        """Tenant and switch of the site's queries."""
        from gvma.settings import ConfigServerSettings  # noqa: PLC0415  (start-up)
        from gvma.switches.objects import place_of  # noqa: PLC0415

        examined = self._examined
        return place_of(examined.loaded.settings.cfgserver if examined else ConfigServerSettings())

    def values(self, guide: Guide, choices: Iterable[Choice], given: Iterable[str] = ()) -> Values:
        """Of ``--set``, else of the settings and the servers, else the defaults."""
        from gvma.switches.choices import chosen  # noqa: PLC0415  (start-up)

        known = [*choices]
        words = [*given]
        settings = self._examined.loaded.settings.gvma if self._examined else None
        chosen(known, words, settings)  # what is wrong in --set is said before anybody is asked
        named = {word.partition("=")[0].strip() for word in words}
        return chosen(known, words, settings, self._asked(guide, {choice.key for choice in known} - named))

    def _asked(self, guide: Guide, keys: Iterable[str]) -> Mapping[str, str]:
        """What only servers know: Asterisk's own address, and the numbers of BroadWorks' telephones."""
        wanted = {*keys}
        if guide.id == "asterisk" and "contact" in wanted:
            return {"contact": self._contact()}
        if guide.id == "broadworks" and "users" in wanted:
            return {"users": self._users()}
        return {}

    def _contact(self) -> str:
        """This Asterisk's SIP address and port, as it says over AMI; empty where nobody answers."""
        from gvma.evidence.asterisk.ami import sip_contact  # noqa: PLC0415  (start-up)

        return sip_contact(self._examined.loaded.settings.gvma) if self._examined else ""

    def _users(self) -> str:
        """The numbers of the Extension DNs, without those that are no numbers; empty where there is none."""
        dns = self._objects.configserver.dns if self._objects else ()
        return ",".join(
            sorted(dn.number for dn in dns if dn.type in {None, 1} and dn.number.isascii() and dn.number.isdecimal())
        )

    def verified(self, guide: Guide) -> tuple[Mapping[Target, StepResult], str]:
        """What ``gvma check`` says of each step's objects, and why it says nothing."""
        from gvma.check.switch.targets import results  # noqa: PLC0415  (start-up)
        from gvma.evidence.servers.configserver import why_not_asked  # noqa: PLC0415

        if self._examined is None:
            return {}, "there is no settings file"
        if self._objects is None:
            return {}, why_not_asked(self._examined)
        failed = [answer for answer in self._objects.configserver.answers.values() if answer.error is not None]
        return results(self._objects, guide.id), str(failed[0].error).rstrip(".") if failed else ""
