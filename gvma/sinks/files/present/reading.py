"""The three files at one moment, as the values that a plan needs. Pure: it knows texts, not the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gvma.asterisk import site
from gvma.asterisk.dialplan import read_dialplan, render_dialplan
from gvma.asterisk.drivers import Driver, other_than
from gvma.asterisk.entries import Endpoint, Extension, GvmaWarning, Hint, Mailbox, Subscription
from gvma.asterisk.hosts import hosts_written
from gvma.asterisk.identification.model import SENDERS_UNKNOWN, SipServer, SiteIdentification
from gvma.asterisk.voicemail import read_boxes, render_voicemail
from gvma.plan.present import Place, Present, SiteDefined
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.block_file import BlockFile
from gvma.sinks.files.present.places import place_of_section, place_of_setting
from gvma.sinks.files.present.sipserver import SipServerSeen
from gvma.sinks.files.targets import Targets

if TYPE_CHECKING:
    from gvma.plan.wanted import Wanted
    from gvma.routing import SiteRouting


class FilesReading:
    """One look at the three files.

    files: each with its block found. generated_at: for the date line of a block. file_warnings: what is odd about the
    files themselves. other: the file of the other channel driver, where our block is still in it. sipserver: what was
    seen of SIP Server. identification: who gets its requests, ours aside.
    """

    def __init__(  # noqa: PLR0913, PLR0917  (all that was seen)
        self,
        settings: GvmaSettings,
        driver: Driver,
        files: Targets[BlockFile],
        generated_at: str,
        file_warnings: tuple[GvmaWarning, ...] = (),
        other: BlockFile | None = None,
        sipserver: SipServerSeen = SipServerSeen(),  # noqa: B008
    ) -> None:
        self.settings = settings
        self.driver = driver
        self.files = files
        self.generated_at = generated_at
        self.file_warnings = file_warnings
        self.other = other
        self.sipserver = sipserver
        # Once: routing may have 20,000 of them.
        self._own_endpoints = driver.read_endpoints(files.channel.body)
        self.site = self._site()
        self.identification = self._identification(sipserver.server)

    @property
    def routing_site(self) -> SiteRouting:
        """What the site has itself of business call routing, and whose calls it identifies."""
        from gvma.routing import SiteRouting  # noqa: PLC0415  (start-up)

        channel, gateway = self.files.channel.site, self.settings.routing_gateway_host
        return SiteRouting(
            dialplan=site.dialplan_names(self.files.dialplan.site),
            sections=site.sections_defined(channel),
            identification=self.identification,
            gateway_identified=bool(gateway) and self._has_gateway(gateway),
            own_hosts=site.outside_hosts(channel),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        context = self.identification.peer_context
        said = [f"Subscriptions have context={context}, into which SIP Server's calls go already."] if context else []
        if self.sipserver.known is None and self._decides_by_files:
            said.append("Asterisk was not asked who gets SIP Server's requests; its files alone decide.")
        return tuple(said)

    @property
    def warnings(self) -> tuple[GvmaWarning, ...]:
        unseen = ", ".join(self.sipserver.unseen)
        if not unseen or not self._decides_by_files:
            return self.file_warnings
        way_out = "set mwi_endpoint, or let gvma reach AMI" if self.driver.has_identify else "let gvma reach AMI"
        message = (
            f"Asterisk was not asked who gets SIP Server's requests, and its files do not tell all ({unseen}): calls "
            f"may change their way with the next reload. To be sure, {way_out}."
        )
        return (*self.file_warnings, GvmaWarning(SENDERS_UNKNOWN, message, self.driver.main_file))

    @property
    def _decides_by_files(self) -> bool:
        """Whether what the files say of SIP Server makes a difference."""
        settings = self.settings
        is_left_open = settings.mwi_endpoint == "auto" or not self.driver.has_identify
        return bool(hosts_written(settings)) and is_left_open and bool(self.sipserver.server.addresses)

    def _identification(self, server: SipServer) -> SiteIdentification:
        if not server.addresses:
            return SiteIdentification()
        seen, own = self.sipserver, self._own_endpoints
        return self.driver.site_identification(seen.known, seen.files, server, own=own, settings=self.settings)

    def _has_gateway(self, host: str) -> bool:
        seen = self.sipserver
        gateway = seen.server._replace(addresses={host: seen.gateway}, port=self.settings.routing_gateway_port)
        found = self._identification(gateway).identified.get(host)
        return found is not None and found.by == "address"

    def fitted(self, wanted: Wanted) -> Wanted:
        """A file takes whatever the mailbox rules let through."""
        return wanted

    def holds(self, wanted: Wanted) -> bool:
        """The three blocks are, the date line aside, just what a first sync would write: then they need no reading."""
        from gvma.plan.make import without_sites_own  # noqa: PLC0415  (start-up)

        if self.other is not None or not all(file.is_sound for file in self.files):
            return False
        bodies = self.bodies(
            wanted.mailboxes,
            without_sites_own(wanted.subscriptions, self.site),
            wanted.hints,
            wanted.extensions,
            wanted.endpoints,
        )
        return all(file.equals(next(bodies)) for file in self.files)

    def present(self) -> Present:
        channel = self.files.channel.body
        hints, extensions = read_dialplan(self.files.dialplan.body, self.settings.routing_context)
        return Present(
            mailboxes=read_boxes(self.files.voicemail.body),
            subscriptions=self.driver.read_subscriptions(channel),
            hints=hints,
            extensions=extensions,
            endpoints=self._own_endpoints,
            site=self.site,
        )

    def place_of(self, kind: str, name: str) -> Place | None:
        if kind == "mailbox":
            box, _, context = name.rpartition("@")
            return place_of_setting(self.files.voicemail, context, box)
        return place_of_section(self.files.channel, name, self.driver.folded)

    def marks(self) -> dict[str, str | None]:
        return {file.target.path.name: file.mark for file in self.files}

    @property
    def left_in_other(self) -> frozenset[str]:
        """Subscriptions of the other channel driver, which go with its block."""
        if self.other is None:
            return frozenset()
        return frozenset(other_than(self.driver).read_subscriptions(self.other.body))

    def bodies(  # noqa: PLR0913, PLR0917  (the five kinds of value, and the PINs that stay)
        self,
        mailboxes: tuple[Mailbox, ...],
        subscriptions: tuple[Subscription, ...],
        hints: tuple[Hint, ...],
        extensions: tuple[Extension, ...],
        endpoints: tuple[Endpoint, ...],
        pins: Mapping[str, str] | None = None,
    ) -> Iterator[bytes]:
        """The bodies of the three blocks, in the order of Targets, one at a time: each may be megabytes.

        pins: by ``box@context``, where a PIN in force is another than the first PIN.
        """
        yield render_voicemail(mailboxes, self.generated_at, pins or {})
        yield self.driver.render(
            subscriptions,
            endpoints,
            self.settings,
            self.generated_at,
            peer_context=self.identification.peer_context,
        )
        yield render_dialplan(self.settings, self.generated_at, hints, extensions)

    def _site(self) -> SiteDefined:
        subscriptions = self.driver.subscriptions_defined(self.files.channel.site, self.settings.mwi_mode)
        return SiteDefined(
            mailboxes=frozenset(one.mailbox.lower() for one in site.mailboxes_defined(self.files.voicemail.site)),
            subscriptions=frozenset(self.driver.folded(one.name) for one in subscriptions),
            fold_case=self.driver.folded("A") == "a",
        )
