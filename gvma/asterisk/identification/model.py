"""What is asked and what is answered: SIP Server's addresses, and the site's own endpoint for them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from gvma.asterisk.conf.model import Conf

SENDERS_UNKNOWN = "senders-unknown"
"""The code of the warning that Asterisk was not asked, and that its files do not tell all."""

PEER_ON_OTHER_PORT = "peer-on-other-port"
"""The code of the warning that the site's own peer of chan_sip for SIP Server has another port than the settings."""

LEFT_OUT, COMES_FIRST = UNDECIDED = ("mwi-endpoint-left-out", "mwi-endpoint-first")
"""The codes of warnings that an administrator should decide whose SIP Server's requests are."""

By = Literal["address", "anonymous", "request", "number", "user", "setting"]

_REASONS: Mapping[By, str] = {
    "address": "which the site's own endpoint {0} identifies",
    "anonymous": "whose requests the site's own endpoint {0} gets, as those of every unknown sender",
    "request": "whose requests may be those of the site's own endpoint {0}, which is known by a header or the URI",
    "number": "whose calls reach the site's own endpoint {0}, where they come from that number",
    "setting": "since mwi_endpoint = site",
}

_WITHOUT_OURS: Mapping[By, str] = {
    "anonymous": "the site's own endpoint {0} would get them, as those of every unknown sender",
    "request": "they may be those of the site's own endpoint {0}, which is known by a header or the URI",
    "number": "those of calls from {0} would be those of the site's own endpoint of that number",
    "user": "those that name {0} in From would be those of the site's own endpoint {0}",
}


class SipServer(NamedTuple):
    """Where SIP Server is. addresses: IP addresses by host, as the settings name it. port: of its SIP.

    names: IP addresses of other names that the site's files mention, lower case; those that nobody looked up are left
    out.
    """

    addresses: Mapping[str, Collection[str]]
    port: int
    names: Mapping[str, Collection[str]] = {}


class SiteFiles(NamedTuple):
    """What the site's own files say, with their includes.

    channel: pjsip.conf or sip.conf. wizards: pjsip_wizard.conf; None where Asterisk itself was asked.
    """

    channel: Conf = Conf("")
    wizards: Conf | None = None


class Identified(NamedTuple):
    """The site's own endpoint that gets SIP Server's requests, or may get them.

    by: ``address``: an identify or a peer has SIP Server's address. ``anonymous``: it gets what nobody else does.
    ``request``: it is known by a header or the request URI, which SIP Server may or may not send. ``number``: it is a
    phone without a password, known by the number that calls. ``user``: the same of a name, which SIP Server may or may
    not send. ``setting``: the administrator says so.
    """

    endpoint: str
    by: By = "address"

    @property
    def is_certain(self) -> bool:
        return self.by not in {"request", "number", "user"}

    @property
    def reason(self) -> str:
        """Such as ``which the site's own endpoint genesys identifies``; it follows SIP Server's address."""
        return _REASONS[self.by].format(self.endpoint)

    @property
    def without_ours(self) -> str:
        """What would become of SIP Server's requests without our endpoint; a clause of its own."""
        return _WITHOUT_OURS[self.by].format(self.endpoint)


class SiteIdentification(NamedTuple):
    """What our block has to leave as it is.

    identified: SIP Server's hosts whose requests the site's own endpoint gets. beside: hosts that our endpoint is
    known by already, although the site has another one that would get their requests without ours.
    shared: hosts whose address has other peers on other ports, so that ours must be known by its port too.
    peer_context: chan_sip's context for SIP Server's calls, by the site's own peer; empty where a peer without
    ``context`` has the same. refused_before: the site's peer for SIP Server's address, and its port, where Asterisk
    refuses calls from ``siptserver_port`` as those of a guest.
    """

    identified: Mapping[str, Identified] = {}
    beside: Mapping[str, Identified] = {}
    shared: frozenset[str] = frozenset()
    peer_context: str = ""
    refused_before: str = ""

    def as_set(self, mwi_endpoint: str, hosts: Collection[str]) -> SiteIdentification:
        """With the decision of the settings. mwi_endpoint: ``auto``, ``ours`` or ``site``. hosts: SIP Server's."""
        if mwi_endpoint == "auto":
            return self
        by_site = {host: Identified("", "setting") for host in hosts if mwi_endpoint == "site"}
        return self._replace(identified=by_site, beside={})
