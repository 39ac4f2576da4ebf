"""A SIP and RTP user agent for tests: calls, subscriptions and registrations over UDP, PCMU, RFC 4733.

with UserAgent(("127.0.0.1", asterisk.sip_port)) as agent:
    call = agent.call("annc", parameters=";play=welcome")
    assert call.wait_final().status == 200
    call.audio.wait_level(500)
    call.audio.send_digits("12#")
    call.hang_up()
"""

from tests.useragent.agent import Subscribed, UserAgent
from tests.useragent.audio import PATIENCE, Audio
from tests.useragent.call import Call

__all__ = ["PATIENCE", "Audio", "Call", "Subscribed", "UserAgent"]
