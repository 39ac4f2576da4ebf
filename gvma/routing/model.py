"""What the rules of business call routing read and what they yield. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from gvma.asterisk.entries import Endpoint, Extension, GvmaWarning, Hint
from gvma.asterisk.identification.model import SiteIdentification
from gvma.asterisk.site import DialplanNames


class NumberedObject(Protocol):
    """What is read of a DN; ``gvma.configserver.objects.ConfigObject`` is one."""

    @property
    def kind(self) -> str: ...
    @property
    def dbid(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def type(self) -> int | None: ...
    @property
    def options(self) -> Mapping[str, str]: ...


class SiteRouting(NamedTuple):
    """What the site has itself, outside our blocks, of what business call routing would write.

    sections: of sip.conf or pjsip.conf. identification: who gets SIP Server's requests. gateway_identified: the site
    identifies the gateway's address already. own_hosts: addresses and names of this Asterisk itself, lower case, as
    far as they are known.
    """

    dialplan: DialplanNames = DialplanNames()
    sections: frozenset[str] = frozenset()
    identification: SiteIdentification = SiteIdentification()
    gateway_identified: bool = False
    own_hosts: frozenset[str] = frozenset()


class Routing(NamedTuple):
    """What is to be there for business call routing, each in the order in which it is written.

    identified: SIP Server's addresses that ``endpoints`` identifies; ``Driver.mwi_endpoint`` must leave them out.
    left_out: what the site has itself, such as ``hint 2001``.
    """

    hints: tuple[Hint, ...] = ()
    extensions: tuple[Extension, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    identified: tuple[str, ...] = ()
    warnings: tuple[GvmaWarning, ...] = ()
    left_out: tuple[str, ...] = ()
