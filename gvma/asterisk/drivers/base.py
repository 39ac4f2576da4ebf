"""What a channel driver says of itself. What differs between the two is asked of it, and is no branch. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from gvma.asterisk.conf.model import Conf, Section
from gvma.asterisk.entries import Endpoint, PresentSubscription, Subscription
from gvma.asterisk.identification.model import SipServer, SiteFiles, SiteIdentification
from gvma.asterisk.managed_block.block import OwnLines
from gvma.settings.model import GvmaSettings

if TYPE_CHECKING:
    from gvma.asterisk.identification.chan_sip import ChanSipKnown
    from gvma.asterisk.identification.pjsip import PjsipKnown

Known: TypeAlias = "PjsipKnown | ChanSipKnown"
"""What Asterisk said of how a driver knows the senders of requests."""


class Driver(Protocol):
    """One channel driver of Asterisk."""

    @property
    def name(self) -> str:
        """``pjsip`` or ``sip``: the value of ``channel_driver``."""
        ...

    @property
    def module(self) -> str:
        """``res_pjsip.so`` or ``chan_sip.so``: what Asterisk reloads for the driver's file."""
        ...

    @property
    def technology(self) -> str:
        """``PJSIP`` or ``SIP``: how ``Dial`` and hints name its devices."""
        ...

    @property
    def own_lines(self) -> OwnLines:
        """How lines of ours look in its file."""
        ...

    @property
    def has_identify(self) -> bool:
        """Whether endpoints say by ``match`` which addresses they are known by."""
        ...

    @property
    def several_hosts(self) -> bool:
        """Whether ``siptserver_host`` may name several addresses, as of an HA pair."""
        ...

    @property
    def main_file(self) -> str:
        """The file that its module reads first; the settings may name one that this includes."""
        ...

    def path(self, settings: GvmaSettings) -> Path:
        """Its file."""
        ...

    def folded(self, name: str) -> str:
        """The name of a section as the driver compares it: chan_sip without case, PJSIP with."""
        ...

    def render(
        self,
        subscriptions: Iterable[Subscription],
        endpoints: Iterable[Endpoint],
        settings: GvmaSettings,
        generated_at: str,
        *,
        peer_context: str = "",
    ) -> bytes:
        """The body of its file's block. generated_at: such as ``Tue Jan 15 20:36:50 2008``.

        peer_context: as in SiteIdentification; PJSIP has none.

        Raises SettingsError where SIP Server's address is needed and is missing, or is one of too many.
        """
        ...

    def endpoint_lines(self, endpoint: Endpoint) -> tuple[str, ...]:
        """The lines of an endpoint, as they are written."""
        ...

    def read_endpoints(self, body: bytes) -> Mapping[str, tuple[str, ...]]:
        """The endpoints of a block by name, subscriptions aside; those that mean the same equal ``endpoint_lines``."""
        ...

    def read_subscriptions(self, body: bytes) -> dict[str, PresentSubscription]:
        """The ``gvm-*`` objects of a block by name; those that watch no mailbox are left out."""
        ...

    def registers(self, body: bytes) -> bool:
        """Whether a block was written for ``REGISTER``, so that endpoints name the mailboxes and AORs do not."""
        ...

    def kept_over_reload(self, before: bytes, after: bytes) -> str:
        """What goes wrong because the driver keeps a value whose line is gone; a sentence, or empty.

        before, after: bodies of the block. What ``render`` writes keeps nothing.
        """
        ...

    def subscription_settings(self, settings: GvmaSettings, *, peer_context: str = "") -> str:
        """The ``settings`` of each PresentSubscription that ``render`` would write. Raises SettingsError as it does."""
        ...

    def subscriptions_defined(self, conf: Conf, mode: str) -> list[Section]:
        """The site's own objects with names as of our subscriptions, so that ours would be a second one.

        mode: ``SUBSCRIBE`` or ``REGISTER``.
        """
        ...

    def site_identification(
        self,
        known: Known | None,
        files: SiteFiles,
        server: SipServer,
        *,
        own: Mapping[str, tuple[str, ...]],
        settings: GvmaSettings,
    ) -> SiteIdentification:
        """Which of SIP Server's requests the site's own endpoints and peers get.

        known: what Asterisk said; None where it was not asked. own: the endpoints of our block, with their lines.
        """
        ...

    def host_names(self, files: SiteFiles) -> frozenset[str]:
        """The host names, lower case, by which the site's own files know senders."""
        ...

    def mwi_endpoint(
        self, settings: GvmaSettings, identified: Collection[str], shared: Collection[str] = ()
    ) -> Endpoint | None:
        """The endpoint that lets SIP Server subscribe; None where none is needed.

        identified: hosts that another endpoint is known by already, the site's or that of business call routing.
        shared: hosts that must be known with SIP Server's port, since others have the same address.
        """
        ...
