"""chan_sip, and sip.conf: what SIP Server subscribes to or registers on (the manual's lines 2867-2901). Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from gvma.asterisk import site
from gvma.asterisk.conf.model import Conf, Section
from gvma.asterisk.drivers import objects
from gvma.asterisk.drivers.base import Driver, Known
from gvma.asterisk.entries import Endpoint, PresentSubscription, Subscription
from gvma.asterisk.hosts import sipserver_hosts
from gvma.asterisk.identification.model import SipServer, SiteFiles, SiteIdentification
from gvma.asterisk.managed_block.block import OwnLines
from gvma.asterisk.managed_block.header import ANY_HEADER_LINE, header
from gvma.asterisk.roles import SUBSCRIPTION_PREFIX
from gvma.errors import SettingsError
from gvma.settings.model import GvmaSettings


class _ChanSip:
    """The old driver, of Asterisk 16. It knows peers by their addresses, the first that has one gets the call."""

    name = "sip"
    module = "chan_sip.so"
    main_file = "sip.conf"
    technology = "SIP"
    own_lines = OwnLines(
        section=re.compile(rb"gvm-[A-Za-z0-9+][A-Za-z0-9_.+-]*"),
        setting=re.compile(rb"(?:type|host|port|mailbox|vmexten|subscribemwi|context)[ \t]*=[^>].*"),
        comment=ANY_HEADER_LINE,
    )
    has_identify = False
    several_hosts = False

    def path(self, settings: GvmaSettings) -> Path:
        return settings.target(settings.asterisk_cfg_file_sip)

    def folded(self, name: str) -> str:
        return name.lower()

    def render(
        self,
        subscriptions: Iterable[Subscription],
        endpoints: Iterable[Endpoint],
        settings: GvmaSettings,
        generated_at: str,
        *,
        peer_context: str = "",
    ) -> bytes:
        """One object for each subscription, without ``secret``.

        ``SUBSCRIBE`` is the manual's object; ``REGISTER`` has ``host=dynamic``, so that chan_sip takes SIP Server's
        REGISTER. ``subscribemwi=yes`` is ours: without it chan_sip also sends SIP Server a NOTIFY out of any dialog
        for every box at each reload. ``subscribemwi=no`` must stand in ``REGISTER`` mode: over a reload chan_sip
        keeps some options of a peer whose line is gone, and with ``yes`` kept nobody would get a NOTIFY.
        The endpoints stand first, since chan_sip gives a call from SIP Server's address to the first peer that has
        it. Where the site has a peer for SIP Server, whose port may be another (``insecure=port``), ours have its
        context: a call reaches the same dialplan, whichever of them it is taken for.

        What chan_sip 16 keeps when a line is gone (tried: each option of a peer with the line, reloaded without it,
        and compared with a fresh start): subscribemwi, username and defaultuser, busylevel, accountcode, amaflags,
        parkinglot. Of these our other peers have username, which is their own name, and busylevel, which only phones
        have. PJSIP and app_voicemail keep nothing: they make each object and each mailbox anew.
        """
        chosen = list(subscriptions)
        if settings.mwi_mode == "REGISTER":
            before, after = "type=friend\nhost=dynamic\n", "subscribemwi=no\n"
        else:
            host = _one_host(settings) if chosen else ""
            before = f"type=friend\nhost={host}\nport={settings.siptserver_port}\n"
            after = "subscribemwi=yes\n"
        after += f"context={peer_context}\n" if peer_context else ""
        rows = [f"{line}\n" for endpoint in endpoints for line in self.endpoint_lines(endpoint)]
        rows += [f"[{it.name}]\n{before}mailbox={it.box}@{it.context}\nvmexten={it.box}\n{after}" for it in chosen]
        return header(generated_at) + "".join(rows).encode()

    def endpoint_lines(self, endpoint: Endpoint) -> tuple[str, ...]:
        """A peer without ``secret``, since SIP Server cannot answer a challenge (the manual's lines 2028-2032).

        ``callcounter`` and ``busylevel`` make chan_sip tell busy from idle in a presence NOTIFY.
        """
        name, context = f"[{endpoint.name}]", f"context={endpoint.context}"
        username = f"username={endpoint.name}"
        if endpoint.role == "phone":
            watched = ("notifyringing=yes", "callcounter=yes", "busylevel=1")
            return (name, "type=friend", username, "host=dynamic", context, *watched, "canreinvite=no")
        host, port = endpoint.contacts[0]
        named = (username,) if endpoint.role == "sipserver" else ()
        return (name, "type=peer", *named, f"host={host}", f"port={port}", context, "canreinvite=no")

    def read_endpoints(self, body: bytes) -> Mapping[str, tuple[str, ...]]:
        return objects.read_endpoints(body)

    def read_subscriptions(self, body: bytes) -> dict[str, PresentSubscription]:
        return objects.read_subscriptions(body, "mailbox")

    def registers(self, body: bytes) -> bool:
        return False

    def kept_over_reload(self, before: bytes, after: bytes) -> str:
        """Of a block of the Perl GVMA in REGISTER mode, which has no ``subscribemwi``."""
        earlier = self.read_subscriptions(before)
        subscribes = {name for name, one in earlier.items() if "subscribemwi=yes" in one.settings}
        registers = (
            name
            for name, one in self.read_subscriptions(after).items()
            if "host=dynamic" in one.settings and "subscribemwi" not in one.settings
        )
        if subscribes.isdisjoint(registers):
            return ""
        return (
            "chan_sip keeps subscribemwi=yes of the present gvm-* peers over a reload, since the restored ones do not "
            "name it: SIP Server, which registers then, gets no NOTIFY until Asterisk is restarted."
        )

    def subscription_settings(self, settings: GvmaSettings, *, peer_context: str = "") -> str:
        sample = self.read_subscriptions(self.render([objects.SAMPLE], (), settings, "", peer_context=peer_context))
        return sample[objects.SAMPLE.name].settings

    def subscriptions_defined(self, conf: Conf, mode: str) -> list[Section]:
        del mode  # a peer is a second one of ours in both
        return [peer for peer in site.peers_defined(conf) if self.folded(peer.name).startswith(SUBSCRIPTION_PREFIX)]

    def site_identification(
        self,
        known: Known | None,
        files: SiteFiles,
        server: SipServer,
        *,
        own: Mapping[str, tuple[str, ...]],
        settings: GvmaSettings,
    ) -> SiteIdentification:
        """A peer of the site's that has SIP Server's address may stand beside ours, which take its context."""
        from gvma.asterisk.identification import chan_sip  # noqa: PLC0415  (start-up)

        del settings
        found = chan_sip.of_conf(files.channel)
        return chan_sip.of_site(known if isinstance(known, chan_sip.ChanSipKnown) else None, found, server, own=own)

    def host_names(self, files: SiteFiles) -> frozenset[str]:
        from gvma.asterisk.identification import chan_sip  # noqa: PLC0415  (start-up)

        return chan_sip.names_in(chan_sip.of_conf(files.channel))

    def mwi_endpoint(
        self, settings: GvmaSettings, identified: Collection[str], shared: Collection[str] = ()
    ) -> Endpoint | None:
        """None: each subscription is a peer that has SIP Server's address."""
        del settings, identified, shared
        return None


def _one_host(settings: GvmaSettings) -> str:
    hosts = sipserver_hosts(settings)
    if len(hosts) == 1:
        return hosts[0]
    what = "names several addresses; chan_sip takes one" if hosts else "is missing"
    raise SettingsError(
        f"siptserver_host {what}.",
        where="[gvma_settings] siptserver_host",
        hint="Nothing was changed. Set it to SIP Server's address.",
    )


CHAN_SIP: Driver = _ChanSip()
