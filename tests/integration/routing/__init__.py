"""A site with business call routing: its own files, and everybody around its Asterisk. Nothing here asserts."""

from __future__ import annotations

from dataclasses import dataclass

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.layer import ROUTING_POINT, Layer
from tests.harness.site import Site
from tests.useragent import UserAgent

SIP_SERVER, GATEWAY, DESK, OTHER_DESK = "127.0.0.3", "127.0.0.2", "127.0.0.4", "127.0.0.5"
LAYER = Layer(
    dns={
        "2001": {"subscribe-presence": "Asterisk"},
        "2002": {"subscribe-presence": "Asterisk"},
        "2003": {},
        "_2XXX": {},
        ("2400", ROUTING_POINT): {},
    }
)
DIALPLAN = """\
[general]
[default]
include => GVMA
include => GVMA_ROUTING
"""
SIP_GENERAL = """\
[general]
udpbindaddr=127.0.0.1:{sip_port}
context=nowhere
allowguest=no
srvlookup=no
disallow=all
allow=ulaw
"""
# As the manual has them (its lines 1970-2026); callcounter is what makes chan_sip tell busy from idle.
SIP_OWN = """\
[gwsim]
type=peer
host={gateway}
port={gateway_port}
context=default
canreinvite=no
[gsip]
type=peer
username=gsip
host={sip_server}
port={sip_server_port}
context=default
canreinvite=no
[phone](!)
type=friend
host=dynamic
context=default
notifyringing=yes
callcounter=yes
canreinvite=no
[2001](phone)
[2002](phone)
"""
PJSIP_OWN = """\
[site](!)
type=endpoint
context=default
disallow=all
allow=ulaw
direct_media=no
[gwsim](site)
aors=gwsim
[gwsim]
type=aor
contact=sip:{gateway}:{gateway_port}
[gwsim]
type=identify
endpoint=gwsim
match={gateway}
[gsip](site)
aors=gsip
[gsip]
type=aor
contact=sip:{sip_server}:{sip_server_port}
[gsip]
type=identify
endpoint=gsip
match={sip_server}
[2001](site)
aors=2001
[2001]
type=aor
max_contacts=1
remove_existing=yes
[2002](site)
aors=2002
[2002]
type=aor
max_contacts=1
remove_existing=yes
"""


@dataclass(frozen=True)
class Routed:
    """An Asterisk to which one sync has brought business call routing. said: what that sync printed on stderr."""

    installation: Site
    sip_server_port: int
    gateway_port: int
    said: str

    @property
    def asterisk(self) -> PrivateAsterisk:
        return self.installation.asterisk


@dataclass
class World:
    """Everybody around one Asterisk."""

    asterisk: PrivateAsterisk
    sip_server: UserAgent
    gateway: UserAgent
    desk: UserAgent
    other_desk: UserAgent
