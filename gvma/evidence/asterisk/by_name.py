"""What Asterisk says of single mailboxes and subscriptions, and of SIP Server's requests; no list that grows with the
site is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gvma.ami.console.channel_drivers import TRANSPORT_COMMANDS, driver_modules
from gvma.ami.console.identification import identifies
from gvma.ami.console.subscribers import PLAIN, aor_mailboxes, subscribers
from gvma.ami.manager import AsteriskManager, connect
from gvma.asterisk.drivers import PJSIP, Driver
from gvma.asterisk.drivers.choose import DriverModule
from gvma.asterisk.identification.rights import SipServerRequests
from gvma.errors import AmiPermissionError, GvmaError
from gvma.evidence.asterisk.ami import bound_in
from gvma.evidence.asterisk.questions import AmiQuestions
from gvma.evidence.asterisk.sipserver import ask_about_sipserver
from gvma.evidence.model import AmiEvidence
from gvma.evidence.model.asterisk import Messages
from gvma.evidence.model.named import NamedSubscription
from gvma.settings import GvmaSettings
from gvma.sinks.addresses import Addresses

_ANSWER_SECONDS = 5.0


class SilentAsterisk:
    """One that nobody could ask. seen: why."""

    modules: dict[str, DriverModule] | None = None

    def __init__(self, seen: AmiEvidence | None) -> None:
        self._seen = seen

    def mailboxes(self, keys: Sequence[str]) -> dict[str, Messages] | None:
        """Messages by ``box@context`` of those that are loaded; None where Asterisk could not be asked."""
        del keys
        return None

    def subscription(self, driver: Driver, name: str) -> NamedSubscription:
        """What Asterisk has of one subscription."""
        del driver, name
        return NamedSubscription()

    def evidence(self, driver: Driver, names: Sequence[str]) -> AmiEvidence | None:
        """The rest. names: of the subscriptions."""
        del driver, names
        return self._seen


class NamedQuestions(SilentAsterisk):
    """Over one open connection."""

    def __init__(self, ami: AsteriskManager, settings: GvmaSettings, addresses: Addresses) -> None:
        super().__init__(None)
        self._ami, self._settings, self._addresses = ami, settings, addresses
        self._questions = AmiQuestions(ami)
        self.modules = self._questions.tried(lambda: driver_modules(ami), None)

    def mailboxes(self, keys: Sequence[str]) -> dict[str, Messages] | None:
        found = self._questions.tried(lambda: self._ami.mailboxes(keys), None)
        return None if found is None else {key: Messages(one.new, one.old) for key, one in found.items()}

    def subscription(self, driver: Driver, name: str) -> NamedSubscription:
        if not PLAIN.fullmatch(name):
            return NamedSubscription()
        ami, tried = self._ami, self._questions.tried
        refused = len(self._questions.refused)
        watches = tried(lambda: self._watched(driver, name), None)
        if self._questions.lost is not None or len(self._questions.refused) > refused:
            return NamedSubscription()
        who = tried(lambda: subscribers(ami, driver, name), None)
        return NamedSubscription(loaded=watches is not None, watches=watches, subscribers=who)

    def evidence(self, driver: Driver, names: Sequence[str]) -> AmiEvidence | None:
        ami, questions = self._ami, self._questions
        bound = tuple(bound_in(questions.lines(TRANSPORT_COMMANDS[driver.name])))
        requests = questions.tried(
            lambda: ask_about_sipserver(ami, driver, self._settings, self._addresses, names), None
        )
        known = identifies(questions.lines("pjsip show identifies")) if driver.has_identify else ()
        matches = tuple((one.endpoint, match) for one in known for match in one.matches)
        return AmiEvidence(
            version=ami.version,
            drivers=self.modules,
            bound=bound,
            sipserver=requests or SipServerRequests(),
            identifies=matches if driver.has_identify else None,
            problem=questions.lost,
            refused=questions.refusals(),
        )

    def _watched(self, driver: Driver, name: str) -> str | None:
        """The mailbox of a subscription; empty where it has none, None where there is no such subscription."""
        if driver is not PJSIP:
            return self._ami.sip_peer_mailboxes([name]).get(name)
        if self._settings.mwi_mode == "REGISTER":
            return self._ami.endpoint_mailboxes([name]).get(name)
        return aor_mailboxes(self._ami, name)


@contextmanager
def asterisk_by_name(candidates: Sequence[GvmaSettings], addresses: Addresses) -> Iterator[SilentAsterisk]:
    """The first Asterisk that can be asked, or one that says why the first is silent. candidates: one at least."""
    silent: list[SilentAsterisk] = []
    for settings in candidates:
        hasty = settings._replace(asterisk_cm_timeout=min(settings.asterisk_cm_timeout, _ANSWER_SECONDS))
        try:
            ami = connect(hasty)
        except AmiPermissionError as refusal:
            silent.append(SilentAsterisk(AmiEvidence(refused=(refusal.message,))))
        except GvmaError as problem:
            silent.append(SilentAsterisk(AmiEvidence(problem=problem)))
        else:
            with ami:
                yield NamedQuestions(ami, hasty, addresses)
            return
    yield silent[0]
