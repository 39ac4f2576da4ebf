"""PJSIP, and pjsip.conf: what SIP Server subscribes to or registers on, and the endpoint that lets it in. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from gvma.asterisk import site
from gvma.asterisk.conf.model import Conf, Section
from gvma.asterisk.drivers import objects
from gvma.asterisk.drivers.base import Driver, Known
from gvma.asterisk.entries import Endpoint, PresentSubscription, Subscription
from gvma.asterisk.hosts import sipserver_hosts, uri_host
from gvma.asterisk.identification.model import SipServer, SiteFiles, SiteIdentification
from gvma.asterisk.managed_block.block import OwnLines
from gvma.asterisk.managed_block.header import ANY_HEADER_LINE, header
from gvma.asterisk.roles import SUBSCRIPTION_PREFIX
from gvma.errors import SettingsError
from gvma.settings.model import GvmaSettings

SIPSERVER = "gvma-sipserver"
"""Our endpoint for SIP Server; no subscription can have this name, since theirs begin with ``gvm-``."""


class _Pjsip:
    """The driver of Asterisk 22. It knows endpoints by ``identify`` or by the user that they name."""

    name = "pjsip"
    module = "res_pjsip.so"
    main_file = "pjsip.conf"
    technology = "PJSIP"
    own_lines = OwnLines(
        section=re.compile(rb"gvm-[A-Za-z0-9+][A-Za-z0-9_.+-]*|gvma-sipserver"),
        setting=re.compile(
            rb"(?:type|mailboxes|endpoint|match|context|disallow|allow|identify_by|direct_media|aors|max_contacts"
            rb"|remove_existing)[ \t]*=[^>].*"
        ),
        comment=ANY_HEADER_LINE,
    )
    has_identify = True
    several_hosts = True

    def path(self, settings: GvmaSettings) -> Path:
        return settings.target(settings.asterisk_cfg_file_pjsip)

    def folded(self, name: str) -> str:
        return name

    def render(
        self,
        subscriptions: Iterable[Subscription],
        endpoints: Iterable[Endpoint],
        settings: GvmaSettings,
        generated_at: str,
        *,
        peer_context: str = "",
    ) -> bytes:
        """``SUBSCRIBE``: an AOR for each subscription, with ``mailboxes`` on the AOR alone, below ``mwi_endpoint``.

        ``REGISTER``: endpoint and AOR for each, ``mailboxes`` on the endpoint.
        """
        del peer_context
        chosen = list(subscriptions)
        if settings.mwi_mode == "REGISTER":
            objects_of_ours = _registering(chosen)
        else:
            if chosen and not sipserver_hosts(settings):
                raise _no_host()
            objects_of_ours = (f"[{it.name}]\ntype=aor\nmailboxes={it.box}@{it.context}\n" for it in chosen)
        first: list[str] = []
        last: list[str] = []
        for endpoint in endpoints:
            lines = "".join(f"{line}\n" for line in self.endpoint_lines(endpoint))
            (first if endpoint.role == "mwi" else last).append(lines)
        return header(generated_at) + "".join([*first, *objects_of_ours, *last]).encode()

    def endpoint_lines(self, endpoint: Endpoint) -> tuple[str, ...]:
        """Endpoint, AOR and identify, without a password: SIP Server cannot answer a challenge.

        Gateway and SIP Server are known by their addresses alone, phones by the user that they name. With several
        contacts Asterisk asks each whether it is there, to dial one that is.
        """
        name, phone = endpoint.name, endpoint.role == "phone"
        lines = [f"[{name}]", "type=endpoint", f"context={endpoint.context}", "disallow=all", "allow=ulaw,alaw"]
        lines += ["direct_media=no", f"identify_by={'username' if phone else 'ip'}"]
        if phone:
            lines += [f"aors={name}", f"[{name}]", "type=aor", "max_contacts=1", "remove_existing=yes"]
        elif endpoint.contacts:
            lines += [f"aors={name}", f"[{name}]", "type=aor"]
            lines += [f"contact=sip:{uri_host(host)}:{port}" for host, port in endpoint.contacts]
            lines += ["qualify_frequency=30"] if len(endpoint.contacts) > 1 else []
        if endpoint.matches:
            lines += [f"[{name}]", "type=identify", f"endpoint={name}"]
            lines += [f"match={match}" for match in endpoint.matches]
        return tuple(lines)

    def read_endpoints(self, body: bytes) -> Mapping[str, tuple[str, ...]]:
        return objects.read_endpoints(body)

    def read_subscriptions(self, body: bytes) -> dict[str, PresentSubscription]:
        return objects.read_subscriptions(body, "mailboxes")

    def registers(self, body: bytes) -> bool:
        return any(
            "type=endpoint" in settings for settings in {one.settings for one in self.read_subscriptions(body).values()}
        )

    def kept_over_reload(self, before: bytes, after: bytes) -> str:
        del before, after
        return ""

    def subscription_settings(self, settings: GvmaSettings, *, peer_context: str = "") -> str:
        del peer_context
        sample = self.read_subscriptions(self.render([objects.SAMPLE], (), settings, ""))
        return sample[objects.SAMPLE.name].settings

    def subscriptions_defined(self, conf: Conf, mode: str) -> list[Section]:
        """An endpoint with the name of our AOR is no second one of it."""
        types = {"aor", "endpoint"} if mode == "REGISTER" else {"aor"}
        return [one for one in site.objects_defined(conf, types) if one.name.startswith(SUBSCRIPTION_PREFIX)]

    def site_identification(
        self,
        known: Known | None,
        files: SiteFiles,
        server: SipServer,
        *,
        own: Mapping[str, tuple[str, ...]],
        settings: GvmaSettings,
    ) -> SiteIdentification:
        from gvma.asterisk.identification import pjsip  # noqa: PLC0415  (start-up)

        return pjsip.of_site(
            known if isinstance(known, pjsip.PjsipKnown) else None,
            pjsip.of_files(files),
            server,
            own={SIPSERVER, *own},
            context=settings.routing_endpoint_context,
            written=any(line.startswith("match=") for name in _for_sipserver(settings) for line in own.get(name, ())),
        )

    def host_names(self, files: SiteFiles) -> frozenset[str]:
        from gvma.asterisk.identification import pjsip  # noqa: PLC0415  (start-up)

        return pjsip.names_in(pjsip.of_files(files))

    def mwi_endpoint(
        self, settings: GvmaSettings, identified: Collection[str], shared: Collection[str] = ()
    ) -> Endpoint | None:
        """None where every address is identified already, since two endpoints for one address are a fault.

        In ``REGISTER`` mode no address is matched: SIP Server's REGISTER must be taken for the object that it names.
        """
        missing = [host for host in sipserver_hosts(settings) if host not in identified]
        if settings.mwi_mode == "REGISTER" or not missing:
            return None
        port = settings.siptserver_port
        matches = (f"{uri_host(host)}:{port}" if host in shared else host for host in missing)
        return Endpoint(SIPSERVER, "mwi", settings.routing_endpoint_context, matches=tuple(matches))


def _for_sipserver(settings: GvmaSettings) -> tuple[str, str]:
    """Our endpoints that SIP Server's address may be matched to."""
    return SIPSERVER, settings.routing_sipserver_peer


def _registering(chosen: list[Subscription]) -> Iterator[str]:
    """Calls that somebody places as one of these reach the voicemail alone, since none has a password."""
    for it in chosen:
        yield (
            f"[{it.name}]\ntype=endpoint\ncontext=GVMA\ndisallow=all\nallow=ulaw\n"
            f"aors={it.name}\nmailboxes={it.box}@{it.context}\n"
            f"[{it.name}]\ntype=aor\nmax_contacts=1\nremove_existing=yes\n"
        )


def _no_host() -> SettingsError:
    return SettingsError(
        "siptserver_host is missing.",
        where="[gvma_settings] siptserver_host",
        hint="Nothing was changed. Set it to SIP Server's address; an HA pair has two, with a comma between.",
    )


PJSIP: Driver = _Pjsip()
